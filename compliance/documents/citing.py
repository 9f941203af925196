"""Gives each reference of a report the event that last changed its row by then, and the page where it can be seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from audit.trail import Change, Entry
from compliance.documents.blocks import Cited
from projects import places
from regulations.records import Reference

Key = tuple[str, UUID]
T = TypeVar("T")
AT_ONCE = 10_000  # of the values one query may have


def cited(references: Iterable[Reference], log_id: UUID, at: datetime) -> tuple[Cited, ...]:
    """In the order of their first mention, each once. Two queries, and one for each kind of row that has a page."""
    once = {each: (each.kind, UUID(each.id)) for each in references}
    changed, paths = last_changes(once.values(), log_id, at), places.places_of(once.values())
    return tuple(Cited(each, *changed.get(key, (None, "")), paths.get(key, "")) for each, key in once.items())


def last_changes(keys: Iterable[Key], log_id: UUID, at: datetime) -> dict[Key, tuple[int, str]]:
    """Row -> number, in the project's log, of the last event up to `at` that changed it, and the hash of the change."""
    newest: dict[Key, tuple[int, bytes]] = {}
    for some in _batches(sorted({key for _, key in keys})):
        found = Change.objects.filter(obj_id__in=some, event__log_id=log_id, event__at__lte=at).order_by("obj_ver")
        for kind, key, event, leaf in found.values_list("obj_type", "obj_id", "event__id", "leaf"):
            newest[kind, key] = event, leaf
    numbers: dict[int, int] = {}
    for some in _batches(sorted({event for event, _ in newest.values()})):
        numbers |= dict(Entry.objects.filter(event_id__in=some).values_list("event_id", "seq"))
    return {key: (numbers[event], bytes(leaf).hex()) for key, (event, leaf) in newest.items() if event in numbers}


def _batches(values: list[T]) -> Iterator[list[T]]:
    for at in range(0, len(values), AT_ONCE):
        yield values[at : at + AT_ONCE]
