"""The store of files: kept under their SHA-256, checked at every read, refused without a trace."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

import audit
from crispmlq.errors import Invalid
from evidence.models import Blob
from evidence.services import blobs
from tests.cast import Cast

DATA = b"age,churned\n41,no\n"


def store(cast: Cast, *files: dict[str, Any]) -> list[Blob]:
    given = {"name": "rows.csv", "media_type": "text/csv", "data": DATA, "owner_id": cast.project.pk}
    with audit.act("document.attached", by=cast.dana.audit_by, subject=cast.project):
        return [blobs.store(**{**given, **each}) for each in files or [{}]]


def on_disk() -> list[Path]:
    return [path for path in Path(settings.EVIDENCE_DIR).rglob("*") if path.is_file()]


def test_a_file_lies_under_the_hash_of_its_bytes(cast: Cast) -> None:
    blob = store(cast)[0]
    digest = hashlib.sha256(DATA).hexdigest()
    assert (blob.sha256, blob.size) == (digest, len(DATA))
    assert [path.name for path in on_disk()] == [digest]
    assert on_disk()[0].read_bytes() == blobs.read(blob) == DATA


def test_the_same_file_is_kept_once(cast: Cast) -> None:
    first, again = store(cast, {}, {})
    assert first.pk == again.pk
    assert (Blob.objects.count(), len(on_disk())) == (1, 1)


def test_equal_bytes_under_another_name_are_another_entry_for_one_file(cast: Cast) -> None:
    store(cast, {}, {"name": "copy.csv"})
    assert (Blob.objects.count(), len(on_disk())) == (2, 1)


def test_a_claimed_hash_may_be_written_in_capitals(cast: Cast) -> None:
    digest = hashlib.sha256(DATA).hexdigest()
    assert store(cast, {"claimed_sha256": digest.upper()})[0].sha256 == digest


def test_a_file_as_large_as_allowed_is_kept(cast: Cast, settings: Any) -> None:
    settings.EVIDENCE_MAX_BYTES = len(DATA)
    assert store(cast)[0].size == len(DATA)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"data": b""}, "file"),
        ({"data": DATA + b"x"}, "file"),
        ({"claimed_sha256": "a" * 64}, "sha256"),
        ({"claimed_sha256": ""}, "sha256"),
        ({"media_type": "csv"}, "media_type"),
        ({"media_type": "text/csv\n"}, "media_type"),
        ({"media_type": "text/" + "x" * 120}, "media_type"),
        ({"name": ""}, "name"),
        ({"name": ".."}, "name"),
        ({"name": "../../x"}, "name"),
        ({"name": "/etc/passwd"}, "name"),
        ({"name": "..\\x"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "rows.csv\n"}, "name"),
        ({"name": "a\x85b"}, "name"),
        ({"name": "invoice\u202efdp.exe"}, "name"),
        ({"name": "a\u2066b"}, "name"),
        ({"name": "a\ud800b"}, "name"),
    ],
)
def test_what_is_refused_leaves_neither_row_nor_file(
    cast: Cast, settings: Any, changes: dict[str, Any], field: str
) -> None:
    settings.EVIDENCE_MAX_BYTES = len(DATA)
    with pytest.raises(Invalid) as refusal:
        store(cast, changes)
    assert list(refusal.value.errors) == [field]
    assert not Blob.objects.exists()
    assert on_disk() == []


@pytest.mark.parametrize(
    "name", ["<b>.csv", "x" * 200, "דוח סופי.csv", "تقرير.pdf", 'a b; c="d".csv', ".hidden", "日本"]
)
def test_odd_names_are_kept_as_they_were_given(cast: Cast, name: str) -> None:
    blob = store(cast, {"name": name})[0]
    assert Blob.objects.get(pk=blob.pk).name == name
    assert [path.name for path in on_disk()] == [blob.sha256]


@pytest.mark.parametrize("damage", [b"", DATA[:-1], DATA.replace(b"no", b"ye")])
def test_altered_bytes_are_not_read(cast: Cast, damage: bytes) -> None:
    blob = store(cast)[0]
    on_disk()[0].write_bytes(damage)
    with pytest.raises(blobs.EvidenceDamaged, match="was altered") as refusal:
        blobs.read(blob)
    assert refusal.value.data["sha256"] == blob.sha256


def test_a_file_that_is_gone_is_told_so(cast: Cast) -> None:
    blob = store(cast)[0]
    on_disk()[0].unlink()
    with pytest.raises(blobs.EvidenceDamaged, match="is gone"):
        blobs.read(blob)


@pytest.mark.parametrize("name", ["rows.csv", "copy.csv"])
def test_storing_the_right_bytes_again_mends_a_damaged_file(cast: Cast, name: str) -> None:
    blob = store(cast)[0]
    on_disk()[0].write_bytes(b"other")
    store(cast, {"name": name}, {"name": "one more.csv"})
    assert blobs.read(blob) == DATA


def test_a_write_that_breaks_off_leaves_nothing_under_the_hash(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("evidence.services.blobs.os.fsync", broken)
    with pytest.raises(OSError, match="No space left"):
        store(cast)
    assert not Blob.objects.exists()
    assert on_disk() == []
