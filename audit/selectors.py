"""Reads of the trail: events as people read them."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max

from audit import acts
from audit.governed import ERASED
from audit.trail import Actor, Change, Event, Private, Pruning

DOORS = {"page": "on a page", "api": "by API", "command": "by command", "task": "in the background"}


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
    log_id: UUID
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
    changed: int  # how many rows
    changes: list[RowChange] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """What was done, to be read after the actor's name."""
        template = acts.registered().get(self.act, self.act)
        return template.format(subject=self.subject, reason=self.reason or "no reason given")

    @property
    def person(self) -> str:
        """Name of the account, also of one that came with a token."""
        return self._names[0]

    @property
    def door(self) -> str:
        """How the act came in: `by API with token 3f9a…`."""
        token = self._names[1]
        return DOORS.get(self.via, self.via) + (f" with token {token}" if token else "")

    @property
    def _names(self) -> tuple[str, str]:
        """Account and token; a token's display is `account (token)`."""
        parts = re.fullmatch(r"(.+) \((.+)\)", self.actor_display) if self.actor_kind == "token" else None
        return (parts[1], parts[2]) if parts else (self.actor_display, "")


def events(log_id: UUID, *, act: str | None = None, limit: int = 50) -> list[HistoryEntry]:
    """The newest events of one log, newest first; three queries."""
    found = Event.objects.filter(log_id=log_id, **({"act": act} if act else {}))
    return entries(found.order_by("-id")[:limit])


def entries(
    found: Iterable[Event], *, with_changes: bool = False, only: Mapping[str, Any] | None = None
) -> list[HistoryEntry]:
    """The given events as people read them, in their order; three queries, four with changes.

    `only`: conditions of the changes wanted; all if none are named.
    """
    found = list(found)
    names = {actor.ref: actor for actor in Actor.objects.filter(ref__in={event.actor_ref for event in found})}
    kept = Private.objects.filter(event_uid__in=[event.uid for event in found])
    private: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for value in kept if with_changes else kept.filter(path__in=["/subject", "/reason"]):
        private[value.event_uid][value.path] = ERASED if value.value is None else json.loads(value.value)
    lines = _lines(found, only or {}) if with_changes else []
    before = _hidden_before(lines)
    changes: dict[UUID, list[RowChange]] = defaultdict(list)
    for line in lines:
        changes[line.event_id].append(_row_change(line, private[line.event_id], before))
    return [_entry(event, names.get(event.actor_ref), private[event.uid], changes[event.uid]) for event in found]


def changes_of(obj_type: str, obj_id: UUID) -> list[HistoryEntry]:
    """Every event that touched the row, newest first, with its changes."""
    touched = Change.objects.filter(obj_type=obj_type, obj_id=obj_id).values("event")
    return entries(Event.objects.filter(uid__in=touched).order_by("-id"), with_changes=True)


def last_changes(obj_type: str, keys: Iterable[UUID]) -> dict[UUID, datetime]:
    """When each of these rows was changed last; one query."""
    found = Change.objects.filter(obj_type=obj_type, obj_id__in=list(keys)).order_by()
    return dict(found.values_list("obj_id").annotate(at=Max("event__at")))


def events_among(
    log_ids: Iterable[UUID], *, before: int | None = None, only: Iterable[UUID] | None = None, limit: int = 50
) -> list[HistoryEntry]:
    """The newest events of several logs, older than the id `before` and among `only`; three queries."""
    found = Event.objects.filter(log_id__in=list(log_ids))
    found = found.filter(pk__lt=before) if before is not None else found
    found = found.filter(uid__in=list(only)) if only is not None else found
    return entries(found.order_by("-id")[:limit])


def last_change(log_id: UUID, besides: Iterable[str] = ()) -> Event | None:
    """The newest event of the log whose act is none of `besides`."""
    return Event.objects.filter(log_id=log_id).exclude(act__in=list(besides)).order_by("-id").first()


def size(log_id: UUID) -> int:
    """How many events the log has; those that were pruned count."""
    pruned = pruning_of(log_id)
    return Event.objects.filter(log_id=log_id).count() + (pruned.events if pruned else 0)


def pruning_of(log_id: UUID) -> Pruning | None:
    """Up to where the log was pruned; one query."""
    return Pruning.objects.filter(log_id=log_id).order_by("-events").first()


def _lines(found: list[Event], only: Mapping[str, Any]) -> list[Change]:
    return list(Change.objects.filter(event__in=[event.uid for event in found], **only).order_by("event", "n"))


def _hidden_before(lines: list[Change]) -> dict[tuple[UUID, str, int], Any]:
    """(row, field, version) -> what the hidden field was before, which lies beside an earlier line; two queries if any.

    A line tells only what a hidden field became.
    """
    wanted: dict[UUID, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        body = json.loads(bytes(line.body))
        for name in body.get("hid", {}) if body["op"] == "update" else ():
            wanted[line.obj_id][name].append(line.obj_ver)
    places: dict[tuple[UUID, str, int], tuple[UUID, str]] = {}
    found: dict[tuple[UUID, str, int], Any] = {}
    for earlier in Change.objects.filter(obj_id__in=wanted).order_by("obj_id", "obj_ver") if wanted else ():
        body = json.loads(bytes(earlier.body))
        for name, versions in wanted[earlier.obj_id].items():
            for version in versions:
                if version <= earlier.obj_ver:
                    continue
                key = (earlier.obj_id, name, version)
                if name in body.get("hid", {}):
                    places[key] = (earlier.event_id, f"/{earlier.n}/{name}")
                elif name in body["set"]:
                    places.pop(key, None)
                    found[key] = body["set"][name][1]
    kept = Private.objects.filter(event_uid__in={uid for uid, _ in places.values()}) if places else ()
    values = {(row.event_uid, row.path): ERASED if row.value is None else json.loads(row.value) for row in kept}
    return found | {key: values[place] for key, place in places.items() if place in values}


def _entry(event: Event, actor: Actor | None, private: dict[str, Any], changes: list[RowChange]) -> HistoryEntry:
    header = json.loads(bytes(event.body))
    return HistoryEntry(
        id=event.pk,
        uid=event.uid,
        log_id=event.log_id,
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
        changed=header["changes"]["n"],
        changes=changes,
    )


def _row_change(line: Change, private: dict[str, Any], before: dict[tuple[UUID, str, int], Any]) -> RowChange:
    body = json.loads(bytes(line.body))
    kept = {path.split("/")[2]: value for path, value in private.items() if path.startswith(f"/{line.n}/")}
    fields = [FieldChange(name, old, kept.get(name, new)) for name, (old, new) in body["set"].items()]
    fields += [
        FieldChange(name, before.get((line.obj_id, name, line.obj_ver)), kept.get(name, ERASED))
        for name in body.get("hid", {})
    ]
    fields += [FieldChange(name, None, "(secret)") for name in body.get("sec", [])]
    return RowChange(body["op"], body["type"], UUID(body["id"]), body["ver"], fields)
