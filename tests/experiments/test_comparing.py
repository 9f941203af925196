"""Runs are ranked by the weights of the plan; the Pareto set needs no weights' size."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from experiments.rules import Measure, changed_settings, ranks

RECALL, SIZE = Measure("recall", Decimal(3)), Measure("size", Decimal(1), is_lower_better=True)


def values(recall: str, size: str) -> dict[str, Decimal]:
    return {"recall": Decimal(recall), "size": Decimal(size)}


def test_the_score_is_the_weighted_share_between_worst_and_best() -> None:
    found = ranks([values("0.8", "10"), values("0.9", "30"), values("0.85", "20")], [RECALL, SIZE])
    assert [rank.score for rank in found] == [Decimal("0.25"), Decimal("0.75"), Decimal("0.5")]


def test_a_run_that_another_beats_in_everything_is_not_best_of_its_kind() -> None:
    found = ranks([values("0.8", "10"), values("0.9", "30"), values("0.79", "11")], [RECALL, SIZE])
    assert [rank.is_best_of_its_kind for rank in found] == [True, True, False]


def test_a_run_without_a_value_of_every_measure_has_no_rank() -> None:
    found = ranks([values("0.8", "10"), {"recall": Decimal(1)}], [RECALL, SIZE])
    assert (found[1].score, found[1].is_best_of_its_kind) == (None, False)


def test_without_weights_nothing_is_ranked() -> None:
    assert ranks([values("0.8", "10")], [Measure("recall", Decimal(0))])[0].score is None


NUMBERS = st.decimals(-1000, 1000, places=3)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=8))
def test_some_run_is_always_best_of_its_kind_and_the_highest_score_is_among_them(pairs: list) -> None:
    found = ranks([{"recall": a, "size": b} for a, b in pairs], [RECALL, SIZE])
    highest = max(rank.score for rank in found)
    assert any(rank.is_best_of_its_kind for rank in found if rank.score == highest)
    assert all(0 <= rank.score <= 1 for rank in found)


def test_settings_differ_also_when_one_run_lacks_them() -> None:
    assert changed_settings({"a": 1, "b": 2}, {"a": 1, "c": 2}) == ["b", "c"]
