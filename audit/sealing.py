"""Sealing: pending events get their place in their log, and a signed checkpoint over all logs commits to it.

Correct with any number of sealers and with none: the row of the root log is the lock, the pending rows are the queue.
"""

from __future__ import annotations

import base64
import os
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit import keys, notes, tiles, tree
from audit.actors import ROOT_LOG
from audit.acts import AuditError
from audit.canon import canonical, plain
from audit.storing import insert
from audit.trail import Checkpoint, Entry, Event, Log, Pending, Seal
from crispmlq.errors import Conflict

BATCH = 5000
LATE = timedelta(seconds=60)
log = structlog.get_logger(__name__)


class TrailDamaged(AuditError):
    """A pending event is not what its act has stored. Nothing is sealed until somebody has looked."""


class TrailBehind(Conflict):
    code, title = "trail_behind", "The database is older than its trail"


def seal(limit: int = BATCH) -> Seal | None:
    """Seal at most `limit` pending events, in the order of their ids; None if there are none.

    Nobody sees a checkpoint before it is committed; then the newest root note is written to `AUDIT_STATE_FILE`.

    Raises:
        NoKey: see `keys.current`. TrailBehind: the state file knows a later head. TrailDamaged: see there.
    """
    with transaction.atomic():
        key, origin = keys.current()
        root = Log.objects.select_for_update().get(pk=ROOT_LOG)
        require_not_behind(root)
        pending = list(Pending.objects.order_by("event_id").values_list("event_id", flat=True)[:limit])
        if not pending:
            return None
        at = timezone.now()
        for log_id, events in _by_log(pending).items():
            _append(_log(log_id, root, origin), events, root.size, key, at)
        made, note = _close(root, key, at)
        Pending.objects.filter(event_id__in=pending).delete()
        transaction.on_commit(lambda: _remember(note))
        return made


def seal_all() -> int:
    """Seal until nothing is pending; gives back the number of seals."""
    made = 0
    while seal():
        made += 1
    return made


def seal_at_commit() -> None:
    """For acts of weight: seal as soon as the open transaction has committed. What fails is left to the next sealer."""
    transaction.on_commit(seal, robust=True)


def lateness() -> timedelta:
    """How long the oldest pending event waits; zero if none does."""
    oldest = Event.objects.filter(pk__in=Pending.objects.order_by("event_id").values("event_id")[:1]).first()
    return max(timezone.now() - oldest.at, timedelta()) if oldest else timedelta()


def is_late(waits: timedelta) -> bool:
    return waits > LATE


def warn_if_late() -> None:
    """An error in the log when the oldest pending event is older than a minute."""
    waits = lateness()
    if is_late(waits):
        log.error("trail_not_sealed", oldest_pending_seconds=round(waits.total_seconds()))


def _by_log(pending: list[int]) -> dict[UUID, list[tuple[int, bytes]]]:
    """(event id, leaf) by log, in the order of the ids."""
    found = Event.objects.in_bulk(pending)
    damaged = [i for i in pending if i not in found or tree.leaf(bytes(found[i].body)) != bytes(found[i].leaf)]
    if damaged:
        log.error("trail_damaged", events=damaged[:20])
        raise TrailDamaged(f"Pending events {damaged[:20]} are missing or were changed. Run `manage.py audit_verify`.")
    rows: dict[UUID, list[tuple[int, bytes]]] = defaultdict(list)
    for event_id in pending:
        rows[found[event_id].log_id].append((event_id, bytes(found[event_id].leaf)))
    return rows


def _log(log_id: UUID, root: Log, origin: str) -> Log:
    found = Log.objects.filter(pk=log_id).first()
    return found or Log(
        id=log_id, origin=keys.log_origin(origin, log_id, root.epoch), root=tree.EMPTY_ROOT, epoch=root.epoch
    )


def _append(row: Log, events: list[tuple[int, bytes]], seal_number: int, key: Ed25519PrivateKey, at: Any) -> None:
    places = enumerate(events, row.size)
    insert(Entry, [{"log_id": row.pk, "seq": seq, "event_id": event_id} for seq, (event_id, _) in places])
    _grow(row, [leaf for _, leaf in events])
    _sign(row, seal_number, key, at)


def _grow(row: Log, leaves: list[bytes]) -> None:
    tiles.extend(row.pk, row.size, leaves)
    frontier = tree.Frontier(row.size, _peaks(row))
    for leaf in leaves:
        frontier.append(leaf)
    row.size, row.frontier, row.root = frontier.size, b"".join(frontier.peaks), frontier.root
    row.save()


def _peaks(row: Log) -> list[bytes]:
    data = bytes(row.frontier)
    return [data[at : at + 32] for at in range(0, len(data), 32)]


def _sign(row: Log, seal_number: int, key: Ed25519PrivateKey, at: Any) -> str:
    text = notes.Checkpoint(row.origin, row.size, bytes(row.root)).text
    note = notes.sign(text, row.origin, key)
    insert(Checkpoint, [{"log_id": row.pk, "size": row.size, "seal": seal_number, "note": note, "at": at}])
    return note


def _close(root: Log, key: Ed25519PrivateKey, at: Any) -> tuple[Seal, str]:
    """The next leaf of the root log commits to the heads of all logs."""
    text = heads()
    lines = text.splitlines(keepends=True)
    commitment = tree.root(tree.leaf(line.encode()) for line in lines)
    body = canonical({"v": 1, "seal": root.size, "at": plain(at), "logs": len(lines), "heads": commitment.hex()})
    made = Seal(n=root.size, at=at, body=body, heads=text)
    insert(Seal, [{"n": made.n, "at": at, "body": body, "heads": text}])
    _grow(root, [tree.leaf(body)])
    return made, _sign(root, made.n, key, at)


def heads() -> str:
    """One line for each log but the root: `<id> <size> <base64 of the root>`, sorted by id."""
    rows = Log.objects.exclude(pk=ROOT_LOG).values_list("id", "size", "root")
    lines = sorted(f"{log_id} {size} {base64.b64encode(bytes(root)).decode()}\n" for log_id, size, root in rows)
    return "".join(lines)


def require_not_behind(root: Log) -> None:
    """The state file remembers the newest head outside the database, which may have been set back.

    Raises: TrailBehind.
    """
    path = Path(settings.AUDIT_STATE_FILE)
    if not path.exists():
        return
    known = notes.head_of(path.read_text())
    same = root.size == known.size and bytes(root.root) == known.root
    if same or (root.size > known.size and tiles.Reader(ROOT_LOG).root(known.size) == known.root):
        return
    raise TrailBehind(
        f"The last published head has {known.size} seals, this database has {root.size} or others. If it was restored "
        "from a backup, run `manage.py audit_restored`; it goes on in a new epoch and says so in the trail.",
        known=known.size,
        size=root.size,
    )


def _remember(note: str) -> None:
    path = Path(settings.AUDIT_STATE_FILE)
    if path.exists() and _size(path.read_text()) >= _size(note):
        return  # another sealer was quicker
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(note)
    fresh.replace(path)


def _size(note: str) -> int:
    return notes.head_of(note).size
