"""Reads of the trail, newest first, keyset paged."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from audit import acts
from audit.trail import Actor, Change, Event, Private

ERASED = "(erased)"


@dataclass(frozen=True)
class FieldChange:
    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class RowChange:
    """One row of an event. `fields` are by name; of secret ones only the name is known."""

    op: str
    obj_type: str
    obj_id: UUID
    version: int
    fields: list[FieldChange]


@dataclass(frozen=True)
class HistoryEntry:
    """An event as people read it."""

    id: int
    uid: UUID
    act: str
    at: datetime
    actor_display: str
    actor_kind: str
    via: str
    subject_type: str
    subject_id: UUID
    subject: str
    reason: str
    leaf: str
    changes: list[RowChange] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """What was done, to be read after the actor's name."""
        template = acts.registered().get(self.act, self.act)
        return template.format(subject=self.subject, reason=self.reason or "no reason given")


def events(
    log_id: UUID,
    *,
    act: str | None = None,
    actor: UUID | None = None,
    obj: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before_id: int | None = None,
    limit: int = 50,
    with_changes: bool = False,
) -> list[HistoryEntry]:
    """Events of one log, newest first; three queries, four with changes. `before_id`: last id of the page before."""
    found = _filtered(log_id, act, actor, obj, since, until)
    if before_id is not None:
        found = found.filter(id__lt=before_id)
    return entries(found.order_by("-id")[:limit], with_changes=with_changes)


def entries(found: Iterable[Event], *, with_changes: bool = False) -> list[HistoryEntry]:
    """The given events as people read them, in the given order."""
    found = list(found)
    names = {actor.ref: actor for actor in Actor.objects.filter(ref__in={event.actor_ref for event in found})}
    private: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for value in Private.objects.filter(event_uid__in=[event.uid for event in found]):
        private[value.event_uid][value.path] = ERASED if value.value is None else json.loads(value.value)
    lines = _lines(found) if with_changes else {}
    return [_entry(event, names.get(event.actor_ref), private[event.uid], lines.get(event.uid, [])) for event in found]


def changes_of(obj_type: str, obj_id: UUID) -> list[HistoryEntry]:
    """Every event that touched the row, newest first, with its changes."""
    touched = Change.objects.filter(obj_type=obj_type, obj_id=obj_id).values("event")
    return entries(Event.objects.filter(uid__in=touched).order_by("-id"), with_changes=True)


def last_change(log_id: UUID, besides: Iterable[str] = ()) -> Event | None:
    """The newest event of the log whose act is none of `besides`."""
    return Event.objects.filter(log_id=log_id).exclude(act__in=list(besides)).order_by("-id").first()


def size(log_id: UUID) -> int:
    return Event.objects.filter(log_id=log_id).count()


def _filtered(
    log_id: UUID, act: str | None, actor: UUID | None, obj: UUID | None, since: datetime | None, until: datetime | None
) -> QuerySet[Event]:
    found = Event.objects.filter(log_id=log_id)
    if act:
        found = found.filter(act=act)
    if actor:
        refs = Actor.objects.filter(Q(ref=actor) | Q(account_id=actor)).values("ref")
        found = found.filter(actor_ref__in=refs)
    if obj:
        found = found.filter(Exists(Change.objects.filter(event=OuterRef("uid"), obj_id=obj)))
    if since:
        found = found.filter(at__gte=since)
    if until:
        found = found.filter(at__lt=until)
    return found


def _lines(found: list[Event]) -> dict[UUID, list[Change]]:
    lines: dict[UUID, list[Change]] = defaultdict(list)
    for change in Change.objects.filter(event__in=[event.uid for event in found]).order_by("event", "n"):
        lines[change.event_id].append(change)
    return lines


def _entry(event: Event, actor: Actor | None, private: dict[str, Any], lines: list[Change]) -> HistoryEntry:
    header = json.loads(bytes(event.body))
    return HistoryEntry(
        id=event.pk,
        uid=event.uid,
        act=event.act,
        at=event.at,
        actor_display=(actor and actor.display) or ERASED,
        actor_kind=header["by"]["kind"],
        via=header["by"]["via"],
        subject_type=header["subject"][0],
        subject_id=UUID(header["subject"][1]),
        subject=private.get("/subject", ""),
        reason=private.get("/reason", ""),
        leaf=bytes(event.leaf).hex(),
        changes=[_row_change(line, private) for line in lines],
    )


def _row_change(line: Change, private: dict[str, Any]) -> RowChange:
    body = json.loads(bytes(line.body))
    kept = {path.split("/")[2]: value for path, value in private.items() if path.startswith(f"/{line.n}/")}
    fields = [FieldChange(name, before, kept.get(name, after)) for name, (before, after) in body["set"].items()]
    fields += [FieldChange(name, None, kept.get(name, ERASED)) for name in body.get("hid", {})]
    fields += [FieldChange(name, None, "(secret)") for name in body.get("sec", [])]
    return RowChange(body["op"], body["type"], UUID(body["id"]), body["ver"], fields)
