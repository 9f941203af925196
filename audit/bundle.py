"""One file with everything a stranger needs to verify a log offline, with `audit/standalone/verify_bundle.py`.

The same root head gives the same bytes. What is in it, and how it is hashed, stands in docs/audit-trail.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO
from uuid import UUID

from audit import keys, sealing, tiles, tree
from audit.actors import ROOT_LOG
from audit.canon import canonical
from audit.packing import Parts
from audit.trail import Actor, Anchor, Change, Checkpoint, Entry, Event, Log, Private, Pruning, Seal, SigningKey
from crispmlq.errors import NotFound

FORMAT = "crispmlq-bundle/1"
CHUNK = 2000
HOWTO = (Path(__file__).parent / "standalone" / "HOWTO.md").read_text()


@dataclass(frozen=True)
class Head:
    """What the bundle is true of: a seal, and the log's head in it."""

    log: Log
    size: int
    seal: Seal
    root_size: int
    heads: list[str]
    index: int

    @cached_property
    def pruned(self) -> int:
        """How many events at the beginning are gone, with nothing but their hashes left."""
        found = Pruning.objects.filter(log_id=self.log.pk).order_by("-events").first()
        return found.events if found else 0

    @property
    def root_note(self) -> str:
        return Checkpoint.objects.get(log_id=ROOT_LOG, size=self.root_size).note

    @property
    def log_note(self) -> str:
        return Checkpoint.objects.get(log_id=self.log.pk, size=self.size).note


def head_of(log_id: UUID) -> Head:
    """The log's head in the newest seal; seals first what is pending.

    Raises:
        NotFound: the log has no event. And as `sealing.seal`.
    """
    sealing.seal_all()
    seal = Seal.objects.order_by("-n").first()
    lines = seal.heads.splitlines(keepends=True) if seal else []
    for index, line in enumerate(lines):
        key, size, _ = line.split(" ")
        if key == str(log_id):
            return Head(Log.objects.get(pk=log_id), int(size), seal, seal.n + 1, lines, index)
    raise NotFound("Nothing is sealed in this log yet.")


def write(log_id: UUID, path: Path, tell: Callable[[int, str], None] = lambda *_: None) -> Head:
    """Write the bundle of a log to `path`; `tell` hears percent and step.

    Memory grows with the objects, and by 32 bytes for each event. Raises: as `head_of`.
    """
    head = head_of(log_id)
    with TemporaryDirectory(dir=path.parent) as folder:
        parts = Parts(Path(folder))
        _write_heads(parts, head)
        _write_anchors(parts, head)
        _write_events(parts, head, tell)
        tell(95, "Packing")
        told = {"pruned": head.pruned} if head.pruned else {}
        parts.pack(
            path, FORMAT, log=str(log_id), origin=head.log.origin, size=head.size, root_size=head.root_size, **told
        )
    return head


def _write_heads(parts: Parts, head: Head) -> None:
    known = SigningKey.objects.filter(after_size__lt=head.root_size).order_by("after_size", "id")
    rows = [{"public": k.public, "after_size": k.after_size, "endorsement": k.endorsement} for k in known]
    origin = keys.root_origin()
    parts.put("keys.json", canonical({"origin": origin, "keys": rows}))
    leaves = [tree.leaf(line.encode()) for line in head.heads]
    path = tree.inclusion(head.index, len(leaves), lambda height, i: tree.root(leaves[i << height : (i + 1) << height]))
    proof = {"line": head.heads[head.index], "index": head.index, "count": len(leaves), "path": [h.hex() for h in path]}
    parts.put("heads.json", canonical(proof))
    parts.put("seal.json", bytes(head.seal.body))
    parts.put("root.note", head.root_note.encode())
    parts.put("log.note", head.log_note.encode())
    parts.put("root.hashes", tiles.Reader(ROOT_LOG).leaves(head.root_size))
    parts.put("log.hashes", tiles.Reader(head.log.pk).leaves(head.size))
    vkeys = "\n".join(keys.published())
    parts.put("HOWTO.md", HOWTO.replace("{vkeys}", vkeys).replace("{origin}", origin).encode())
    checkpoints = Checkpoint.objects.filter(log_id=head.log.pk, seal__lt=head.root_size).order_by("size")
    with parts.open("checkpoints.jsonl") as file:
        for row in checkpoints.iterator(CHUNK):
            file.write(canonical({"size": row.size, "seal": row.seal, "note": row.note}) + b"\n")


def _write_anchors(parts: Parts, head: Head) -> None:
    for anchor in Anchor.objects.filter(root_size__lte=head.root_size).order_by("pk").iterator(CHUNK):
        parts.put(f"anchors/{anchor.name}", bytes(anchor.payload))


@dataclass
class _Fold:
    """Objects as the changes leave them, and who acted."""

    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    actors: set[UUID] = field(default_factory=set)

    def add(self, body: bytes) -> None:
        line = json.loads(body)
        row = self.objects.setdefault(line["type"], {}).setdefault(line["id"], {"values": {}})
        row["ver"], row["head"] = line["ver"], tree.leaf(body).hex()
        row["values"] |= {name: after for name, (_, after) in line["set"].items()} | line.get("hid", {})


def _write_events(parts: Parts, head: Head, tell: Callable[[int, str], None]) -> None:
    fold = _Fold()
    with (
        parts.open("events.jsonl") as events,
        parts.open("changes.jsonl") as lines,
        parts.open("private.jsonl") as kept,
    ):
        for first in range(head.pruned, head.size, CHUNK):
            tell(5 + 85 * first // head.size, f"Events {first} of {head.size}")
            _write_chunk(events_at(head, first), fold, events, lines, kept)
    parts.put("state.json", canonical(fold.objects))
    with parts.open("actors.jsonl") as file:
        for actor in Actor.objects.filter(ref__in=fold.actors).order_by("ref"):
            file.write(canonical({"ref": str(actor.ref), "kind": actor.kind, "display": actor.display}) + b"\n")


def events_at(head: Head, first: int) -> list[Event]:
    """Events by their place in the log; each entry with its event or not at all, which the verifier then tells."""
    places = Entry.objects.filter(log_id=head.log.pk, seq__gte=first, seq__lt=min(first + CHUNK, head.size))
    ids = list(places.order_by("seq").values_list("event_id", flat=True))
    found = Event.objects.in_bulk(ids)
    return [found[event_id] for event_id in ids if event_id in found]


def _write_chunk(found: list[Event], fold: _Fold, events: BinaryIO, changes: BinaryIO, private: BinaryIO) -> None:
    uids = [event.uid for event in found]
    lines = grouped(Change, "event_id", "event__in", uids, "n")
    values = grouped(Private, "event_uid", "event_uid__in", uids, "path")
    for event in found:
        events.write(bytes(event.body) + b"\n")
        fold.actors.add(event.actor_ref)
        for line in lines.get(event.uid, ()):
            changes.write(bytes(line.body) + b"\n")
            fold.add(bytes(line.body))
        for row in values.get(event.uid, ()):
            salt = None if row.salt is None else bytes(row.salt).hex()
            told = {"event": str(event.uid), "path": row.path, "salt": salt, "value": row.value}
            private.write(canonical(told) + b"\n")


def grouped(model: Any, attribute: str, lookup: str, uids: list[UUID], order: str) -> dict[UUID, list[Any]]:
    rows: dict[UUID, list[Any]] = {}
    for at in range(0, len(uids), 500):
        for row in model.objects.filter(**{lookup: uids[at : at + 500]}).order_by(order):
            rows.setdefault(getattr(row, attribute), []).append(row)
    return rows
