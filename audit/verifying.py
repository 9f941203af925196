"""Verification on the server: what an outsider can check offline, and that the database still says the same.

S1 columns are copies of the bodies. S2 every live row is what its last change left. S3 every event waits for its seal
or has its place. S4 trees rebuilt from the events are the stored ones. S5 the guards are there.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils.dateparse import parse_datetime

from audit import bundle, guards, keys, lines, notes, selectors, tiles, tree
from audit.actors import ROOT_LOG
from audit.governed import GovernedModel
from audit.standalone import verify_bundle
from audit.trail import Change, Checkpoint, Entry, Event, Log, Pending, Private, Pruning, Seal

MOST_FINDINGS = 20  # of one check
CHUNK = 500
StateCheck = Callable[[UUID | None], Iterator[str]]
# What apps derive from governed rows and keep beside them: (name, what holds if nothing is found, check).
STATE_CHECKS: list[tuple[str, str, StateCheck]] = []


def register_state_check(name: str, sentence: str, check: StateCheck) -> None:
    """Have `verify_state` also run `check(log_id)`, of one log or of all, which names what does not fit."""
    STATE_CHECKS.append((name, sentence, check))


@dataclass(frozen=True)
class Finding:
    check: str
    message: str


@dataclass(frozen=True)
class Verdict:
    """What was checked, in sentences, and what does not fit; good if nothing."""

    checked: list[str]
    findings: list[Finding]
    warnings: list[str]

    @property
    def is_good(self) -> bool:
        return not self.findings


def verify(log_id: UUID) -> Verdict:
    """The log as an outsider would check it (V1 to V11), against the head remembered outside the database.

    Seals first. Raises: as `bundle.head_of`.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.zip"
        bundle.write(log_id, path)
        try:
            checker = verify_bundle.Verifier(verify_bundle.Bundle(path), keys.published()[:1], _remembered(), [])
            result = checker.run()
        except verify_bundle.Tampered as failure:
            return Verdict([], [Finding(failure.check, str(failure))], [])
    return Verdict(result.done, [], result.warnings)


def verify_state(log_id: UUID | None = None, tell: Callable[[int, str], None] = lambda *_: None) -> Verdict:
    """S1 to S5 and what apps registered, for one log, or for everything."""
    checks: list[tuple[str, str, Callable[[], Iterator[str]]]] = [
        ("S5", "The triggers that guard the trail are there.", lambda: _guards()),
        ("S3", "Every event waits for its seal or has its place.", lambda: _places(log_id)),
        ("S4", "The trees rebuilt from the events are the stored ones.", lambda: _trees(log_id)),
        ("S1", "What one searches by is what the events say.", lambda: _columns(log_id)),
        ("S2", "Every row is what its last change left.", lambda: _rows(log_id)),
        *((name, sentence, partial(check, log_id)) for name, sentence, check in STATE_CHECKS),
    ]
    checked, findings = [], []
    for number, (name, sentence, check) in enumerate(checks):
        tell(100 * number // len(checks), sentence)
        found = _findings(name, check())
        findings += found
        checked += [] if found else [f"{name}: {sentence}"]
    return Verdict(checked, findings, [])


def _findings(check: str, messages: Iterator[str]) -> list[Finding]:
    """The first of them, and how many more there are."""
    found = [Finding(check, message) for message in itertools.islice(messages, MOST_FINDINGS)]
    more = sum(1 for _ in messages)
    return [*found, Finding(check, f"And {more} more.")] if more else found


def _remembered() -> list[tuple[str, str]]:
    path = Path(settings.AUDIT_STATE_FILE)
    return [(path.name, path.read_text())] if path.exists() else []


def _guards() -> Iterator[str]:
    yield from (f"The trigger {name} is missing." for name in guards.missing(connection))


def _places(log_id: UUID | None) -> Iterator[str]:
    events = Event.objects.filter(log_id=log_id) if log_id else Event.objects.all()
    placed, pending = Entry.objects.values("event_id"), Pending.objects.values("event_id")
    for uid in events.exclude(pk__in=placed).exclude(pk__in=pending).values_list("uid", flat=True)[:MOST_FINDINGS]:
        yield f"Event {uid} is neither sealed nor waits for its seal."
    for uid in events.filter(pk__in=pending).filter(pk__in=placed).values_list("uid", flat=True)[:MOST_FINDINGS]:
        yield f"Event {uid} is sealed and waits for its seal as well."
    pruned = Pruning.objects.filter(log_id=OuterRef("log_id"), events__gt=OuterRef("seq"))
    entries = (Entry.objects.filter(log_id=log_id) if log_id else Entry.objects.all()).alias(is_pruned=Exists(pruned))
    stored = Event.objects.values("pk")
    for entry in entries.filter(is_pruned=False).exclude(event_id__in=stored)[:MOST_FINDINGS]:
        yield f"The event at place {entry.seq} of log {entry.log_id} is gone."
    for entry in entries.filter(is_pruned=True, event_id__in=stored)[:MOST_FINDINGS]:
        yield f"The event at place {entry.seq} of log {entry.log_id} was pruned, and is there all the same."


def _trees(log_id: UUID | None) -> Iterator[str]:
    logs = Log.objects.exclude(pk=ROOT_LOG)
    for log in logs.filter(pk=log_id) if log_id else logs.order_by("pk"):
        yield from _tree(log, _pruned_leaves(log) + _leaves_of(log))
    root = Log.objects.filter(pk=ROOT_LOG).first()
    if root is not None:
        yield from _tree(root, [tree.leaf(bytes(body)) for body in _bodies(Seal.objects.order_by("n"))])
        yield from _last_heads()


def _pruned_leaves(log: Log) -> list[bytes]:
    """Hashes of the events that are gone; nothing is left from which to compute them, but they lead to signed heads."""
    pruned = selectors.pruning_of(log.pk)
    stored = tiles.Reader(log.pk).leaves(pruned.events) if pruned else b""
    return [stored[at : at + tiles.BYTES] for at in range(0, len(stored), tiles.BYTES)]


def _leaves_of(log: Log) -> list[bytes]:
    """Hashes computed from the bodies, in the order of their places."""
    with connection.cursor() as cursor:
        key = log.pk if connection.vendor == "postgresql" else log.pk.hex
        cursor.execute(
            "SELECT e.body FROM audit_entry p JOIN audit_event e ON e.id = p.event_id "
            "WHERE p.log_id = %s ORDER BY p.seq",
            [key],
        )
        return [tree.leaf(bytes(body)) for (body,) in cursor.fetchall()]


def _bodies(found: Any) -> Iterator[bytes]:
    yield from found.values_list("body", flat=True).iterator(CHUNK)


def _tree(log: Log, leaves: list[bytes]) -> Iterator[str]:
    if len(leaves) != log.size or tree.root(leaves) != bytes(log.root):
        yield f"The events of log {log.pk} lead to another head than the one it says: {len(leaves)}, not {log.size}."
    if tiles.Reader(log.pk).leaves(log.size) != b"".join(leaves):
        yield f"The stored hashes of log {log.pk} are not those of its events."
    newest = Checkpoint.objects.filter(log_id=log.pk).order_by("-size").first()
    if log.size and (newest is None or notes.head_of(newest.note).root != bytes(log.root) or newest.size != log.size):
        yield f"The newest signed head of log {log.pk} is not its head."


def _last_heads() -> Iterator[str]:
    seal = Seal.objects.order_by("-n").first()
    if seal is None:
        return
    heads = seal.heads.splitlines(keepends=True)
    told = json.loads(bytes(seal.body))
    if tree.root(tree.leaf(line.encode()) for line in heads).hex() != told["heads"]:
        yield f"The heads stored with seal {seal.n} are not those it commits to."


def _columns(log_id: UUID | None) -> Iterator[str]:
    events = Event.objects.filter(log_id=log_id) if log_id else Event.objects.all()
    for event in events.order_by("pk").iterator(CHUNK):
        header = json.loads(bytes(event.body))
        told = (
            UUID(header["id"]), UUID(header["log"]), header["act"], UUID(header["by"]["ref"]),
            parse_datetime(header["at"]), UUID(header["req"]) if header["req"] else None,
        )  # fmt: skip
        shown = (event.uid, event.log_id, event.act, event.actor_ref, event.at, event.request_id)
        if told != shown or tree.leaf(bytes(event.body)) != bytes(event.leaf):
            yield f"The columns of event {event.uid} are not what its body says."
    changes = Change.objects.filter(event__log_id=log_id) if log_id else Change.objects.all()
    for change in changes.order_by("pk").iterator(CHUNK):
        line = json.loads(bytes(change.body))
        shown = (change.obj_type, change.obj_id, change.obj_ver, bytes(change.leaf))
        if shown != (line["type"], UUID(line["id"]), line["ver"], tree.leaf(bytes(change.body))):
            yield f"The columns of change {change.n} of event {change.event_id} are not what its body says."


def _rows(log_id: UUID | None) -> Iterator[str]:
    for model in guards.governed_models():
        yield from _rows_of(model, log_id)


def _rows_of(model: type[GovernedModel], log_id: UUID | None) -> Iterator[str]:
    kind, name = model._meta.label_lower, model._meta.verbose_name
    seen: set[UUID] = set()
    batch: list[GovernedModel] = []
    for row in model._base_manager.order_by("pk").iterator(CHUNK):
        seen.add(row.pk)
        batch.append(row)
        if len(batch) == CHUNK:
            yield from _compare(kind, name, batch, log_id)
            batch = []
    yield from _compare(kind, name, batch, log_id)
    told = Change.objects.filter(obj_type=kind)
    if log_id:
        told = told.filter(event__log_id=log_id)
    for key in told.values_list("obj_id", flat=True).distinct().iterator(CHUNK):
        if key not in seen:
            yield f"The {name} {key} is in the trail, but its row is gone."


def _compare(kind: str, name: str, rows: list[GovernedModel], log_id: UUID | None) -> Iterator[str]:
    """Rows against the fold of their changes."""
    folds: dict[UUID, _Fold] = {}
    found = Change.objects.filter(obj_type=kind, obj_id__in=[row.pk for row in rows]).order_by("obj_id", "obj_ver")
    for change in found.select_related("event") if log_id else found:
        folds.setdefault(change.obj_id, _Fold()).add(change, log_id)
    for row in rows:
        fold = folds.get(row.pk)
        if fold is None:
            yield f"The {name} {row.pk} is in no event; it was written behind the application's back."
        elif log_id is None or fold.log_id == log_id:
            yield from _differences(name, row, fold)


class _Fold:
    """What the changes of one object leave."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.hidden: dict[str, tuple[str, UUID, int]] = {}  # field -> commitment, event, line
        self.version, self.head, self.log_id = 0, b"", None

    def add(self, change: Change, log_id: UUID | None) -> None:
        line = json.loads(bytes(change.body))
        self.version, self.head = change.obj_ver, bytes(change.leaf)
        self.log_id = change.event.log_id if log_id else None
        self.values |= {field: after for field, (_, after) in line["set"].items()}
        for field, told in line.get("hid", {}).items():
            self.values.pop(field, None)
            self.hidden[field] = (told["c"], change.event_id, change.n)


def _told(value: Any) -> str:
    return lines.canonical(value).decode()


def _differences(name: str, row: GovernedModel, fold: _Fold) -> Iterator[str]:
    if (row.audit_ver, bytes(row.audit_head)) != (fold.version, fold.head):
        yield f"The {name} {row.pk} has version {row.audit_ver}, its last change made version {fold.version}."
        return
    values = lines.values_of(row)
    for field, told in fold.values.items():
        if field in values and not verify_bundle.same(_told(values[field]), _told(told)):
            yield f"{field} of the {name} {row.pk} was changed behind the application's back."
    for field, (commitment, uid, n) in fold.hidden.items():
        kept = Private.objects.filter(event_uid=uid, path=f"/{n}/{field}").first()
        if field not in values:
            continue
        if kept is None or kept.value is None:  # an erasure of the last value leaves a blank one after it
            yield f"The value of {field} of the {name} {row.pk} was taken away from the trail, and not by an erasure."
            continue
        value = lines.canonical(values[field])
        if tree.commitment(bytes(kept.salt), value) != commitment:
            yield f"{field} of the {name} {row.pk} was changed behind the application's back."
