"""What leads to each service in which somebody acts, by app; `test_nothing_left_behind.py` does each of them twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.cast import Cast

Deed = Callable[[], Any]
CASES: dict[str, Callable[[Cast], Deed]] = {}


def case(name: str) -> Callable[[Callable[[Cast], Deed]], Callable[[Cast], Deed]]:
    """Register what leads to a state in which the service `name` succeeds, and gives back the call of it."""

    def register(prepare: Callable[[Cast], Deed]) -> Callable[[Cast], Deed]:
        if name in CASES:
            raise ValueError(f"There is a case of {name} already.")
        CASES[name] = prepare
        return prepare

    return register
