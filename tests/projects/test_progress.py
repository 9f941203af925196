"""The general state on one page: progress, value beside risk, and what is owed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from projects import progress
from projects.models import Risk, Task
from projects.page_selectors import open_by_category
from projects.services import risks, tasks, waivers
from tests import walk
from tests.cast import Cast


def page(cast: Cast) -> str:
    client = Client()
    client.force_login(cast.dana.user)
    return client.get("/projects/churn/standing").content.decode()


def test_finishing_a_task_changes_progress_at_once(cast: Cast, api: Any) -> None:
    required = Task.objects.filter(project=cast.project, is_required=True).count()
    before = api("dana", "get", "standing").json()["overall"]
    assert (before["done"], before["required"]) == (0, required)
    walk.do_task(cast, Task.objects.get(key="define-scope"))
    after = api("dana", "get", "standing").json()
    assert (after["overall"]["done"], after["phases"][0]["done"]) == (1, 1)
    assert f"1 of {required} required tasks" in page(cast)


def test_a_task_that_does_not_apply_counts_nowhere(cast: Cast) -> None:
    found = [Task(is_required=True, state=state) for state in ("done", "to_do", "not_applicable")]
    found += [Task(is_required=False, state="done")]
    assert progress.of_tasks(found) == progress.Progress(1, 2)
    assert progress.of_tasks(found).percent == 50


def test_open_risks_by_class_are_those_of_the_api(cast: Cast, api: Any) -> None:
    for risk in Risk.objects.filter(project=cast.project, phase__number=1)[:3]:
        risks.rate(risk=risk, severity="low", likelihood="rare", reason="Seen.", by=cast.dora)
    shown = open_by_category(list(Risk.objects.filter(project=cast.project).exclude(task__state="not_applicable")))
    skipped = set(Risk.objects.filter(task__state="not_applicable").values_list("key", flat=True))
    for key, label, count in shown:
        told = api("dana", "get", "risks", {"category": key, "limit": 500}).json()["results"]
        assert count == sum(r["state"] != "closed" and r["key"] not in skipped for r in told)
        assert f"<dt>{label}</dt><dd>{count}</dd>" in page(cast)


def test_targets_and_latest_values_are_those_of_the_api(cast: Cast, api: Any) -> None:
    walk.approve_criteria(cast)
    walk.measure(cast, "forecast", value="0.93", keys=["saving"])
    told = {row["key"]: row for row in api("dana", "get", "criteria-standing").json()}
    assert (told["saving"]["threshold"], told["saving"]["value"]) == ("0.9", "0.93")
    assert "0.93" in page(cast)


def test_debt_counts_what_was_put_off_and_shows_its_trend(cast: Cast, monkeypatch: Any) -> None:
    start = progress.debt(cast.project)
    assert (start.waivers, start.accepted_risks, start.overdue_tasks) == (0, 0, 0)
    assert start.missing_evidence > 0
    walk.accept_document(cast, "scope-document")
    assert progress.debt(cast.project).missing_evidence == start.missing_evidence - 1
    gate = cast.project.gate_set.first()
    asked = waivers.request(gate=gate, check_key="g1-aligned", reason="R", expires_on=walk.days(40), by=cast.mara)
    waivers.grant(waiver=asked, by=cast.sven)
    task = Task.objects.get(key="define-scope")
    tasks.assign(task=task, user_id=cast.dana.user.pk, due_on=walk.days(1), by=cast.mara)
    later = timezone.localdate() + timedelta(weeks=2)
    monkeypatch.setattr(timezone, "localdate", lambda: later)
    now, then = progress.trend(cast.project)[-1], progress.trend(cast.project)[0]
    assert (now.waivers, now.overdue_tasks) == (1, 1)
    assert (then.on, then.waivers, then.overdue_tasks) == (later - timedelta(weeks=2), 1, 0)
    assert now.total > then.total - 1


@pytest.mark.parametrize("name", ["ada", "sven", "enzo"])
def test_every_member_and_auditor_reads_it(cast: Cast, api: Any, name: str) -> None:
    assert api(name, "get", "standing").status_code == 200
