"""Every move a table lists is possible, every other is refused."""

from __future__ import annotations

from itertools import product

import pytest
from django.apps import apps

from projects import states

MODELS = {model.__name__: model for model in apps.get_models()}
PAIRS = [
    (name, before, after) for name in states.MOVES for before, after in product(MODELS[name].State.values, repeat=2)
]


@pytest.mark.parametrize(("name", "before", "after"), PAIRS)
def test_a_move_is_possible_exactly_when_the_table_lists_it(name: str, before: str, after: str) -> None:
    row = MODELS[name](state=before)
    if after in states.MOVES[name][before]:
        states.require_move(row, after)
    else:
        with pytest.raises(states.IllegalMove) as refusal:
            states.require_move(row, after)
        assert refusal.value.data["state"] == before


def test_every_state_has_its_line() -> None:
    for name, moves in states.MOVES.items():
        assert set(moves) == set(MODELS[name].State.values)
