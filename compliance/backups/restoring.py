"""Bringing a backup back into an empty database: all of it, or nothing."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import Error, connection, transaction

from audit import guards, notes
from compliance.backups import tables
from compliance.backups.writing import FORMAT, MANIFEST, STATE, applied
from crispmlq import __version__
from crispmlq.errors import Conflict, Invalid
from evidence.services import blobs

PART = re.compile(rf"tables/[a-z_.]+\.jsonl|evidence/[0-9a-f]{{64}}|{STATE}")


class NotEmpty(Conflict):
    code, title = "not_empty", "The database is not empty"


class OtherVersion(Conflict):
    code, title = "other_version", "Made by another version"


class Damaged(Invalid):
    code, title = "backup_damaged", "This is no sound backup"


def restore(path: Path, tell: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """Fill the empty database and the evidence store; gives back the manifest.

    Every part is checked before anything is written, and nothing stays if it fails. A state file that is there already
    stays: it tells what was signed after the backup was made.

    Raises:
        Damaged: no backup, of an unknown format, or a part is not what the manifest says.
        OtherVersion: its tables are not those of this program. NotEmpty: there are rows already.
    """
    with _opened(path) as packed:
        manifest = _checked(packed, tell)
        if not connection.introspection.table_names():
            call_command("migrate", verbosity=0)
        _require_same_tables(manifest)
        if filled := tables.with_rows():
            raise NotEmpty(f"There are rows in {', '.join(filled[:3])}. A backup goes into an empty database only.")
        written: list[Path] = []
        try:
            _evidence(packed, manifest, written)
            _tables(packed, manifest, tell)
        except BaseException:
            for file in written:
                file.unlink(missing_ok=True)
            raise
        if STATE in packed.namelist():
            _remember(packed.read(STATE).decode())
    return manifest


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise Damaged(f"{path} can not be read as a backup: {error}.") from None


def _checked(packed: zipfile.ZipFile, tell: Callable[[str], None]) -> dict[str, Any]:
    try:
        manifest = json.loads(_bytes(packed, MANIFEST))
        known = manifest["format"]
    except (ValueError, KeyError, TypeError):
        raise Damaged(f"It has no readable {MANIFEST}.") from None
    if known != FORMAT:
        raise Damaged(f"Its format is “{str(known)[:80]}”; this program reads “{FORMAT}”.")
    try:
        listed = {str(part["name"]): (part["size"], part["sha256"]) for part in manifest["parts"]}
        wanted = {f"tables/{label}.jsonl" for label in manifest["rows"]}
        complete = {"migrations", "made_at", "lacking"} <= set(manifest)
    except (KeyError, TypeError):
        complete = False
    if not complete:
        raise Damaged(f"Its {MANIFEST} is incomplete.")
    names = packed.namelist()
    odd = sorted(set(listed) ^ (set(names) - {MANIFEST}) | (wanted - set(listed)))
    odd += [name for name in listed if not PART.fullmatch(name)]
    if odd or len(set(names)) != len(names):
        raise Damaged(f"Its parts are not those it lists: {', '.join(odd[:3]) or 'one is there twice'}.")
    for name, said in listed.items():
        tell(f"checking {name}")
        if said != _measured(packed, name) or (name.startswith("evidence/") and name[9:] != said[1]):
            raise Damaged(f"The part {name} is damaged. Take another backup.")
    return manifest


def _bytes(packed: zipfile.ZipFile, name: str) -> bytes:
    return b"".join(_pieces(packed, name))


def _measured(packed: zipfile.ZipFile, name: str) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    for piece in _pieces(packed, name):
        digest.update(piece)
        size += len(piece)
    return size, digest.hexdigest()


def _pieces(packed: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Raises: Damaged: it is not there or can not be unpacked."""
    try:
        with packed.open(name) as file:
            while piece := file.read(1 << 20):
                yield piece
    except Exception as error:  # zlib.error has no public parent
        raise Damaged(f"The part {name} can not be unpacked: {error}.") from None


def _require_same_tables(manifest: dict[str, Any]) -> None:
    there, told = set(applied()), set(manifest["migrations"])
    if newer := sorted(told - there):
        raise OtherVersion(
            f"The backup was made by version {manifest.get('version')}, which is newer than this program "
            f"({__version__}) or than its database: it has {newer[0]}. Install that version, run "
            "`manage.py migrate`, and try again."
        )
    if older := sorted(there - told):
        raise OtherVersion(
            f"The backup was made by version {manifest.get('version')}, before {older[0]}. Restore it with that "
            "version, then install this one and run `manage.py migrate`."
        )
    if set(manifest["rows"]) != set(tables.all_models()):
        raise OtherVersion("The backup holds other tables than this program has.")


def _evidence(packed: zipfile.ZipFile, manifest: dict[str, Any], written: list[Path]) -> None:
    for part in manifest["parts"]:
        if part["name"].startswith("evidence/"):
            path = blobs.path_of(part["sha256"])
            if not path.exists():
                written.append(path)
            blobs.keep(part["sha256"], _bytes(packed, part["name"]))


@transaction.atomic
def _tables(packed: zipfile.ZipFile, manifest: dict[str, Any], tell: Callable[[str], None]) -> None:
    guards.remove(connection)
    tables.empty_those_of_migrations()
    for label, model in tables.all_models().items():
        tell(label)
        with packed.open(f"tables/{label}.jsonl") as file:
            try:
                count = tables.load(model, file)
            except (ValueError, TypeError, ValidationError, Error) as error:
                raise Damaged(f"The rows of {label} do not fit: {str(error).strip()[:300]}.") from error
        if count != manifest["rows"][label]:
            raise Damaged(f"The backup says {manifest['rows'][label]} rows of {label} and holds {count}.")
    try:
        connection.check_constraints()  # PostgreSQL takes no triggers while references wait for their check
    except Error as error:
        raise Damaged(f"A row refers to one that is not there: {str(error).strip()[:300]}.") from error
    tables.set_counters()
    guards.install(connection)
    ContentType.objects.clear_cache()


def _remember(note: str) -> None:
    path = Path(settings.AUDIT_STATE_FILE)
    if not path.exists():
        notes.head_of(note)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(note)
