"""Gives each reference of a report the event that last changed its row by then, and the page where it can be seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Max

from audit.trail import Change, Entry
from compliance.documents.blocks import Cited
from projects import places
from regulations.records import Reference

Key = tuple[str, UUID]
T = TypeVar("T")
AT_ONCE = 10_000  # of the values one query may have


def cited(references: Iterable[Reference], log_id: UUID, at: datetime) -> tuple[Cited, ...]:
    """In the order of their first mention, each once. Two queries, and one for each kind of row that has a page."""
    once = list(dict.fromkeys(references))
    keys = {(each.kind, UUID(each.id)) for each in once}
    numbers, paths = last_events(keys, log_id, at), places.places_of(keys)
    found = [(each, (each.kind, UUID(each.id))) for each in once]
    return tuple(Cited(each, numbers.get(key), paths.get(key, "")) for each, key in found)


def last_events(keys: Iterable[Key], log_id: UUID, at: datetime) -> dict[Key, int]:
    """Row -> number, in the project's log, of the last event up to `at` that changed it."""
    ids = sorted({key for _, key in keys})
    newest: dict[Key, int] = {}
    for some in _batches(ids):
        found = Change.objects.filter(obj_id__in=some, event__log_id=log_id, event__at__lte=at).order_by()
        for kind, key, event in found.values_list("obj_type", "obj_id").annotate(last=Max("event__id")):
            newest[kind, key] = event
    places_in_log: dict[int, int] = {}
    for some in _batches(sorted(set(newest.values()))):
        places_in_log |= dict(Entry.objects.filter(event_id__in=some).values_list("event_id", "seq"))
    return {key: places_in_log[event] for key, event in newest.items() if event in places_in_log}


def _batches(values: list[T]) -> Iterator[list[T]]:
    for at in range(0, len(values), AT_ONCE):
        yield values[at : at + AT_ONCE]
