"""Expressions over facts in three-valued logic (Kleene): true, false, or None for what is not known.

An expression is the id of a fact or of a derived fact, or one of `{"not": e}`, `{"all": [e…]}`, `{"any": [e…]}`,
`{"fact": id, "eq" | "gt" | "gte": value}` and `{"no_outcome": [outcome…]}`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

from regulations.definitions import Expression, Pack

Truth = bool | None
# Limits of numbers are texts in the packs, "1e25", since no float is stored anywhere.
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, other: value == other,
    "gt": lambda value, limit: value > Decimal(limit),
    "gte": lambda value, limit: value >= Decimal(limit),
}


class Logic:
    """Truth of a pack's expressions. Facts that are not listed are false, those that are None unknown.

    `asked`: facts that were asked already, and are unknown because nobody knows.
    """

    def __init__(self, pack: Pack, facts: Mapping[str, Any], asked: Collection[str] = ()) -> None:
        self._pack = pack
        self._facts = facts
        self._asked = asked
        self._derived: dict[str, Truth] = {}
        self.given: list[str] = []  # outcomes given so far, for `no_outcome`
        self.undecided: set[str] = set()  # outcomes that rules not decided so far could give

    def truth(self, expression: Expression) -> Truth:
        if isinstance(expression, str):
            return self._leaf(expression)
        if "not" in expression:
            inner = self.truth(expression["not"])
            return None if inner is None else not inner
        if "all" in expression:
            return _all(map(self.truth, expression["all"]))
        if "any" in expression:
            return _any(map(self.truth, expression["any"]))
        if "no_outcome" in expression:
            return self._none_given(set(expression["no_outcome"]))
        return self._comparison(expression)

    def open_facts(self, expression: Expression) -> Iterator[str]:
        """Facts without which the expression stays unknown, in its order; nothing if it is decided."""
        if self.truth(expression) is not None:
            return
        if isinstance(expression, str):
            if expression in self._pack.derived:
                yield from self.open_facts(self._pack.derived[expression])
            else:
                yield expression
        elif "fact" in expression:
            yield expression["fact"]
        else:
            for part in (
                [expression["not"]] if "not" in expression else expression.get("all", expression.get("any", []))
            ):
                yield from self.open_facts(part)

    def next_facts(self, expression: Expression) -> Iterator[str]:
        """Of the open facts those to ask next: of what must hold together, the first; of alternatives, each.

        Nothing while it hangs on outcomes that other rules may still give.
        """
        if self.truth(expression) is not None:
            return
        if isinstance(expression, str) and expression in self._pack.derived:
            yield from self.next_facts(self._pack.derived[expression])
        elif isinstance(expression, str) or "fact" in expression:
            fact = expression if isinstance(expression, str) else expression["fact"]
            yield from () if fact in self._asked else (fact,)
        elif "all" in expression:
            unknown = [part for part in expression["all"] if self.truth(part) is None]
            if not any("no_outcome" in part for part in unknown if isinstance(part, dict)):
                yield from next(filter(None, (list(self.next_facts(part)) for part in unknown)), ())
        else:
            for part in [expression["not"]] if "not" in expression else expression.get("any", ()):
                yield from self.next_facts(part)

    def grounds(self, expression: Expression) -> Iterator[str]:
        """Facts because of which the expression is true, or false; nothing if it is unknown."""
        holds = self.truth(expression)
        if holds is None or (isinstance(expression, dict) and "no_outcome" in expression):
            return
        if isinstance(expression, str) and expression in self._pack.derived:
            yield from self.grounds(self._pack.derived[expression])
        elif isinstance(expression, str) or "fact" in expression:
            yield expression if isinstance(expression, str) else expression["fact"]
        elif "not" in expression:
            yield from self.grounds(expression["not"])
        else:
            for part in expression.get("all", expression.get("any")):
                if self.truth(part) is holds:
                    yield from self.grounds(part)

    def _leaf(self, name: str) -> Truth:
        if name not in self._pack.derived:
            return self._facts.get(name, False)
        if name not in self._derived:
            self._derived[name] = self.truth(self._pack.derived[name])
        return self._derived[name]

    def _comparison(self, expression: Mapping[str, Any]) -> Truth:
        value = self._facts.get(expression["fact"], False)
        if value is None or value is False:
            return value
        operator = next(name for name in COMPARISONS if name in expression)
        return COMPARISONS[operator](value, expression[operator])

    def _none_given(self, wanted: set[str]) -> Truth:
        if wanted & set(self.given):
            return False
        return None if wanted & self.undecided else True


def leaves(expression: Expression) -> Iterator[str]:
    """Ids of facts and derived facts that the expression names."""
    if isinstance(expression, str):
        yield expression
    elif "fact" in expression:
        yield expression["fact"]
    else:
        for part in [expression["not"]] if "not" in expression else expression.get("all", expression.get("any", [])):
            yield from leaves(part)


def _all(parts: Iterator[Truth]) -> Truth:
    found = list(parts)
    return False if False in found else None if None in found else True


def _any(parts: Iterator[Truth]) -> Truth:
    found = list(parts)
    return True if True in found else None if None in found else False
