"""Erasure: values that the trail only commits to are taken away, and the trail says so. Its hashes stay as they are.

What can be erased, and what can not, stands in docs/erasure.md.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import Q

from audit.actors import ActorRef
from audit.acts import act
from audit.canon import canonical
from audit.governed import GovernedModel
from audit.lines import LONGEST_VALUES, value_of
from audit.trail import Actor, Change, Erasure, Event, Private
from crispmlq.errors import Conflict, Invalid, NotFound

# Acts whose reason the program for strangers reads.
EVIDENCE = {"log.restored"}
LONGEST_BASIS = 500
CHUNK = 500
BLANK = ('""', "null")


class NotErasable(Conflict):
    code, title = "not_erasable", "Can not be erased"


@dataclass(frozen=True, order=True)
class Target:
    """A value beside an event: `/reason`, `/subject` (the label), or `/<number of the change>/<hidden field>`."""

    event: UUID
    path: str


@dataclass(frozen=True)
class Mention:
    """A value in which a text was found; without `is_erasable`, one that lies in the trail unsalted."""

    target: Target
    act: str
    at: datetime
    log_id: UUID
    text: str
    is_erasable: bool


def erase(
    *,
    log_id: UUID,
    targets: Iterable[Target],
    basis: str,
    by: ActorRef,
    subject: tuple[str, UUID] | None = None,
    person: UUID | None = None,
) -> list[Erasure]:
    """Erase values of one log, in one act of that log.

    A governed row that still holds such a value gets a blank one, as an ordinary change. `person`: the names behind the
    references under which this account, or a token of it, acted go as well. `subject` is whom or what it concerns.

    Raises:
        Invalid: no basis, or a longer one than 500 characters.
        NotFound: an event that is not in this log, or a path it has no value for.
        NotErasable: nothing is named, a value was erased before or is blank, or lies in the trail without salt.
    """
    basis, wanted = basis_of(basis), sorted(set(targets))
    if not wanted:
        raise NotErasable("There is nothing left to erase.")
    told = f"{subject[0]} {subject[1]}" if subject else ""
    made = [Erasure(log_id=log_id, paths=part, basis=basis, subject=told) for part in _parts(wanted)]
    with act("audit.erased", by=by, subject=made[0], reason=basis) as deed:
        found = _locked(log_id, wanted)
        for erasure in made:
            erasure.erased_at = deed.at
        Erasure.objects.bulk_create(made)
        _blank(found)
        keys = [row.pk for row in found.values()]
        for at in range(0, len(keys), CHUNK):
            Private.objects.filter(pk__in=keys[at : at + CHUNK]).update(salt=None, value=None)
        if person is not None:
            Actor.objects.filter(Q(ref=person) | Q(account_id=person)).update(display=None, email=None)
    return made


def basis_of(given: str) -> str:
    """The legal basis without blanks around it. Raises: Invalid: none, or a longer one than 500 characters."""
    basis = given.strip()
    if not basis or len(basis) > LONGEST_BASIS:
        raise Invalid("Name the legal basis, briefly.", errors={"basis": [f"Up to {LONGEST_BASIS} characters."]})
    return basis


def values_of(row: GovernedModel) -> list[Target]:
    """Every value the trail keeps of the row's hidden fields, and its label in events about itself; no blank ones."""
    found: list[Target] = []
    changes = Change.objects.filter(obj_type=row._meta.label_lower, obj_id=row.pk).select_related("event")
    for change in changes.order_by("obj_ver"):
        header = json.loads(bytes(change.event.body))
        is_subject = header["subject"] == [row._meta.label_lower, str(row.pk)]
        for kept in Private.objects.filter(event_uid=change.event_id).exclude(value=None).exclude(salt=None):
            is_value = kept.path.startswith(f"/{change.n}/") and not _is_blank(row, kept)
            if is_value or (is_subject and kept.path == "/subject"):
                found.append(Target(kept.event_uid, kept.path))
    return found


def mentions(texts: Iterable[str], besides: Iterable[Target] = ()) -> list[Mention]:
    """Values of all logs in which one of the texts stands as a word, oldest first; reads every value there is."""
    wanted = [text for text in texts if text.strip()]
    if not wanted:
        return []
    asked = Q()
    for text in wanted:
        asked |= Q(value__icontains=canonical(text).decode()[1:-1])
    is_word = _as_word(wanted)
    left_out = set(besides)
    rows = [row for row in Private.objects.filter(asked).order_by("pk") if is_word.search(str(json.loads(row.value)))]
    events = _events({row.event_uid for row in rows})
    return [
        Mention(target, event.act, event.at, event.log_id, str(json.loads(row.value)), row.salt is not None)
        for row in rows
        if (target := Target(row.event_uid, row.path)) not in left_out
        for event in [events[row.event_uid]]
    ]


def lines_with(text: str) -> list[Change]:
    """Change lines in which the text stands as a word, in plain, where no erasure reaches; reads all of them."""
    needle = canonical(text)[1:-1]
    if not needle.strip():
        return []
    condition = "position(%s::bytea in body) > 0" if connection.vendor == "postgresql" else "instr(body, %s) > 0"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM audit_change WHERE {condition} ORDER BY id", [needle])
        keys = [key for (key,) in cursor.fetchall()]
    found, is_word = Change.objects.in_bulk(keys), _as_word([needle.decode()])
    return [found[key] for key in keys if is_word.search(bytes(found[key].body).decode())]


def _as_word(texts: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\w){re.escape(text)}(?!\w)" for text in texts), re.IGNORECASE)


def _parts(targets: list[Target]) -> list[list[dict[str, str]]]:
    """The targets as `paths`, cut so that none is folded into a digest in its change line."""
    parts: list[list[dict[str, str]]] = []
    size = 0
    for target in targets:
        named = {"event": str(target.event), "path": target.path}
        length = len(canonical(named)) + 1
        if not parts or size + length > LONGEST_VALUES[0]:
            parts.append([])
            size = len("[]")
        parts[-1].append(named)
        size += length
    return parts


def _locked(log_id: UUID, wanted: list[Target]) -> dict[Target, Private]:
    """The values to erase, locked, each found to be erasable."""
    uids = {target.event for target in wanted}
    events = {uid: event for uid, event in _events(uids).items() if event.log_id == log_id}
    for uid in uids - set(events):
        raise NotFound(f"There is no event {uid} in this log.")
    if any(event.act in EVIDENCE for event in events.values()):
        raise NotErasable("What was lost at a restore is told in this event; an auditor needs it to verify the trail.")
    found: dict[Target, Private] = {}
    for part in _cut(uids):
        for row in Private.objects.select_for_update().filter(event_uid__in=part).order_by("pk"):
            found[Target(row.event_uid, row.path)] = row
    for target in wanted:
        row = found.get(target)
        if row is None:
            raise NotFound(f"The event {target.event} has no value at {target.path} beside it.")
        if row.value is None:
            raise NotErasable(f"{target.path} of the event {target.event} was erased before.")
        if row.value in BLANK:
            raise NotErasable(f"{target.path} of the event {target.event} is blank; nothing is to be erased.")
        if row.salt is None:
            raise NotErasable(
                f"{target.path} of the event {target.event} is a long value whose digest stands in the trail without "
                "salt. It can not be erased: the trail would not verify any more, and a guess could be confirmed."
            )
    return {target: found[target] for target in wanted}


def _blank(found: dict[Target, Private]) -> None:
    """Blank the fields of governed rows that still hold one of the values."""
    values: dict[tuple[str, UUID], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for target, kept in found.items():
        _, first, *rest = target.path.split("/")
        if rest:
            change = Change.objects.get(event=target.event, n=int(first))
            values[change.obj_type, change.obj_id][rest[0]].add(kept.value)
    for (kind, key), fields in sorted(values.items()):
        row = apps.get_model(kind)._base_manager.select_for_update().get(pk=key)
        held = [name for name, texts in fields.items() if _live(row, name) in texts]
        for name in held:
            setattr(row, name, row.audit_blank(name))
            if _live(row, name) in fields[name]:
                raise NotErasable(f"{name} of the {row._meta.verbose_name} is blank already; nothing is to be erased.")
        if held:
            row.save(update_fields=held)


def _live(row: GovernedModel, name: str) -> str | None:
    """The row's value of a field as the trail would keep it; None if the model has no such field any more."""
    field = next((f for f in row._meta.concrete_fields if f.name == name), None)
    return field and canonical(value_of(field, getattr(row, field.attname))).decode()


def _is_blank(row: GovernedModel, kept: Private) -> bool:
    name = kept.path.split("/")[2]
    field = next((f for f in row._meta.concrete_fields if f.name == name), None)
    blank = field and canonical(value_of(field, row.audit_blank(name))).decode()
    return kept.value in (*BLANK, blank)


def _events(uids: set[UUID]) -> dict[UUID, Event]:
    return {event.uid: event for part in _cut(uids) for event in Event.objects.filter(uid__in=part)}


def _cut(uids: set[UUID]) -> list[list[UUID]]:
    rows = sorted(uids)
    return [rows[at : at + CHUNK] for at in range(0, len(rows), CHUNK)]
