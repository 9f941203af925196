"""Pruning: after its retention a trail says nothing any more and still proves its order; nothing else passes for it."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from django.utils import timezone

import audit
from audit import (
    SYSTEM,
    guards,
    heads,
    keys,
    lines,
    past,
    pruning,
    receipts,
    roles,
    sealing,
    selectors,
    telling,
    verifying,
)
from audit.erasing import Target, erase
from audit.models import Change, Entry, Event, Log, Private, Pruning, Tile
from audit.past import BeforePruning
from audit.pruning import NotPrunable
from audit.standalone import verify_bundle as v
from crispmlq.errors import Invalid, NotAllowed
from projects.models import Project, Risk, Task
from projects.services import holds, projects, retention
from tests import reported, walk
from tests.audit import test_bundle as bundles
from tests.cast import Cast

pytestmark = pytest.mark.django_db
BASIS = "Article 5(1)(e) GDPR, file 12"


def over(cast: Cast, days: int = 1) -> Project:
    """*churn*, stopped, whose retention ended so many days ago."""
    project = Project.objects.get(pk=cast.project.pk)
    with audit.act("project.retention_set", by=SYSTEM, subject=project):
        project.retained_until = timezone.localdate() - timedelta(days=days)
        project.save()
    return projects.stop(project=project, reason="Nobody needs it.", by=cast.sven)


@pytest.fixture
def pruned(cast: Cast) -> Pruning:
    walk.approve_criteria(cast)
    sealing.seal_all()
    return retention.prune(project=over(cast), basis=BASIS)


def findings(log_id: Any) -> set[str]:
    return {finding.check for finding in (*verifying.verify(log_id).findings, *verifying.verify_state().findings)}


def run(*arguments: Any) -> str:
    out = StringIO()
    call_command("audit_prune", *map(str, arguments), stdout=out)
    return out.getvalue()


class TestWhatGoes:
    def test_events_changes_and_values_go_and_places_and_heads_stay(self, cast: Cast) -> None:
        project = over(cast)
        sealing.seal_all()
        log, places = Log.objects.get(pk=project.pk), Entry.objects.filter(log_id=project.pk).count()
        uids = list(Event.objects.filter(log_id=project.pk).values_list("uid", flat=True))
        made = retention.prune(project=project, basis=BASIS)
        assert (made.events, made.basis, made.kept_until) == (log.size, BASIS, project.retained_until)
        assert not Event.objects.filter(uid__in=uids).exists()
        assert not Change.objects.filter(event__in=uids).exists()
        assert not Private.objects.filter(event_uid__in=uids).exists()
        assert Entry.objects.filter(log_id=project.pk).count() == places
        assert [event.act for event in Event.objects.filter(log_id=project.pk)] == ["log.pruned"]
        assert selectors.size(project.pk) == log.size + 1

    def test_other_logs_keep_everything(self, cast: Cast) -> None:
        other = projects.create(slug="other", name="Other", purpose="Stays.", by=cast.mara)
        before = Event.objects.exclude(log_id=cast.project.pk).count()
        retention.prune(project=over(cast), basis=BASIS)
        assert Event.objects.exclude(log_id=cast.project.pk).count() == before
        assert findings(other.pk) == set()

    def test_what_is_left_verifies_with_rows_and_outside(self, pruned: Pruning) -> None:
        assert findings(pruned.log_id) == set()

    def test_work_goes_on_from_there(self, cast: Cast, pruned: Pruning) -> None:
        until = timezone.localdate() + timedelta(days=10)
        projects.set_retention(project=cast.project, until=until, by=cast.mara)
        assert findings(pruned.log_id) == set()

    def test_rows_are_what_they_were(self, cast: Cast) -> None:
        walk.approve_criteria(cast)
        project = over(cast)
        before = {task.pk: (task.name, task.state, task.audit_ver) for task in Task.objects.all()}
        retention.prune(project=project, basis=BASIS)
        after = {task.pk: (task.name, task.state, task.audit_ver - 1) for task in Task.objects.all()}
        assert after == before
        now = past.Past(project.pk, timezone.now())
        assert [risk.pk for risk in now.rows(Risk)] == [risk.pk for risk in Risk.objects.filter(project=project)]

    def test_it_is_told_who_it_was_and_on_what_basis(self, pruned: Pruning) -> None:
        (entry,) = selectors.events(pruned.log_id, limit=1)
        assert entry.sentence == f"deleted what the trail said until then, after its retention: {BASIS}"
        assert entry.actor_display == "the system"

    def test_the_act_shows_no_differences_of_rows_it_only_states(self, pruned: Pruning) -> None:
        event = Event.objects.get(log_id=pruned.log_id)
        (entry,) = selectors.entries([event], with_changes=True)
        told = telling.told([entry])[event.uid]
        assert [each.kind for each in told if each.differences] == ["Pruning"]

    def test_it_can_be_done_again_when_there_is_more(self, cast: Cast, pruned: Pruning) -> None:
        with pytest.raises(NotPrunable, match="Nothing is left"):
            retention.prune(project=Project.objects.get(pk=cast.project.pk), basis=BASIS)
        with audit.act("trail.exported", by=SYSTEM, subject=cast.project, reason="again"):
            pass
        again = retention.prune(project=Project.objects.get(pk=cast.project.pk), basis=BASIS)
        assert again.events == pruned.events + 2
        assert findings(pruned.log_id) == set()

    def test_an_erased_value_of_before_stays_erased(self, cast: Cast) -> None:
        holds.hold(project=cast.project, reason="Dora is ill", condition="She is back", by=cast.mara)
        event = Event.objects.filter(log_id=cast.project.pk).latest("id")
        erase(log_id=cast.project.pk, targets=[Target(event.uid, "/reason")], basis="Art. 17", by=SYSTEM)
        retention.prune(project=over(cast), basis=BASIS)
        assert findings(cast.project.pk) == set()


class TestRefusals:
    @pytest.mark.parametrize("state", ["active", "on hold"])
    def test_not_while_the_project_goes_on(self, cast: Cast, state: str) -> None:
        project = Project.objects.get(pk=cast.project.pk)
        with audit.act("project.retention_set", by=SYSTEM, subject=project):
            project.retained_until = timezone.localdate() - timedelta(days=1)
            project.save()
        if state == "on hold":
            project = holds.hold(project=project, reason="Wait.", condition="Later.", by=cast.mara)
        with pytest.raises(NotPrunable, match=state):
            retention.prune(project=project, basis=BASIS)

    @pytest.mark.parametrize("days", [0, -1, -3000])
    def test_not_before_the_date_is_over(self, cast: Cast, days: int) -> None:
        with pytest.raises(NotPrunable, match="is kept until"):
            retention.prune(project=over(cast, days), basis=BASIS)

    def test_not_without_a_date(self, cast: Cast) -> None:
        project = projects.stop(project=cast.project, reason="No use.", by=cast.sven)
        with pytest.raises(NotPrunable, match="Nobody said"):
            retention.prune(project=project, basis=BASIS)

    @pytest.mark.parametrize("basis", ["", "  ", "x" * 501])
    def test_not_without_a_basis(self, cast: Cast, basis: str) -> None:
        with pytest.raises(Invalid):
            retention.prune(project=over(cast), basis=basis)

    @pytest.mark.parametrize("what", ["row", "event"])
    def test_not_what_does_not_verify(self, cast: Cast, what: str) -> None:
        project = over(cast)
        sealing.seal_all()
        guards.remove(connection)
        with connection.cursor() as cursor:
            if what == "row":
                cursor.execute("UPDATE projects_task SET name = 'Another' WHERE key = 'define-scope'")
            else:
                Event.objects.filter(act="project.activated").update(body=b"{}")
        connection.check_constraints()
        guards.install(connection)
        with pytest.raises(NotPrunable, match="does not verify"):
            retention.prune(project=project, basis=BASIS)
        assert not Pruning.objects.exists()

    def test_not_while_somebody_acts(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        project = over(cast)
        sealing.seal_all()
        with audit.act("trail.exported", by=SYSTEM, subject=project, reason="now"):
            pass
        monkeypatch.setattr(verifying, "verify", lambda _: verifying.Verdict([], [], []))
        monkeypatch.setattr(sealing, "seal_all", lambda: 0)
        with pytest.raises(NotPrunable, match="Try again"):
            retention.prune(project=project, basis=BASIS)

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite knows no roles")
    @pytest.mark.parametrize("role", ["test_web", "test_sealer"])
    def test_not_by_a_role_that_does_not_own_the_tables(self, cast: Cast, role: str) -> None:
        project = over(cast)
        with connection.cursor() as cursor:
            for name in ("test_web", "test_sealer"):
                cursor.execute(f"CREATE ROLE {name}")
            for statement in roles.statements("test_web", "test_sealer"):
                cursor.execute(statement)
            cursor.execute(f"SET LOCAL ROLE {role}")
        with pytest.raises(NotAllowed, match="owner"):
            retention.prune(project=project, basis=BASIS)
        with pytest.raises(DatabaseError), transaction.atomic(), guards.lifted(connection, Event):
            pass

    def test_nothing_is_left_when_it_fails_half_way(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        project = over(cast)
        sealing.seal_all()
        before = (Event.objects.count(), Change.objects.count(), Private.objects.count())
        monkeypatch.setattr(pruning, "_doomed", lambda *_: [Private.objects.all(), None])
        with pytest.raises(AttributeError):
            retention.prune(project=project, basis=BASIS)
        assert (Event.objects.count(), Change.objects.count(), Private.objects.count()) == before
        assert guards.missing(connection) == []
        assert not Pruning.objects.exists()
        assert findings(project.pk) == set()


class TestGuards:
    def test_they_are_back_and_the_system_check_says_so(self, pruned: Pruning) -> None:
        assert guards.missing(connection) == []
        assert run_checks(databases=["default"], tags=["database"]) == []

    @pytest.mark.parametrize("table", ["audit_event", "audit_change", "audit_private", "audit_pruning", "audit_entry"])
    def test_nothing_else_can_be_deleted_afterwards(self, pruned: Pruning, table: str) -> None:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")


class TestTampering:
    """What the database's owner might do behind the application's back."""

    @pytest.fixture
    def unguarded(self, pruned: Pruning) -> Pruning:
        sealing.seal_all()
        guards.remove(connection)
        return pruned

    def test_a_hash_of_a_pruned_event_that_is_changed(self, unguarded: Pruning) -> None:
        tile = Tile.objects.get(log_id=unguarded.log_id, level=0, idx=0)
        Tile.objects.filter(pk=tile.pk).update(data=b"\0" * 32 + bytes(tile.data)[32:])
        assert {"V4", "S4"} <= findings(unguarded.log_id)

    def test_a_pruning_that_is_claimed_to_reach_further(self, unguarded: Pruning) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE audit_pruning SET events = events + 1")
        assert {"V4", "S2", "S3"} <= findings(unguarded.log_id)

    def test_events_deleted_without_a_pruning(self, cast: Cast) -> None:
        sealing.seal_all()
        guards.remove(connection)
        for doomed in pruning._doomed(cast.project.pk, 5):
            doomed.delete()
        assert {"V4", "S3", "S4"} <= findings(cast.project.pk)

    def test_a_pruning_whose_row_is_put_in_without_its_act(self, cast: Cast) -> None:
        sealing.seal_all()
        size = Log.objects.get(pk=cast.project.pk).size
        guards.remove(connection)
        row = Pruning(log_id=cast.project.pk, events=size - 1, kept_until="2020-01-01", basis="x", audit_ver=1)
        row.pruned_at = timezone.now()
        super(audit.governed.GovernedModel, row).save(force_insert=True)
        for doomed in pruning._doomed(cast.project.pk, size - 1):
            doomed.delete()
        assert {"V8", "S2"} <= findings(cast.project.pk)

    def test_a_row_changed_after_it_was_stated_anew(self, unguarded: Pruning) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE projects_task SET name = 'Another' WHERE key = 'define-scope'")
        assert findings(unguarded.log_id) == {"S2", "S5"}

    def test_a_row_deleted_after_it_was_stated_anew(self, unguarded: Pruning) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM projects_qamethod WHERE key = (SELECT min(key) FROM projects_qamethod)")
        assert findings(unguarded.log_id) == {"S2", "S5"}

    def test_a_pruned_event_that_is_put_back(self, cast: Cast) -> None:
        walk.approve_criteria(cast)
        sealing.seal_all()
        project = over(cast)
        sealing.seal_all()
        kept = Event.objects.filter(log_id=project.pk).values().first()
        retention.prune(project=project, basis=BASIS)
        sealing.seal_all()
        guards.remove(connection)
        Event(**kept).save(force_insert=True)
        assert "S3" in findings(project.pk)


class TestSignedByTheOperator:
    """What the holder of the key can write, and a verifier refuses all the same."""

    def test_a_pruning_before_its_date(self, cast: Cast) -> None:
        tomorrow = timezone.localdate() + timedelta(days=1)
        pruning.prune(log_id=cast.project.pk, kept_until=tomorrow, basis=BASIS, by=SYSTEM)
        assert findings(cast.project.pk) == {"V8"}

    def test_objects_stated_anew_in_another_act(self, cast: Cast) -> None:
        project = Project.objects.get(pk=cast.project.pk)
        with audit.act("project.changed", by=SYSTEM, subject=project) as deed:
            deed.restate([project])
            models.QuerySet(Project).bulk_update([project], ["audit_ver", "audit_head"])
        assert findings(project.pk) == {"V8"}

    def test_objects_stated_anew_otherwise(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        made = lines._shortened

        def twisted(row: Any, op: str, version: int, previous: bytes, changes: Any) -> Any:
            if op == "restate" and isinstance(row, Project):
                changes["name"][0] = "Another"
            return made(row, op, version, previous, changes)

        monkeypatch.setattr(lines, "_shortened", twisted)
        retention.prune(project=over(cast), basis=BASIS)
        assert findings(cast.project.pk) == {"V8"}


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


def audit_keys() -> list[str]:
    return keys.published()[:1]


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


class TestOnlookers:
    def test_the_past_before_it_is_a_clear_refusal(self, cast: Cast, pruned: Pruning) -> None:
        with pytest.raises(BeforePruning, match="was deleted after the retention date"):
            past.Past(pruned.log_id, pruned.pruned_at - timedelta(seconds=1))
        assert past.Past(pruned.log_id, pruned.pruned_at).get(Project, pruned.log_id).state == "stopped"

    def test_the_api_and_the_page_say_the_same(self, cast: Cast, pruned: Pruning, api: Any) -> None:
        before = (pruned.pruned_at - timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
        answer = api("mara", "get", "tasks", {"as_of": before})
        assert (answer.status_code, answer.json()["code"]) == (404, "pruned")
        client = Client()
        client.force_login(cast.mara.user)
        page = client.get("/projects/churn/as-it-was", {"at": before[:19]})
        assert page.status_code == 404
        assert "deleted after the retention date" in page.content.decode()

    def test_the_history_and_the_page_of_integrity_say_that_it_was_pruned(self, cast: Cast, pruned: Pruning) -> None:
        client = Client()
        client.force_login(cast.ada.user)
        for page in ("history", "integrity"):
            said = client.get(f"/projects/churn/{page}").content.decode()
            assert f"The first {pruned.events} events were pruned" in said
            assert BASIS in said

    def test_a_dossier_can_still_be_built(self, cast: Cast, pruned: Pruning) -> None:
        assert reported.built(cast.project).trail.size == pruned.events + 1


class TestCommand:
    def test_a_trial_run_says_what_would_go(self, cast: Cast) -> None:
        over(cast)
        events = Event.objects.count()
        assert "would be deleted" in run("--project", "churn", "--basis", BASIS, "--dry-run")
        assert Event.objects.count() == events

    def test_it_prunes_and_says_so(self, cast: Cast) -> None:
        over(cast)
        assert "are deleted; the hashes of the first" in run("--project", "churn", "--basis", BASIS)
        assert findings(cast.project.pk) == set()

    @pytest.mark.parametrize("trial", [[], ["--dry-run"]])
    def test_what_can_not_be_done_is_refused(self, cast: Cast, trial: list[str]) -> None:
        for arguments, said in (
            (["--project", "nowhere", "--basis", BASIS], "no project"),
            (["--project", "churn", "--basis", BASIS], "active"),
            (["--project", "churn"], "--basis"),
        ):
            with pytest.raises(CommandError, match=said):
                run(*arguments, *trial)
        over(cast)
        with pytest.raises(CommandError, match="legal basis"):
            run("--project", "churn", "--basis", " ", *trial)


@pytest.mark.slow
def test_a_backup_of_a_pruned_trail_comes_back_and_verifies(pruned: Pruning, tmp_path: Path) -> None:
    from compliance.backups import restoring, writing
    from tests.compliance import test_backups

    sealing.seal_all()
    writing.write(tmp_path / "taken.zip")
    before = test_backups.everything()
    test_backups.empty()
    restoring.restore(tmp_path / "taken.zip")
    assert test_backups.everything() == before
    assert findings(pruned.log_id) == set()
