"""Who has to agree to a document, and since which iteration it holds. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Groups = tuple[tuple[str, ...], ...]


def open_groups(groups: Groups, reviews: Iterable[Any], verdicts: set[str], iteration: int | None = None) -> list[Any]:
    """Groups of roles from which no review with one of the `verdicts` (of `iteration` or later) has come."""
    held = {r.role for r in reviews if r.verdict in verdicts and (iteration is None or r.iteration >= iteration)}
    return [group for group in groups if not held & set(group)]


def holds_since(revision: Any, reviews: list[Any], groups: Groups) -> int:
    """The newest iteration in which the revision was accepted, or confirmed by every group; 0 while not accepted."""
    if revision.state != "accepted":
        return 0
    rounds = sorted({r.iteration for r in reviews}, reverse=True)
    for iteration in rounds:
        if not open_groups(groups, [r for r in reviews if r.iteration == iteration], {"accepted", "confirmed"}):
            return iteration
    return revision.iteration
