"""The history of a log as people search it: filtered, newest first, keyset paged, quick with a million events."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from audit import lines
from audit.selectors import HistoryEntry, RowChange, entries
from audit.trail import Actor, Change, Event, Private

# Ids follow times but for acts that overlap, and no act is open for so long.
LONGEST_ACT = timedelta(hours=1)
# Up to so many changes, events are looked up from the changes; beyond, one meets them soon by walking back.
FEW = 2000
CHUNK = 500


@dataclass(frozen=True)
class Wanted:
    """Which events are wanted; every condition that is given holds. `until` is the first moment no longer wanted."""

    person: UUID | None = None  # an account with all its tokens, or one token
    act: str | None = None
    obj: UUID | None = None
    obj_type: str | None = None
    among: QuerySet | None = None  # ids of rows, one of which the event changed
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True)
class Page:
    """Events newest first, and the ids from which one goes on: older than the last, newer than the first."""

    entries: list[HistoryEntry]
    older: int | None
    newer: int | None


def page(log_id: UUID, wanted: Wanted, *, limit: int, with_changes: bool = False) -> Page:
    """At most nine queries, whatever the log holds. With `after`, the events that follow it most closely."""
    found = matching(log_id, wanted)
    if wanted.after is not None and wanted.before is None:
        rows = list(found.order_by(_place(found))[: limit + 1])
        more, rows = len(rows) > limit, rows[:limit][::-1]
        older, newer = bool(rows), more
    else:
        rows = list(found.order_by(_place(found).desc())[: limit + 1])
        more, rows = len(rows) > limit, rows[:limit]
        older, newer = more, bool(rows) and wanted.before is not None
    told = entries(rows, with_changes=with_changes)
    return Page(told, rows[-1].pk if older else None, rows[0].pk if newer else None)


def newest_id(log_id: UUID) -> int:
    """Id of the log's newest event, 0 if it has none."""
    return Event.objects.filter(log_id=log_id).order_by("-id").values_list("id", flat=True).first() or 0


def count(log_id: UUID, wanted: Wanted) -> int:
    return matching(log_id, wanted).count()


def walk(log_id: UUID, wanted: Wanted) -> Iterator[list[HistoryEntry]]:
    """All wanted events with their changes, newest first, in parts; memory does not grow with their number."""
    while True:
        part = page(log_id, wanted, limit=CHUNK, with_changes=True)
        if part.entries:
            yield part.entries
        if part.older is None:
            return
        wanted = replace(wanted, before=part.older)


def entry(log_id: UUID, uid: UUID) -> HistoryEntry | None:
    """One event without its changes."""
    return next(iter(entries(Event.objects.filter(log_id=log_id, uid=uid))), None)


def changes(uid: UUID, first: int, limit: int, of: UUID | None = None) -> HistoryEntry:
    """The event with its changes from place `first`, or with those of one row; long values whole, if not erased."""
    only = {"obj_id": of} if of else {"n__gte": first, "n__lt": first + limit}
    found = entries(Event.objects.filter(uid=uid), with_changes=True, only=only)[0]
    return replace(found, changes=[_whole(change) for change in found.changes])


def _whole(change: RowChange) -> RowChange:
    """Long values of before lie beside the earlier line that set them; two queries if there is any."""
    names = {each.field for each in change.fields if lines.is_folded(each.before)}
    if not names:
        return change
    earlier = Change.objects.filter(obj_id=change.obj_id, obj_ver__lt=change.version).values_list("event_id", "n")
    paths = {(uid, f"/{n}/{name}") for uid, n in earlier for name in names}
    kept = Private.objects.filter(event_uid__in={uid for uid, _ in paths}).exclude(value=None)
    values = {
        hashlib.sha256(each.value.encode()).hexdigest(): json.loads(each.value)
        for each in kept
        if (each.event_uid, each.path) in paths
    }
    fields = [
        replace(each, before=values.get(each.before["sha256"], each.before)) if each.field in names else each
        for each in change.fields
    ]
    return replace(change, fields=fields)


def matching(log_id: UUID, wanted: Wanted) -> QuerySet[Event]:
    """The wanted events, in no order.

    If few changes can be meant, they lead: the columns of the event are then hidden from its indexes, or a planner
    that expects a match soon would walk the whole log for the few there are.
    """
    touching = _touching(wanted)
    few = None
    if touching is not None:
        few = list(touching.order_by().values_list("event_id", flat=True)[: FEW + 1])
    if few is not None and len(few) <= FEW:
        hidden = {f"plain_{name}": Coalesce(name, name) for name in ("id", "log_id", "act", "actor_ref", "at")}
        found, prefix = Event.objects.alias(**hidden).filter(uid__in=set(few)), "plain_"
    else:
        found, prefix = Event.objects.all(), ""
        if touching is not None:
            found = found.filter(Exists(touching.filter(event=OuterRef("uid"))))
    conditions = {"log_id": log_id, **_conditions(log_id, wanted)}
    return found.filter(**{prefix + lookup: value for lookup, value in conditions.items()})


def _place(found: QuerySet[Event]) -> F:
    return F("plain_id") if "plain_id" in found.query.annotations else F("id")


def _touching(wanted: Wanted) -> QuerySet[Change] | None:
    """Changes of which a wanted event has one; None if any will do."""
    conditions = {"obj_id": wanted.obj, "obj_type": wanted.obj_type, "obj_id__in": wanted.among}
    given = {lookup: value for lookup, value in conditions.items() if value is not None}
    return Change.objects.filter(**given) if given else None


def _conditions(log_id: UUID, wanted: Wanted) -> dict[str, object]:
    low = [wanted.after] if wanted.after is not None else []
    high = [wanted.before] if wanted.before is not None else []
    found: dict[str, object] = {"act": wanted.act} if wanted.act else {}
    if wanted.person:
        refs = Actor.objects.filter(Q(ref=wanted.person) | Q(account_id=wanted.person)).values_list("ref", flat=True)
        known = list(refs) or [wanted.person]
        found |= {"actor_ref__in": known} if len(known) > 1 else {"actor_ref": known[0]}
    if wanted.since:
        found["at__gte"] = wanted.since
        low += _ids(log_id, "-at", at__lt=wanted.since - LONGEST_ACT)
    if wanted.until:
        found["at__lt"] = wanted.until
        high += _ids(log_id, "at", at__gte=wanted.until + LONGEST_ACT)
    if low:
        found["id__gt"] = max(low)
    if high:
        found["id__lt"] = min(high)
    return found


def _ids(log_id: UUID, order: str, **beyond: datetime) -> list[int]:
    """Id of the event next to a time, so that a walk by id neither begins too far nor goes on for nothing."""
    found = Event.objects.filter(log_id=log_id, **beyond).order_by(order)
    return list(found.values_list("id", flat=True)[:1])
