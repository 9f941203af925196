"""Storing and reading files by their SHA-256."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.utils import timezone

from crispmlq.errors import Conflict, Invalid
from evidence.models import Blob

# No control characters, half characters or slashes, and nothing that makes a name read in another order than it is.
NAME = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff/\\]{1,200}")
MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")


class EvidenceDamaged(Conflict):
    code, title = "evidence_damaged", "Evidence is damaged"


def store(*, owner_id: UUID, name: str, media_type: str, data: bytes, claimed_sha256: str | None = None) -> Blob:
    """Keep the bytes; to be called inside an act. The same bytes under the same name are the same Blob.

    Raises:
        Invalid: empty, larger than EVIDENCE_MAX_BYTES, a bad name or type, or another hash than claimed.
    """
    digest = hashlib.sha256(data).hexdigest()
    _require_sound(name, media_type, data, digest, claimed_sha256)
    keep(digest, data)
    _wait_for_others(owner_id, digest, name)
    known = Blob.objects.filter(owner_id=owner_id, sha256=digest, name=name).first()
    if known:
        return known
    blob = Blob(
        owner_id=owner_id, sha256=digest, size=len(data), name=name, media_type=media_type, stored_at=timezone.now()
    )
    blob.save()
    return blob


def _wait_for_others(owner_id: UUID, digest: str, name: str) -> None:
    """Hold this blob until the transaction ends: who stores the same at the same time then finds the row of the first.

    Catching the broken constraint instead would leave the change line of a row that does not exist in the open act.
    SQLite needs nothing, since its writers wait for each other from the start.
    """
    if connection.vendor != "postgresql":
        return
    key = hashlib.sha256(f"{owner_id} {digest} {name}".encode()).digest()[:8]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(key, signed=True)])


def received(file: UploadedFile) -> bytes:
    """The bytes of an upload. Raises: Invalid: it is larger than EVIDENCE_MAX_BYTES; then it is not read at all."""
    if file.size > settings.EVIDENCE_MAX_BYTES:
        raise Invalid("The file is too large.", errors={"file": [_too_large(file.size)]})
    return file.read()


def read(blob: Blob) -> bytes:
    """The bytes, if they still have the hash they were stored under.

    Raises: EvidenceDamaged: the file is gone or was altered.
    """
    try:
        data = path_of(blob.sha256).read_bytes()
    except FileNotFoundError:
        raise EvidenceDamaged(
            f"The file of “{blob.name}” is gone from the evidence store.", sha256=blob.sha256
        ) from None
    if hashlib.sha256(data).hexdigest() != blob.sha256:
        raise EvidenceDamaged(
            f"“{blob.name}” was altered in the evidence store; it is not handed out.", sha256=blob.sha256
        )
    return data


def path_of(sha256: str) -> Path:
    return Path(settings.EVIDENCE_DIR) / sha256[:2] / sha256[2:4] / sha256


def keep(digest: str, data: bytes) -> None:
    """Put the bytes under their hash; a damaged file there is mended.

    Written beside and renamed, so that a crash leaves no half file.
    """
    path = path_of(digest)
    if path.exists() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def _require_sound(name: str, media_type: str, data: bytes, digest: str, claimed: str | None) -> None:
    errors: dict[str, list[str]] = {}
    if not NAME.fullmatch(name) or name in {".", ".."}:
        errors["name"] = ["Give a file name of up to 200 characters, without slashes and control characters."]
    if not MEDIA_TYPE.fullmatch(media_type) or len(media_type) > 120:
        errors["media_type"] = ["Give a media type such as text/csv."]
    if not data:
        errors["file"] = ["The file is empty."]
    elif len(data) > settings.EVIDENCE_MAX_BYTES:
        errors["file"] = [_too_large(len(data))]
    elif claimed is not None and str(claimed).lower() != digest:
        errors["sha256"] = [f"The bytes that arrived have SHA-256 {digest}, not the claimed one. Send the file again."]
    if errors:
        raise Invalid("This file can not be stored.", errors=errors)


def _too_large(size: int) -> str:
    return f"The file has {size} bytes; at most {settings.EVIDENCE_MAX_BYTES} are accepted."
