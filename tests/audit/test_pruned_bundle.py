"""What an auditor takes away of a pruned trail, and what a restore leaves of it."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

import audit
from audit import SYSTEM, heads, receipts, sealing
from audit.models import Event, Pruning
from audit.standalone import verify_bundle as v
from projects.services import projects, retention
from tests.audit import bundles
from tests.audit.pruned import BASIS, audit_keys, over
from tests.cast import Cast

pytestmark = pytest.mark.django_db


class TestBundle:
    @pytest.fixture
    def files(self, cast: Cast, pruned: Pruning, tmp_path: Path) -> bundles.Files:
        with audit.act("trail.exported", by=SYSTEM, subject=cast.project, reason="to an auditor"):
            pass
        return bundles.unpacked(bundles.written(cast, tmp_path))

    def verified(self, files: bundles.Files, folder: Path, *receipts: tuple[str, str]) -> v.Result:
        path = bundles.packed(files, folder)
        return v.Verifier(v.Bundle(path), audit_keys(), [], list(receipts)).run()

    def test_it_verifies_and_says_what_was_pruned(self, files: Any, pruned: Pruning, tmp_path: Path) -> None:
        result = self.verified(files, tmp_path)
        said: list[str] = []
        assert v.report(result, said.append) == 0
        told = f"What the first {pruned.events} events said: they were kept until {pruned.kept_until}, and pruned on"
        assert any(told in line and BASIS in line for line in said)

    def test_nothing_of_the_pruned_events_is_in_it(self, files: bundles.Files, pruned: Pruning) -> None:
        assert len(files["events.jsonl"].splitlines()) == 2
        assert b"project.created" not in files["events.jsonl"]
        assert len(files["log.hashes"]) == 32 * (pruned.events + 2)

    @pytest.mark.parametrize(
        ("name", "change", "check"),
        [
            ("MANIFEST.json", lambda told: told | {"pruned": told["pruned"] - 1}, "V4"),
            ("MANIFEST.json", lambda told: told | {"pruned": told["pruned"] + 1}, "V4"),
            ("MANIFEST.json", lambda told: told | {"pruned": 10**6}, "V4"),
            ("MANIFEST.json", lambda told: told | {"pruned": "1"}, "V4"),
            ("MANIFEST.json", lambda told: {k: each for k, each in told.items() if k != "pruned"}, "V4"),
        ],
    )
    def test_it_says_no_other_number(self, files: Any, tmp_path: Path, name: str, change: Any, check: str) -> None:
        files[name] = v.canonical(change(json.loads(files[name])))
        with pytest.raises(v.Tampered) as failure:
            self.verified(files, tmp_path)
        assert failure.value.check == check

    def test_a_hash_of_a_pruned_event_can_not_be_changed(self, files: bundles.Files, tmp_path: Path) -> None:
        files["log.hashes"] = b"\0" * 32 + files["log.hashes"][32:]
        with pytest.raises(v.Tampered, match="V4"):
            self.verified(files, tmp_path)

    def test_events_can_not_be_left_out_as_if_pruned(self, cast: Cast, tmp_path: Path) -> None:
        files = bundles.unpacked(bundles.written(cast, tmp_path))
        rows = bundles.lines(files, "events.jsonl")
        bundles.put(files, "events.jsonl", rows[-1:])
        uid = json.loads(rows[-1])["id"].encode()
        for name, count in (("changes.jsonl", json.loads(rows[-1])["changes"]["n"]), ("private.jsonl", None)):
            kept = bundles.lines(files, name)
            bundles.put(files, name, kept[-count:] if count else [row for row in kept if uid in row])
        files["MANIFEST.json"] = v.canonical(json.loads(files["MANIFEST.json"]) | {"pruned": len(rows) - 1})
        with pytest.raises(v.Tampered) as failure:
            self.verified(files, tmp_path)
        assert failure.value.check == "V8"

    def test_events_without_objects_can_not_be_left_out_either(self, cast: Cast, tmp_path: Path) -> None:
        with audit.act("trail.exported", by=SYSTEM, subject=cast.project, reason="to an auditor"):
            pass
        files = bundles.unpacked(bundles.written(cast, tmp_path))
        rows = bundles.lines(files, "events.jsonl")
        uid = json.loads(rows[-1])["id"].encode()
        bundles.put(files, "events.jsonl", rows[-1:])
        bundles.put(files, "changes.jsonl", [])
        bundles.put(files, "private.jsonl", [row for row in bundles.lines(files, "private.jsonl") if uid in row])
        files["state.json"] = b"{}"
        files["MANIFEST.json"] = v.canonical(json.loads(files["MANIFEST.json"]) | {"pruned": len(rows) - 1})
        with pytest.raises(v.Tampered, match="no event tells that they were pruned"):
            self.verified(files, tmp_path)

    def test_a_receipt_of_a_pruned_event_still_counts(self, cast: Cast, tmp_path: Path) -> None:
        project = over(cast)
        sealing.seal_all()
        receipt = receipts.receipt(Event.objects.filter(log_id=project.pk).first())
        retention.prune(project=project, basis=BASIS)
        files = bundles.unpacked(bundles.written(cast, tmp_path))
        assert self.verified(files, tmp_path, ("receipt.txt", receipt)).warnings == []

    def test_heads_of_before_are_beginnings_of_it(self, cast: Cast, tmp_path: Path) -> None:
        sealing.seal_all()
        older = bundles.unpacked(bundles.written(cast, tmp_path))["log.note"].decode()
        retention.prune(project=over(cast), basis=BASIS)
        bundles.written(cast, tmp_path)
        result = bundles.check(tmp_path / "bundle.zip", audit_keys(), ("kept.txt", older))
        assert len(result.outside) == 1


class TestAfterARestore:
    """An epoch that ended before the pruning: what told of it is gone."""

    @pytest.fixture
    def lost(self, cast: Cast, django_capture_on_commit_callbacks: Any) -> str:
        sealing.seal_all()
        backup = transaction.savepoint()
        with django_capture_on_commit_callbacks(execute=True):
            for purpose in ("One.", "Two."):
                projects.change(project=cast.project, purpose=purpose, by=cast.mara)
                sealing.seal()
        note = heads.newest(cast.project.pk).note
        transaction.savepoint_rollback(backup)
        call_command("audit_restored", stdout=StringIO())
        retention.prune(project=over(cast), basis=BASIS)
        return note

    def test_it_verifies_and_says_what_it_can_not_tell(self, cast: Cast, lost: str, tmp_path: Path) -> None:
        result = bundles.check(bundles.written(cast, tmp_path), audit_keys())
        assert result.unchecked == ["what was lost when epoch 1 ended; what told it was pruned"]
        assert result.warnings == []

    def test_a_head_of_what_was_lost_is_a_warning(self, cast: Cast, lost: str, tmp_path: Path) -> None:
        result = bundles.check(bundles.written(cast, tmp_path), audit_keys(), ("kept.txt", lost))
        assert ["no beginning of the trail" in warning for warning in result.warnings] == [True]
