"""After the database was set back: a new epoch, told in every log, hidden from nobody who holds a head."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

import audit
from audit import SYSTEM_LOG, anchoring, bundle, heads, keys, notes, restoring, sealing, selectors, verifying
from audit.actors import ROOT_LOG
from audit.models import Checkpoint, Log
from audit.standalone import verify_bundle as v
from audit.standalone import witness
from tests.audit.test_acts import made
from tests.audit.test_witness import served

pytestmark = pytest.mark.django_db


class Before:
    """What others hold of the time that was lost."""

    kept: str  # root note from before the backup
    lost: list[str]  # root and log notes of what is gone
    seals: int


@pytest.fixture
def before(settings: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any) -> Before:
    settings.AUDIT_STATE_FILE = tmp_path / "state"
    found = Before()
    made()
    sealing.seal_all()
    made()  # waits for its seal in the backup
    found.seals = Log.objects.get(pk=ROOT_LOG).size
    found.kept = Checkpoint.objects.get(log_id=ROOT_LOG, size=found.seals).note
    backup = transaction.savepoint()
    found.lost = []
    for _ in range(3):
        made()
        with django_capture_on_commit_callbacks(execute=True):
            sealing.seal()
        found.lost += [heads.newest(SYSTEM_LOG).root_note, heads.newest(SYSTEM_LOG).note]
    transaction.savepoint_rollback(backup)
    return found


@pytest.fixture
def restored(before: Before) -> Before:
    with pytest.raises(sealing.TrailBehind):
        sealing.seal()
    out = StringIO()
    call_command("audit_restored", stdout=out)
    assert "Epoch 2 has begun" in out.getvalue()
    assert before.lost[-2] in out.getvalue()
    return before


def written(folder: Path) -> Path:
    bundle.write(SYSTEM_LOG, folder / "bundle.zip")
    return folder / "bundle.zip"


def check(path: Path, *brought: str) -> v.Result:
    named = [(f"kept-{n}.txt", note) for n, note in enumerate(brought)]
    return v.Verifier(v.Bundle(path), keys.published()[:1], named, []).run()


def test_sealing_goes_on_in_a_new_epoch_that_begins_with_what_happened(restored: Before, tmp_path: Path) -> None:
    root, log = Log.objects.get(pk=ROOT_LOG), Log.objects.get(pk=SYSTEM_LOG)
    assert root.origin == f"{keys.root_origin()}/e2"
    assert log.origin == f"{keys.root_origin()}/{SYSTEM_LOG}/e2"
    assert root.size == restored.seals + 1
    told = selectors.events(SYSTEM_LOG, act="log.restored", limit=1)[0]
    assert notes.head_of(restored.lost[-2]).text in told.reason
    assert (tmp_path / "state.e1").read_text() == restored.lost[-2]
    made()
    assert sealing.seal() is not None
    assert verifying.verify(SYSTEM_LOG).findings == []
    assert verifying.verify_state().findings == []


def test_the_state_file_is_written_by_the_next_seal(
    restored: Before, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    made()
    with django_capture_on_commit_callbacks(execute=True):
        sealing.seal()
    known = notes.head_of(Path(settings.AUDIT_STATE_FILE).read_text())
    assert known.origin.endswith("/e2")
    made()
    assert sealing.seal() is not None


def test_the_names_of_keys_stay_and_those_of_new_logs_are_of_the_epoch(restored: Before) -> None:
    assert keys.published()[0].startswith(keys.root_origin() + "+")
    assert not keys.root_origin().endswith("/e2")
    assert heads.newest(SYSTEM_LOG).vkey == keys.published()[0]
    assert sealing._log(keys.uuid7(), Log.objects.get(pk=ROOT_LOG), keys.current()[1]).origin.endswith("/e2")


def test_no_head_of_one_name_and_size_was_signed_twice(restored: Before) -> None:
    for _ in range(4):
        made()
        sealing.seal()
    now = {notes.head_of(c.note).text.rpartition("\n")[0].rpartition("\n")[0] for c in Checkpoint.objects.all()}
    lost = {notes.head_of(note).text.rpartition("\n")[0].rpartition("\n")[0] for note in restored.lost}
    assert not now & lost


def test_it_is_refused_while_nothing_was_set_back(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_STATE_FILE = tmp_path / "state"
    with pytest.raises(CommandError, match="not behind"):
        call_command("audit_restored")
    assert Log.objects.get(pk=ROOT_LOG).epoch == 1


def test_it_leaves_no_trace_without_the_key(before: Before, settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_KEY_FILE = tmp_path / "nowhere"
    with pytest.raises(keys.NoKey), transaction.atomic():
        restoring.restored()
    assert Log.objects.get(pk=ROOT_LOG).epoch == 1
    assert (tmp_path / "state").exists()


def test_a_second_restore_opens_a_third_epoch(
    restored: Before, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    backup = transaction.savepoint()
    made()
    with django_capture_on_commit_callbacks(execute=True):
        sealing.seal()
    lost = heads.newest(SYSTEM_LOG).root_note
    transaction.savepoint_rollback(backup)
    assert restoring.restored() == (3, lost)
    assert Log.objects.get(pk=ROOT_LOG).origin == f"{keys.root_origin()}/e3"
    result = check(written(tmp_path), restored.lost[0], lost)
    assert len(result.warnings) == 2
    assert len([told for told in result.unchecked if "lost" in told]) == 2


# What strangers find


def test_the_bundle_tells_what_is_lost_to_whoever_asks(restored: Before, tmp_path: Path) -> None:
    result = check(written(tmp_path))
    assert result.warnings == []
    assert f"set back after {restored.seals} seals" in result.unchecked[-1]
    printed: list[str] = []
    v.report(result, printed.append)
    assert any("recorded in between is lost" in line for line in printed)


def test_a_head_from_before_the_backup_still_holds(restored: Before, tmp_path: Path) -> None:
    result = check(written(tmp_path), restored.kept)
    assert len(result.outside) == 1
    assert result.warnings == []


def test_a_head_of_what_is_lost_is_a_warning_that_names_it(restored: Before, tmp_path: Path) -> None:
    for _ in range(5):
        made()
        sealing.seal()
    for note in restored.lost:
        result = check(written(tmp_path), note)
        assert result.outside == []
        assert "kept-0.txt: what this head speaks of was lost in a restore" in result.warnings[0]


def test_a_head_beyond_what_the_trail_admits_is_tampering(restored: Before, tmp_path: Path) -> None:
    key, origin = keys.current()
    beyond = notes.Checkpoint(origin, notes.head_of(restored.lost[-2]).size + 1, bytes(32))
    forked = notes.Checkpoint(origin, restored.seals, bytes(32))
    for head in (beyond, forked):
        with pytest.raises(v.Tampered, match=r"V5: .*rewritten"):
            check(written(tmp_path), notes.sign(head.text, origin, key))


def test_an_epoch_that_nobody_tells_of_is_tampering(before: Before, tmp_path: Path) -> None:
    for log in Log.objects.all():  # as somebody with the key and the database would
        Log.objects.filter(pk=log.pk).update(origin=f"{log.origin}/e2", epoch=2)
    (tmp_path / "state").unlink()
    made()
    with pytest.raises(v.Tampered, match="epoch 1 of this log ended, and no event tells why"):
        check(written(tmp_path))


def test_a_restore_has_to_say_what_was_lost(restored: Before, tmp_path: Path) -> None:
    with audit.act("log.restored", by=audit.SYSTEM, subject=("audit.log", SYSTEM_LOG), reason="No harm was done."):
        pass
    with pytest.raises(v.Tampered, match="it does not say what was lost in the restore"):
        check(written(tmp_path))


def test_anchors_of_every_epoch_hold(restored: Before, settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_ANCHOR_FOLDER = str(tmp_path)
    anchoring.anchor()
    made()
    assert "1 anchors, each of a beginning of this trail." in check(written(tmp_path)).done


def test_a_witness_that_saw_nothing_of_what_is_lost_goes_on_and_another_refuses(
    before: Before, settings: Any, tmp_path: Path
) -> None:
    url, vkeys = "https://trail.example.org", [keys.published()[0]]
    (tmp_path / "state").replace(tmp_path / "aside")
    witness.watch(url, vkeys, tmp_path / "early", "me.example.net", served)
    with transaction.atomic():
        point = transaction.savepoint()
        for _ in range(2):
            made()
            sealing.seal()
        witness.watch(url, vkeys, tmp_path / "late", "me.example.net", served)
        transaction.savepoint_rollback(point)
    (tmp_path / "aside").replace(tmp_path / "state")
    restoring.restored()
    for _ in range(4):
        made()
        sealing.seal()
    witness.watch(url, vkeys, tmp_path / "early", "me.example.net", served)
    with pytest.raises(witness.Refused, match="rewritten or forked"):
        witness.watch(url, vkeys, tmp_path / "late", "me.example.net", served)
