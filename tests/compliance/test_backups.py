"""Backups: what was taken comes back as it was and verifies, and what is unsound brings nothing back."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.models import User
from audit import SYSTEM_LOG, act, guards, keys, notes, sealing, selectors
from audit.models import Event, Log
from compliance.backups import restoring, tables, writing
from evidence.models import Blob
from evidence.services import blobs
from projects.models import Project
from projects.services import projects
from tests.cast import Cast

pytestmark = pytest.mark.slow
Parts = dict[str, bytes]


@pytest.fixture(autouse=True)
def _state_apart(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_STATE_FILE = tmp_path / "state"


@pytest.fixture
def taken(cast: Cast, tmp_path: Path) -> Path:
    """A backup of *churn* with evidence and seals, and one event that waits for its seal."""
    with act("project.changed", by=cast.mara.audit_by, subject=cast.project):
        blobs.store(owner_id=cast.project.pk, name="a.csv", media_type="text/csv", data=b"1;2\n")
    sealing.seal_all()
    projects.change(project=cast.project, purpose="Another.", by=cast.mara)
    writing.write(tmp_path / "taken.zip")
    return tmp_path / "taken.zip"


@transaction.atomic
def empty() -> None:
    """The database as migrations leave it, by its owner; what waits to be checked is checked first."""
    connection.check_constraints()
    guards.remove(connection)
    with connection.cursor() as cursor:
        for model in tables.all_models().values():
            cursor.execute(f'DELETE FROM "{model._meta.db_table}"')
    connection.check_constraints()
    guards.install(connection)


def restored(path: Path) -> tuple[str, str, int]:
    """What the command said, its warnings, and how it ended."""
    out, warned = StringIO(), StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("restore", str(path), stdout=out, stderr=warned)
    return out.getvalue(), warned.getvalue(), ended.value.code


def everything() -> dict[str, list[bytes]]:
    return {label: list(tables.lines(model)) for label, model in tables.all_models().items()}


def parts_of(path: Path) -> Parts:
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def packed(parts: Parts, path: Path, fix: bool = True) -> Path:
    """The parts as a backup; with `fix`, the manifest names them as they are now."""
    parts = dict(parts)
    if fix:
        manifest = json.loads(parts["manifest.json"])
        manifest["parts"] = [
            {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in parts.items()
            if name != "manifest.json"
        ]
        parts["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as target:
        for name, data in parts.items():
            target.writestr(name, data)
    return path


def test_what_was_taken_comes_back_as_it_was_and_verifies(
    taken: Path, tmp_path: Path, settings: Any, cast: Cast
) -> None:
    before, files = everything(), {blob.sha256: blobs.read(blob) for blob in Blob.objects.all()}
    assert files
    empty()
    assert not User.objects.exists()
    settings.EVIDENCE_DIR = tmp_path / "elsewhere"
    restoring.restore(taken)
    assert everything() == before
    assert {blob.sha256: blobs.read(blob) for blob in Blob.objects.all()} == files
    assert guards.missing(connection) == []
    projects.change(project=Project.objects.get(pk=cast.project.pk), purpose="A third.", by=cast.mara)


def test_the_command_verifies_and_tells_the_trail(taken: Path) -> None:
    empty()
    said, warned, status = restored(taken)
    assert status == 0, said + warned
    assert "rows are back as they were on" in said
    assert "S2: Every row is what its last change left." in said
    assert "each a beginning of this log" in said
    told = selectors.events(SYSTEM_LOG, act="backup.restored", limit=1)[0]
    assert hashlib.sha256(taken.read_bytes()).hexdigest() in told.sentence


def test_the_command_takes_a_backup_without_the_key_and_says_so(cast: Cast, tmp_path: Path) -> None:
    out = StringIO()
    call_command("backup", str(tmp_path / "b.zip"), stdout=out)
    assert "The signing key is not in it" in out.getvalue()
    everything_in_it = b"".join(parts_of(tmp_path / "b.zip").values())
    secret = keys.current()[0].private_bytes_raw()
    assert secret not in everything_in_it
    assert Path(keys._file()).read_bytes().strip() not in everything_in_it
    assert selectors.events(SYSTEM_LOG, act="backup.made", limit=1)
    with pytest.raises(CommandError, match="not overwritten"):
        call_command("backup", str(tmp_path / "b.zip"))
    with pytest.raises(CommandError, match="no folder"):
        call_command("backup", str(tmp_path / "none" / "b.zip"))


def test_the_same_state_gives_the_same_parts_in_the_same_order(taken: Path, tmp_path: Path) -> None:
    writing.write(tmp_path / "again.zip")
    first, again = parts_of(taken), parts_of(tmp_path / "again.zip")
    assert list(first) == list(again)
    assert {n: d for n, d in first.items() if n != "manifest.json"} == {
        n: d for n, d in again.items() if n != "manifest.json"
    }


def test_a_backup_that_fails_leaves_the_older_file_and_no_half_one(
    taken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = taken.read_bytes()
    monkeypatch.setattr(blobs, "read", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        writing.write(taken)
    assert taken.read_bytes() == before
    assert list(taken.parent.glob("*.part")) == []


def test_evidence_that_is_gone_is_told_when_it_is_taken_and_when_it_comes_back(
    taken: Path, cast: Cast, tmp_path: Path
) -> None:
    lost = Blob.objects.first()
    blobs.path_of(lost.sha256).unlink()
    warned = StringIO()
    call_command("backup", str(tmp_path / "b.zip"), stdout=StringIO(), stderr=warned)
    assert lost.sha256 in warned.getvalue()
    empty()
    _, warned_again, status = restored(tmp_path / "b.zip")
    assert lost.sha256 in warned_again
    assert status == 3


def test_sessions_do_not_come_back(taken: Path) -> None:
    assert not [name for name in parts_of(taken) if "session" in name]


def test_a_database_with_rows_is_refused(taken: Path) -> None:
    before = everything()
    with pytest.raises(CommandError, match=r"There are rows in .* Nothing was restored"):
        call_command("restore", str(taken))
    assert everything() == before


def test_the_state_file_is_brought_back_but_a_newer_one_stays(taken: Path, settings: Any) -> None:
    path = Path(settings.AUDIT_STATE_FILE)
    empty()
    path.unlink(missing_ok=True)
    restoring.restore(taken)
    origin = Log.objects.get(origin=notes.head_of(path.read_text()).origin)
    assert notes.head_of(path.read_text()).size == origin.size
    later = notes.sign(notes.Checkpoint(origin.origin, 10_000, bytes(32)).text, origin.origin, keys.current()[0])
    path.write_text(later)
    empty()
    _, warned, status = restored(taken)
    assert "audit_restored" in warned
    assert status == 3
    assert path.read_text() == later


def test_without_the_key_it_is_restored_and_verified_later(taken: Path, settings: Any, tmp_path: Path) -> None:
    empty()
    settings.AUDIT_KEY_FILE = tmp_path / "nowhere"
    said, warned, status = restored(taken)
    assert "S1:" in said
    assert "no signing key" in warned
    assert status == 3


def test_a_backup_that_was_tampered_with_is_told(taken: Path, tmp_path: Path) -> None:
    parts = parts_of(taken)
    parts["tables/projects.project.jsonl"] = parts["tables/projects.project.jsonl"].replace(b"Churn", b"Chums")
    empty()
    said, _, status = restored(packed(parts, tmp_path / "b.zip"))
    assert "TAMPERED WITH  S2: name of the project" in said
    assert status == 1


def a_part_is_damaged(parts: Parts) -> None:
    parts["tables/projects.project.jsonl"] += b"[]\n"


def a_part_is_missing(parts: Parts) -> None:
    del parts["tables/audit.event.jsonl"]


def a_part_is_added(parts: Parts) -> None:
    parts["tables/more.jsonl"] = b"[]\n"


def there_is_no_manifest(parts: Parts) -> None:
    del parts["manifest.json"]


def told(**changes: Any) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        parts["manifest.json"] = json.dumps({**json.loads(parts["manifest.json"]), **changes}).encode()

    return change


def migrated_further(parts: Parts) -> None:
    names = json.loads(parts["manifest.json"])["migrations"]
    told(migrations=[*names, "projects.9999_later"], version="99.0")(parts)


def migrated_less(parts: Parts) -> None:
    names = json.loads(parts["manifest.json"])["migrations"]
    told(migrations=names[:-1])(parts)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (a_part_is_damaged, "projects.project.jsonl is damaged"),
        (a_part_is_missing, "not those it lists: tables/audit.event"),
        (a_part_is_added, "not those it lists: tables/more"),
        (there_is_no_manifest, "manifest.json can not be unpacked"),
        (told(format="other/9"), "Its format is “other/9”"),
        (told(parts=None), "incomplete"),
        (migrated_further, r"version 99\.0, which is newer"),
        (migrated_less, "Restore it with that version"),
    ],
)
def test_what_is_unsound_brings_nothing_back(
    taken: Path, tmp_path: Path, settings: Any, change: Callable[[Parts], None], said: str
) -> None:
    parts = parts_of(taken)
    change(parts)
    self_made = packed(parts, tmp_path / "b.zip", fix=False)
    empty()
    settings.EVIDENCE_DIR = tmp_path / "elsewhere"
    with pytest.raises(CommandError, match=said):
        call_command("restore", str(self_made))
    assert tables.with_rows() == []
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04" + bytes(50)])
def test_what_is_no_backup_is_refused(cast: Cast, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(data)
    for name in ("x.zip", "none.zip"):
        with pytest.raises(CommandError, match="can not be read as a backup"):
            call_command("restore", str(tmp_path / name))


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("compliance.report", b'["id"]\n', "columns are not those"),
        ("jobs.job", b"nonsense\n", "do not fit"),
        ("audit.pending", b'["event_id"]\n["x"]\n', "do not fit"),
        ("audit.pending", b'["event_id"]\n', "says 1 rows"),
    ],
)
def test_rows_that_do_not_fit_bring_nothing_back(
    taken: Path, tmp_path: Path, settings: Any, name: str, line: bytes, said: str
) -> None:
    parts = parts_of(taken)
    parts[f"tables/{name}.jsonl"] = line
    path = packed(parts, tmp_path / "b.zip")
    empty()
    settings.EVIDENCE_DIR = tmp_path / "elsewhere"
    with pytest.raises(CommandError, match=said):
        call_command("restore", str(path))
    assert tables.with_rows() == []
    assert [p for p in (tmp_path / "elsewhere").rglob("*") if p.is_file()] == []
    assert guards.missing(connection) == []


def test_a_reference_to_nothing_brings_nothing_back(taken: Path, tmp_path: Path) -> None:
    parts = parts_of(taken)
    manifest = json.loads(parts["manifest.json"])
    rows = parts["tables/audit.event.jsonl"].splitlines(keepends=True)
    parts["tables/audit.event.jsonl"] = b"".join(rows[:-1])
    manifest["rows"]["audit.event"] -= 1
    parts["manifest.json"] = json.dumps(manifest).encode()
    path = packed(parts, tmp_path / "b.zip")
    empty()
    with pytest.raises(CommandError, match="refers to one that is not there"):
        call_command("restore", str(path))
    assert not Event.objects.exists()


def test_the_next_numbers_lie_above_those_that_came_back(committed_cast: Cast, tmp_path: Path) -> None:
    highest = Event.objects.latest("id").pk
    connection.close()  # as in a fresh process
    writing.write(tmp_path / "b.zip")
    empty()
    restoring.restore(tmp_path / "b.zip")
    projects.change(project=committed_cast.project, purpose="Another.", by=committed_cast.mara)
    assert Event.objects.latest("id").pk == highest + 1
