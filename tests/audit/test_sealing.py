"""Sealing: every committed event gets its place once, under a signature that can be verified."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from audit import SYSTEM_LOG, guards, heads, keys, notes, sealing, tiles, tree, verifying
from audit.actors import ROOT_LOG
from audit.models import Checkpoint, Entry, Event, Log, Pending, Seal, SigningKey
from tests import walk
from tests.audit.test_acts import made
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def trail(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_STATE_FILE = tmp_path / "state"
    sealing.seal_all()


def test_every_pending_event_gets_the_next_place_in_its_log() -> None:
    before = Log.objects.get(pk=SYSTEM_LOG).size
    made()
    made()
    assert sealing.seal() is not None
    log = Log.objects.get(pk=SYSTEM_LOG)
    places = Entry.objects.filter(log_id=SYSTEM_LOG, seq__gte=before).order_by("seq")
    assert [p.seq for p in places] == [before, before + 1] == [log.size - 2, log.size - 1]
    assert not Pending.objects.exists()
    assert sealing.seal() is None


def test_the_head_is_signed_and_the_seal_commits_to_all_heads() -> None:
    made()
    seal = sealing.seal()
    key, origin = keys.current()
    root = Log.objects.get(pk=ROOT_LOG)
    note = Checkpoint.objects.get(log_id=ROOT_LOG, size=root.size).note
    head = notes.checkpoint_of(notes.opened(note, origin, notes.public_of(key)))
    assert (head.size, head.root) == (root.size, bytes(root.root))
    lines = seal.heads.splitlines(keepends=True)
    told = json.loads(bytes(seal.body))
    assert told["heads"] == tree.root(tree.leaf(line.encode()) for line in lines).hex()
    assert told["logs"] == len(lines) == Log.objects.exclude(pk=ROOT_LOG).count()


def test_tiles_give_every_older_root_and_grow_over_their_borders() -> None:
    for _ in range(3):
        made()
        sealing.seal()
    old = {c.size: notes.head_of(c.note).root for c in Checkpoint.objects.filter(log_id=SYSTEM_LOG)}
    reader = tiles.Reader(SYSTEM_LOG)
    assert {size: reader.root(size) for size in old} == old
    log_id = keys.uuid7()
    leaves = [tree.leaf(str(n).encode()) for n in range(700)]
    for first, last in ((0, 1), (1, 255), (255, 256), (256, 300), (300, 700)):
        tiles.extend(log_id, first, leaves[first:last])
    reader = tiles.Reader(log_id)
    assert reader.leaves(700) == b"".join(leaves)
    assert [reader.root(n) for n in (1, 255, 256, 257, 512, 700)] == [
        tree.root(leaves[:n]) for n in (1, 255, 256, 257, 512, 700)
    ]


def test_an_event_changed_before_its_seal_stops_the_sealing() -> None:
    made()
    event = Event.objects.latest("id")
    guards.remove(connection)
    Event.objects.filter(pk=event.pk).update(body=bytes(event.body).replace(b"thing.made", b"thing.lost"))
    with pytest.raises(sealing.TrailDamaged):
        sealing.seal()
    assert Pending.objects.filter(event_id=event.pk).exists()


def test_without_its_key_acts_go_on_and_wait(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_KEY_FILE = tmp_path / "nowhere"
    made()
    with pytest.raises(keys.NoKey, match="audit_key make"):
        sealing.seal()
    assert Pending.objects.count() == 1
    assert sealing.lateness() < timedelta(seconds=60)


def test_another_key_than_the_one_the_trail_knows_signs_nothing(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_KEY_FILE = tmp_path / "other"
    keys._write(tmp_path / "other")
    made()
    with pytest.raises(keys.NoKey, match="not the one"):
        sealing.seal()


@pytest.mark.parametrize("text", ["", "no key", "AAAA", "A" * 44])
def test_a_file_that_holds_no_key_is_said_so(settings: Any, tmp_path: Path, text: str) -> None:
    settings.AUDIT_KEY_FILE = tmp_path / "key"
    (tmp_path / "key").write_text(text)
    with pytest.raises(keys.NoKey, match=r"Ed25519|not the one"):
        keys.current()


def test_another_origin_is_refused(settings: Any) -> None:
    settings.AUDIT_ORIGIN = "other.example.org"
    with pytest.raises(keys.NoKey, match="never changes"):
        keys.current()


def test_making_the_key_again_changes_nothing() -> None:
    assert keys.make().pk == keys.make().pk
    assert SigningKey.objects.count() == 1


def test_an_error_in_the_middle_of_a_seal_leaves_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made()
    before = (Entry.objects.count(), Seal.objects.count(), Log.objects.get(pk=SYSTEM_LOG).size)
    monkeypatch.setattr(sealing, "heads", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sealing.seal()
    assert (Entry.objects.count(), Seal.objects.count(), Log.objects.get(pk=SYSTEM_LOG).size) == before
    monkeypatch.undo()
    assert sealing.seal() is not None


def test_a_new_key_signs_from_the_next_seal_on(
    settings: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    settings.AUDIT_KEY_FILE = copy_of(settings.AUDIT_KEY_FILE, tmp_path)
    old = keys.newest()
    new = keys.rotate()
    made()
    sealing.seal()
    assert new.public != old.public
    assert new.after_size == Log.objects.get(pk=ROOT_LOG).size - 1
    assert keys.published()[0].endswith(keys.notes.vkey("x", bytes.fromhex(new.public)).rpartition("+")[2])
    assert verifying.verify(SYSTEM_LOG).findings == []


def test_a_rotation_that_was_cut_off_is_ended_by_the_next(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_KEY_FILE = copy_of(settings.AUDIT_KEY_FILE, tmp_path)
    old = Path(settings.AUDIT_KEY_FILE).read_text()
    known = keys.rotate()
    path = Path(settings.AUDIT_KEY_FILE)
    path.replace(path.with_name(path.name + ".next"))  # as if the process died before the exchange
    path.write_text(old)
    with pytest.raises(keys.NoKey):
        keys.current()
    assert keys.rotate().pk == known.pk
    keys.current()


def test_the_newest_head_is_remembered_outside_and_a_database_set_back_is_noticed(
    settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    made()
    point = transaction.savepoint()
    with django_capture_on_commit_callbacks(execute=True):
        sealing.seal()
    known = notes.head_of(Path(settings.AUDIT_STATE_FILE).read_text())
    assert known.size == Log.objects.get(pk=ROOT_LOG).size
    transaction.savepoint_rollback(point)  # as a restored backup would
    with pytest.raises(sealing.TrailBehind) as refusal:
        sealing.seal()
    assert refusal.value.data == {"known": known.size, "size": known.size - 1}


def test_the_head_that_covers_an_event_is_the_first_that_holds_it() -> None:
    made()
    event = Event.objects.latest("id")
    with pytest.raises(heads.NotSealed):
        heads.covering(event)
    sealing.seal()
    covering = heads.covering(event)
    made()
    sealing.seal()
    assert heads.covering(event) == covering
    assert heads.newest(SYSTEM_LOG).size == covering.size + 1


def copy_of(path: Any, folder: Path) -> Path:
    copied = folder / "key"
    copied.write_text(Path(path).read_text())
    return copied


@pytest.mark.slow
def test_signatures_and_decisions_are_sealed_at_once(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    walk.prepare(cast, 1)
    submission = walk.submit(cast, 1)
    with django_capture_on_commit_callbacks(execute=True):
        walk.sign_all(cast, submission)
    assert not Pending.objects.exists()


def test_what_can_not_be_sealed_at_once_waits(
    settings: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.AUDIT_KEY_FILE = tmp_path / "nowhere"
    with django_capture_on_commit_callbacks(execute=True):
        made()
        sealing.seal_at_commit()
    assert Pending.objects.count() == 1
