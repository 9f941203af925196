"""A project on hold: what is blocked, what is not, the reminder, the days, and how it ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

import audit
from catalogue.definitions import of
from crispmlq.errors import Conflict, Invalid, NotAllowed
from notices.models import Notice
from projects import tasks as beat
from projects.models import Hold, Phase, Project, Requirement
from projects.services import gates, holds, projects, requirements
from projects.views.commands import COMMANDS
from tests import walk
from tests.cast import Cast

POSTPONED = {"reason": "No data.", "condition": "Data is there."}


def hold(cast: Cast, **terms: Any) -> Project:
    return holds.hold(project=cast.project, by=cast.sven, **{**POSTPONED, **terms})


def test_waiting_for_data_needs_a_date(cast: Cast, api: Any) -> None:
    with pytest.raises(Invalid):
        hold(cast, code="data")
    with pytest.raises(Invalid):
        hold(cast, code="data", expected_on=walk.days(0))
    with pytest.raises(Invalid):
        hold(cast, code="weather")
    assert Hold.objects.count() == 0
    body = {**POSTPONED, "code": "data", "expected_on": walk.days(30).isoformat()}
    assert api("sven", "post", "hold", body).status_code == 200
    told = api("dana", "get", "holds").json()["results"][0]
    assert (told["code"], told["expected_on"], told["days"]) == ("data", body["expected_on"], 0)


def test_the_reminder_goes_out_once_at_the_date(cast: Cast, monkeypatch: Any) -> None:
    hold(cast, code="data", expected_on=walk.days(3))
    Notice.objects.all().delete()
    beat.remind()
    assert Notice.objects.count() == 0
    later = walk.days(3)
    monkeypatch.setattr(timezone, "localdate", lambda: later)
    beat.remind()
    beat.remind()
    assert {n.to.username for n in Notice.objects.all()} == {"mara", "sven"}
    assert Notice.objects.count() == 2


def test_nobody_is_reminded_of_a_hold_that_ended(cast: Cast, monkeypatch: Any) -> None:
    hold(cast, expected_on=walk.days(3))
    holds.resume(project=cast.project, reason="Data came.", by=cast.mara)
    later = walk.days(5)
    Notice.objects.all().delete()
    monkeypatch.setattr(timezone, "localdate", lambda: later)
    beat.remind()
    assert Notice.objects.count() == 0


def test_days_on_hold_are_reported(cast: Cast) -> None:
    hold(cast)
    row = Hold.objects.get()
    assert row.days(timezone.localdate() + timedelta(days=12)) == 12
    holds.resume(project=cast.project, reason="Data came.", by=cast.mara)
    row.refresh_from_db()
    assert (row.end_reason, row.days(timezone.localdate() + timedelta(days=12))) == ("Data came.", 0)


def test_on_hold_only_resume_stop_retention_and_comments_are_written(cast: Cast, api: Any) -> None:
    """Every form command of the project's own rows is tried; none but these gets past the hold."""
    hold(cast)
    client = Client()
    client.force_login(cast.sven.user)
    passed = set()
    for name, command in COMMANDS.items():
        row = cast.project if command.model is Project else command.model.objects.filter(project=cast.project).first()
        if row is None or name == "stop":
            continue
        form = {"reason": "So.", "until": walk.days(4000).isoformat()}
        answer = client.post(f"/projects/churn/do/{name}/{row.pk}", form)
        if answer.status_code == 302:
            passed.add(name)
            if name == "resume":
                hold(cast)
    assert passed == {"resume", "retain"}
    assert client.get("/projects/churn/").status_code == 200
    answer = api("dana", "post", "tasks/define-scope/start")
    assert (answer.status_code, answer.json()["code"]) == (409, "project_frozen")
    said = {"subject_type": "projects.project", "subject": "churn", "text": "Any news?"}
    assert api("dana", "post", "comments", said).status_code == 201


def reach(cast: Cast, number: int) -> None:
    """As if the gates before had been passed; how they are passed is tried elsewhere."""
    if number == 1:
        return  # it is there
    with audit.act("gate.decided", by=cast.mara.audit_by, subject=cast.project):
        for phase in cast.project.phase_set.filter(number__lte=number):
            phase.state = Phase.State.OPEN if phase.number == number else Phase.State.PASSED
            phase.save()
        cast.project.state = Project.State.IN_OPERATION if number == 6 else Project.State.ACTIVE
        cast.project.save()


@pytest.mark.parametrize("number", range(1, 7))
def test_hold_and_stop_are_there_in_each_phase(cast: Cast, client: Client, number: int) -> None:
    reach(cast, number)
    before = Project.objects.get(pk=cast.project.pk).state
    client.force_login(cast.sven.user)
    offered = client.get("/projects/churn/").content.decode()
    for name in ("hold", "stop"):
        assert f"/projects/churn/do/{name}/" in offered
    hold(cast)
    work = {"requirement": Requirement.objects.filter(phase__number=number).first(), "note": "So.", "by": cast.dora}
    with pytest.raises(Conflict, match="on hold"):
        requirements.confirm(**work)
    assert holds.resume(project=cast.project, reason="Data came.", by=cast.mara).state == before
    requirements.confirm(**work)
    with pytest.raises(NotAllowed):
        projects.stop(project=cast.project, reason="No.", by=cast.mara)
    assert projects.stop(project=cast.project, reason="No budget.", by=cast.sven).state == "stopped"
    with pytest.raises(Conflict, match="Stopped"):
        hold(cast)


def test_a_stop_ends_the_hold(cast: Cast) -> None:
    hold(cast)
    projects.stop(project=cast.project, reason="No budget.", by=cast.sven)
    assert Hold.objects.get().end_reason == "No budget."


@pytest.fixture
def not_feasible(cast: Cast) -> Any:
    """Gate 1 submitted with a negative feasibility, signed by everybody."""
    kind = of(cast.project.catalogue).document_kinds["feasibility-report"]
    values = walk.values_for(kind) | {"conclusion": "not-feasible"}
    walk.accept_document(cast, "feasibility-report", values)
    walk.prepare(cast, 1)
    evaluation = walk.submit(cast, 1)
    walk.sign_all(cast, evaluation)
    return evaluation


def test_with_negative_feasibility_a_gate_offers_all_but_pass(cast: Cast, api: Any, not_feasible: Any) -> None:
    told = api("mara", "get", "gates/gate-1-feasibility/readiness").json()
    assert told["outcomes"] == ["iterate", "hold", "stop"]
    client = Client()
    client.force_login(cast.mara.user)
    page = client.get("/projects/churn/gates/1").content.decode()
    assert 'name="outcome" value="hold"' in page
    assert 'name="outcome" value="pass"' not in page
    answer = api("mara", "post", f"submissions/{not_feasible.pk}/decision", {"outcome": "pass", "reason": "Still."})
    assert (answer.status_code, [b["check"] for b in answer.json()["blockers"]]) == (409, ["g1-feasible"])
    with pytest.raises(NotAllowed):
        gates.decide(evaluation=not_feasible, resolution=gates.Resolution("stop", "No way."), by=cast.mara)
    decided = gates.Resolution("hold", "Too few.", condition="More data.", code="data", expected_on=walk.days(9))
    gates.decide(evaluation=not_feasible, resolution=decided, by=cast.mara)
    assert Hold.objects.get().code == "data"


@pytest.mark.parametrize("name", ["mara", "sven", "dora", "milo", "dana", "enzo", "olga", "pipeline"])
def test_nobody_starts_phase_2_without_gate_1(cast: Cast, api: Any, name: str) -> None:
    task = cast.project.task_set.filter(phase__number=2, depends_on=[]).first()
    answer = api(name, "post", f"tasks/{task.key}/start")
    assert (answer.status_code, answer.json()["code"]) == (409, "phase_closed")
    client = Client()
    client.force_login(cast.actors[name].user)
    assert client.post(f"/projects/churn/do/start-task/{task.pk}").status_code in {403, 409}
    task.refresh_from_db()
    assert task.state == "to_do"
