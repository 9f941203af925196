"""Reminders: found from the records, told once per person and period, never to who is no longer concerned."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from notices.models import Notice
from projects import reminders
from projects.models import QAMethod, Risk, Task
from projects.services import criteria, documents, gates, holds, qa_methods, risks, tasks, waivers
from projects.tasks import remind as job
from tests import walk
from tests.cast import Cast

TODAY = walk.days(0)


def reminded(name: str, today: date = TODAY) -> dict[str, int]:
    """User name -> number of reminders of this name, after a run on that day."""
    reminders.remind(today)
    found: dict[str, int] = {}
    for notice in Notice.objects.filter(key__contains=f" {name} ").select_related("to"):
        found[notice.to.username] = found.get(notice.to.username, 0) + 1
    return found


@pytest.fixture
def task(cast: Cast) -> Task:
    """Dana's, due in ten days."""
    return tasks.assign(
        task=Task.objects.get(key="define-scope"), user_id=cast.dana.user.pk, due_on=walk.days(10), by=cast.mara
    )


def test_a_task_is_reminded_of_before_it_is_due_and_each_week_after(cast: Cast, task: Task) -> None:
    assert reminded("task.due_soon", TODAY + timedelta(days=6)) == {}
    for day in (7, 8, 10):
        assert reminded("task.due_soon", TODAY + timedelta(days=day)) == {"dana": 1}
    assert reminded("task.overdue", TODAY + timedelta(days=10)) == {}
    for day in (11, 11, 16):
        assert reminded("task.overdue", TODAY + timedelta(days=day)) == {"dana": 1, "mara": 1}
    assert reminded("task.overdue", TODAY + timedelta(days=17)) == {"dana": 2, "mara": 2}
    notice = Notice.objects.filter(key__contains="task.overdue", to=cast.dana.user).last()
    assert notice.text == f"Churn: The task “{task.name}” was due on {task.due_on}."
    assert notice.url == "/projects/churn/phases/1#define-scope"


def test_who_had_the_task_before_gets_no_reminder_and_loses_the_unseen_one(cast: Cast, task: Task) -> None:
    assert reminded("task.overdue", TODAY + timedelta(days=11)) == {"dana": 1, "mara": 1}
    tasks.assign(task=task, user_id=cast.milo.user.pk, due_on=task.due_on, by=cast.mara)
    assert Notice.objects.get(key__contains="task.overdue", to=cast.dana.user).seen_at is not None
    assert reminded("task.overdue", TODAY + timedelta(days=18)) == {"dana": 1, "mara": 2, "milo": 1}


def test_a_finished_task_and_a_project_on_hold_remind_of_nothing(cast: Cast, task: Task) -> None:
    holds.hold(project=cast.project, reason="No data.", condition="Data is there.", by=cast.mara)
    assert reminded("task.overdue", TODAY + timedelta(days=11)) == {}


def test_a_review_that_waits_is_told_to_the_roles_still_open(cast: Cast) -> None:
    values = walk.values_for(documents.kind_of(cast.project, "scope-document"))
    revision = documents.draft(project=cast.project, kind="scope-document", fields=values, by=cast.dana)
    documents.submit(revision=revision, by=cast.dana)
    assert reminded("document.waits", TODAY + timedelta(days=4)) == {}
    first = reminded("document.waits", TODAY + timedelta(days=5))
    assert first
    group = documents.kind_of(cast.project, "scope-document").review_roles[0]
    documents.accept(revision=revision, by=walk.holder(cast, group))
    again = reminded("document.waits", TODAY + timedelta(days=10))
    settled = {name for name in first if again[name] == 1}
    assert len(documents.kind_of(cast.project, "scope-document").review_roles) == 1 or settled


def test_a_document_that_counts_until_a_day_is_told_to_who_wrote_it(cast: Cast) -> None:
    values = walk.values_for(documents.kind_of(cast.project, "scope-document"))
    revision = documents.draft(project=cast.project, kind="scope-document", fields=values, by=cast.dana)
    documents.set_validity(revision=revision, valid_from=None, valid_until=walk.days(20), by=cast.dana)
    documents.submit(revision=revision, by=cast.dana)
    walk.review_all(cast, revision, documents.accept)
    assert reminded("document.ends", TODAY + timedelta(days=5)) == {}
    assert reminded("document.ends", TODAY + timedelta(days=6)) == {"dana": 1, "mara": 1}
    assert reminded("document.ended", TODAY + timedelta(days=20)) == {}
    assert reminded("document.ended", TODAY + timedelta(days=21)) == {"dana": 1, "mara": 1}


@pytest.mark.slow
def test_a_gate_that_waits_is_told_to_who_has_not_signed(cast: Cast) -> None:
    walk.prepare(cast, 1)
    gates.sign(evaluation=walk.submit(cast, 1), role="sponsor", by=cast.sven)
    found = reminded("gate.waits", TODAY + timedelta(days=5))
    assert "dora" in found
    assert "sven" not in found


def test_a_criterion_and_a_waiver_that_wait_and_one_that_ends(cast: Cast) -> None:
    demand = criteria.Demand("recall", "1", "at_least", walk.Decimal("0.9"), "As agreed.", "Dora")
    criteria.propose(project=cast.project, key="recall", level="ml", name="Recall", demand=demand, by=cast.mara)
    gate = cast.project.gate_set.get(phase__number=1)
    waiver = waivers.request(gate=gate, check_key="g1-aligned", reason="So.", expires_on=walk.days(30), by=cast.mara)
    later = TODAY + timedelta(days=5)
    assert reminded("criterion.waits", later) == {"sven": 1, "dora": 1}
    assert reminded("waiver.waits", later) == {"sven": 1}
    waivers.grant(waiver=waiver, by=cast.sven)
    assert reminded("waiver.ends", TODAY + timedelta(days=15)) == {}
    assert reminded("waiver.ends", TODAY + timedelta(days=16)) == {"mara": 1}
    assert reminded("waiver.ended", TODAY + timedelta(days=31)) == {"mara": 1}


def test_an_acceptance_that_ends_is_told_to_who_signed_it(cast: Cast) -> None:
    walk.accept_document(cast, "scope-document")
    risk = Risk.objects.get(key="contradictory-objectives")
    risks.rate(risk=risk, severity="high", likelihood="likely", reason="Seen.", by=cast.dora)
    method = next(m for m in QAMethod.objects.all() if risk.key in m.mitigates)
    qa_methods.plan(method=method, by=cast.dana)
    qa_methods.perform(method=method, finding="Seen.", evidence_kinds=["scope-document"], by=cast.dana)
    qa_methods.accept(method=method, by=cast.milo)
    risks.rate(risk=risk, severity="high", likelihood="possible", reason="Seen.", by=cast.dora)
    risks.accept(risk=risk, reason="Bear it.", until=walk.days(20), by=cast.sven)
    assert reminded("acceptance.ends", TODAY + timedelta(days=5)) == {}
    assert reminded("acceptance.ends", TODAY + timedelta(days=6)) == {"sven": 1, "mara": 1}
    assert reminded("acceptance.ended", TODAY + timedelta(days=20)) == {}
    assert reminded("acceptance.ended", TODAY + timedelta(days=21)) == {"sven": 1, "mara": 1}


def test_the_scheduled_job_reminds(cast: Cast, task: Task) -> None:
    tasks.assign(task=task, user_id=cast.dana.user.pk, due_on=walk.days(-1), by=cast.mara)
    for _ in range(2):
        job()
    assert Notice.objects.filter(key__contains="task.overdue", to=cast.dana.user).count() == 1
