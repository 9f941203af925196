"""Writing a backup: one file with the rows of all tables at one moment, the evidence, and the newest signed head.

The signing key is not in it. Whoever finds a backup could otherwise sign a trail of their own making.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from audit.actors import ROOT_LOG
from audit.models import Checkpoint
from audit.snapshot import one_moment
from compliance.backups import tables
from crispmlq import __version__
from crispmlq.errors import DomainError
from evidence.models import Blob
from evidence.services import blobs

FORMAT = "crispmlq-backup/1"
MANIFEST = "manifest.json"
STATE = "audit_state"
FIXED_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Written:
    """What went into a backup; `lacking` are the files that are gone or damaged, by their SHA-256."""

    rows: int
    files: int
    lacking: list[str]
    sha256: str


def write(path: Path, tell: Callable[[str], None] = lambda _: None) -> Written:
    """Write a backup to `path`, which stays as it was if anything fails.

    Work goes on meanwhile. Memory grows with the largest file of evidence.
    """
    fresh = path.with_name(path.name + ".part")
    try:
        with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as packed:
            pack = _Pack(packed)
            with _reading():
                rows = _tables(pack, tell)
                files = {blob.sha256: blob for blob in Blob.objects.order_by("sha256", "pk")}
                migrations = applied()
            lacking = _evidence(pack, files, tell)
            told = {"format": FORMAT, "version": __version__, "made_at": timezone.now().isoformat()}
            manifest = {**told, "migrations": migrations, "rows": rows, "lacking": lacking, "parts": pack.parts}
            pack.put(MANIFEST, [json.dumps(manifest, indent=1, sort_keys=True).encode()])
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Written(sum(rows.values()), len(files) - len(lacking), lacking, digest)


def applied() -> list[str]:
    """The migrations that made the tables what they are."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


class _Pack:
    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._zip = packed
        self.parts: list[dict[str, Any]] = []

    def put(self, name: str, pieces: Iterable[bytes]) -> int:
        """The number of pieces."""
        digest, size, count = hashlib.sha256(), 0, 0
        info = zipfile.ZipInfo(name, FIXED_TIME)
        info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
        with self._zip.open(info, "w", force_zip64=True) as target:
            for count, piece in enumerate(pieces, 1):  # noqa: B007 - the count is given back
                digest.update(piece)
                size += len(piece)
                target.write(piece)
        self.parts.append({"name": name, "size": size, "sha256": digest.hexdigest()})
        return count


@contextmanager
def _reading() -> Iterator[None]:
    """One moment of the database. SQLite's transactions begin as writers; this one reads and keeps nobody waiting."""
    if connection.vendor != "sqlite":
        with one_moment():
            yield
        return
    connection.ensure_connection()  # which sets the mode
    mode, connection.transaction_mode = connection.transaction_mode, "DEFERRED"
    try:
        with transaction.atomic():
            yield
    finally:
        connection.transaction_mode = mode


def _tables(pack: _Pack, tell: Callable[[str], None]) -> dict[str, int]:
    rows = {}
    for label, model in tables.all_models().items():
        tell(label)
        rows[label] = pack.put(f"tables/{label}.jsonl", tables.lines(model)) - 1
    newest = Checkpoint.objects.filter(log_id=ROOT_LOG).order_by("-size").first()
    if newest:
        pack.put(STATE, [newest.note.encode()])
    return rows


def _evidence(pack: _Pack, files: dict[str, Blob], tell: Callable[[str], None]) -> list[str]:
    tell(f"{len(files)} files of evidence")
    lacking = []
    for digest, blob in files.items():
        try:
            pack.put(f"evidence/{digest}", [blobs.read(blob)])
        except DomainError:
            lacking.append(digest)
    return lacking
