"""Pruning: after its retention a trail says nothing any more and still proves its order."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

import audit
from audit import SYSTEM, guards, past, pruning, roles, sealing, selectors, telling, verifying
from audit.erasing import Target, erase
from audit.models import Change, Entry, Event, Log, Private, Pruning
from audit.past import BeforePruning
from audit.pruning import NotPrunable
from crispmlq.errors import Invalid, NotAllowed
from projects.models import Project, Risk, Task
from projects.services import holds, projects, retention
from tests import reported, walk
from tests.audit.pruned import BASIS, findings, over
from tests.cast import Cast

pytestmark = pytest.mark.django_db


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
