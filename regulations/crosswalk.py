"""Which obligations of other regulations the same evidence speaks to. A mapping says no more than that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from regulations.definitions import Obligation, Pack

Crosswalk = dict[str, dict[str, tuple[Obligation, ...]]]


def of(pack: Pack, others: Iterable[Pack]) -> Crosswalk:
    """Obligation of the pack -> name of another regulation -> its obligations, both ways of the mapping joined."""
    found: dict[str, dict[str, dict[str, Obligation]]] = defaultdict(lambda: defaultdict(dict))
    for other in others:
        if other.key == pack.key:
            continue
        for theirs in other.obligations.values():
            for ours in theirs.crosswalk.get(pack.key, ()):
                found[ours][other.name][theirs.id] = theirs
        for ours in pack.obligations.values():
            for key in ours.crosswalk.get(other.key, ()):
                if key in other.obligations:
                    found[ours.id][other.name][key] = other.obligations[key]
    return {ours: {name: tuple(rows.values()) for name, rows in by.items()} for ours, by in found.items()}
