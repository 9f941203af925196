"""Author and reviewer, requester and granter, token and signature: never the same hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from crispmlq.errors import Conflict, Invalid, NotAllowed, NotFound
from projects.models import QAMethod, Requirement, Revision, Risk, Task
from projects.services import (
    criteria,
    documents,
    gates,
    holds,
    memberships,
    projects,
    qa_methods,
    requirements,
    risks,
    tasks,
    waivers,
)
from tests import walk
from tests.cast import Cast


def revision_of(cast: Cast, author: str) -> Revision:
    values = walk.values_for(documents.kind_of(cast.project, "scope-document"))
    revision = documents.draft(project=cast.project, kind="scope-document", fields=values, by=cast.actors[author])
    return documents.submit(revision=revision, by=cast.actors[author])


def test_the_author_can_not_review(cast: Cast) -> None:
    revision = revision_of(cast, "dana")
    with pytest.raises(NotAllowed, match="You wrote in this"):
        documents.accept(revision=revision, by=cast.dana)
    documents.accept(revision=revision, by=cast.dora)


def test_one_person_speaks_for_one_group_only(cast: Cast) -> None:
    memberships.set_roles(project=cast.project, user=cast.dora.user, roles=["domain-expert", "ml-expert"], by=cast.mara)
    revision = revision_of(cast, "pipeline")
    documents.accept(revision=revision, by=cast.dora)
    with pytest.raises(NotAllowed, match="reviewed this already"):
        documents.accept(revision=revision, by=cast.dora)
    documents.accept(revision=revision, by=cast.milo)
    revision.refresh_from_db()
    assert revision.state == "accepted"


def test_who_handed_a_task_in_can_not_finish_it(cast: Cast) -> None:
    task = Task.objects.get(key="define-scope")
    walk.accept_document(cast, "scope-document")
    tasks.start(task=task, by=cast.dana)
    tasks.check(task=task, done=[True] * len(task.checklist), by=cast.dana)
    tasks.hand_in(task=task, result="Done.", by=cast.dana)
    with pytest.raises(NotAllowed):
        tasks.finish(task=task, by=cast.dana)
    with pytest.raises(NotAllowed):
        tasks.finish(task=task, by=cast.pipeline)
    assert tasks.finish(task=task, by=cast.mara).state == "done"


def test_a_task_is_not_done_without_its_documents(cast: Cast) -> None:
    task = Task.objects.get(key="define-scope")
    tasks.start(task=task, by=cast.dana)
    with pytest.raises(tasks.TaskNotReady, match="Still open in the checklist"):
        tasks.hand_in(task=task, result="Done.", by=cast.dana)
    tasks.check(task=task, done=[True] * len(task.checklist), by=cast.dana)
    tasks.hand_in(task=task, result="Done.", by=cast.dana)
    with pytest.raises(tasks.TaskNotReady) as refusal:
        tasks.finish(task=task, by=cast.mara)
    assert refusal.value.data["documents"] == ["scope-document"]


def test_a_task_waits_for_those_before_it(cast: Cast) -> None:
    with pytest.raises(tasks.TaskNotReady) as refusal:
        tasks.start(task=Task.objects.get(key="business-success-criteria"), by=cast.dana)
    assert refusal.value.data["waits_for"] == ["define-scope"]


def test_a_required_task_can_not_be_left_out(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        tasks.set_not_applicable(task=Task.objects.get(key="define-scope"), reason="No.", by=cast.mara)


def test_nothing_moves_in_a_phase_that_is_locked(cast: Cast) -> None:
    task = Task.objects.filter(phase__number=2, depends_on=[]).first()
    with pytest.raises(Conflict, match="must be open"):
        tasks.start(task=task, by=cast.dana)


def test_the_author_of_a_criterion_can_not_approve_it(cast: Cast) -> None:
    demand = criteria.Demand("m", "1", "at_least", Decimal(1), "so", "Dora", justification="It fits.")
    version = criteria.propose(project=cast.project, key="k", level="business", name="K", demand=demand, by=cast.dora)
    with pytest.raises(NotAllowed):
        criteria.approve(version=version, by=cast.dora)
    with pytest.raises(NotAllowed):
        criteria.approve(version=version, by=cast.dana)
    assert criteria.approve(version=version, by=cast.sven).state == "approved"
    with pytest.raises(Conflict, match="frozen"):
        criteria.change_draft(version=version, demand=demand, by=cast.dana)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"direction": "between"}, "upper"),
        ({"direction": "between", "upper": Decimal(0)}, "upper"),
        ({"upper": Decimal(2)}, "upper"),
        ({"floor": Decimal(2)}, "floor"),
        ({"threshold": Decimal("NaN")}, "threshold"),
        ({"threshold": Decimal("1e18")}, "threshold"),
        ({"direction": "sideways"}, "direction"),
        ({"supports": "nobody"}, "supports"),
        ({"unit": " "}, "unit"),
    ],
)
def test_a_demand_that_does_not_fit_together_is_refused(cast: Cast, changes: dict[str, Any], field: str) -> None:
    values = {"metric": "m", "unit": "1", "direction": "at_least", "threshold": Decimal(1), "method": "so"}
    demand = criteria.Demand(**{**values, "owner_name": "Dora", **changes})
    with pytest.raises(Invalid) as refusal:
        criteria.propose(project=cast.project, key="k", level="ml", name="K", demand=demand, by=cast.dana)
    assert field in refusal.value.errors


def test_a_qa_method_lowers_no_rating_by_itself(cast: Cast) -> None:
    risk = Risk.objects.get(key="contradictory-objectives")
    method = next(m for m in QAMethod.objects.all() if risk.key in m.mitigates)
    walk.accept_document(cast, "scope-document")
    risks.rate(risk=risk, severity="high", likelihood="likely", reason="Seen.", by=cast.dora)
    with pytest.raises(Conflict, match="only what remains"):
        risks.accept(risk=risk, reason="Bear it.", until=walk.days(9), by=cast.sven)
    qa_methods.plan(method=method, by=cast.dana)
    qa_methods.perform(method=method, finding="Seen.", evidence_kinds=["scope-document"], by=cast.dana)
    with pytest.raises(NotAllowed):
        qa_methods.accept(method=method, by=cast.dana)
    qa_methods.accept(method=method, by=cast.milo)
    risk.refresh_from_db()
    assert (risk.state, risk.rating) == ("treated", 9)
    risks.rate(risk=risk, severity="high", likelihood="possible", reason="Seen.", by=cast.dora)
    with pytest.raises(NotAllowed):
        risks.accept(risk=risk, reason="Bear it.", until=walk.days(9), by=cast.dora)
    with pytest.raises(Invalid):
        risks.accept(risk=risk, reason="Bear it.", until=walk.days(0), by=cast.sven)
    assert risks.accept(risk=risk, reason="Bear it.", until=walk.days(9), by=cast.sven).state == "accepted"


def test_a_critical_risk_needs_a_method_however_rare(cast: Cast) -> None:
    risk = risks.rate(risk=Risk.objects.first(), severity="critical", likelihood="rare", reason="Seen.", by=cast.dora)
    assert risk.state == "rated"
    risk = risks.rate(risk=risk, severity="high", likelihood="rare", reason="Seen.", by=cast.dora)
    assert risk.state == "closed"


def test_a_waiver_needs_a_second_person_and_a_check_that_may_be_waived(cast: Cast) -> None:
    gate = cast.project.gate_set.first()
    with pytest.raises(NotAllowed, match="can not be waived"):
        waivers.request(gate=gate, check_key="g1-feasible", reason="R", expires_on=walk.days(5), by=cast.mara)
    memberships.set_roles(project=cast.project, user=cast.mara.user, roles=["project-manager", "sponsor"], by=cast.sven)
    waiver = waivers.request(gate=gate, check_key="g1-aligned", reason="R", expires_on=walk.days(5), by=cast.mara)
    with pytest.raises(NotAllowed):
        waivers.grant(waiver=waiver, by=cast.mara)
    waivers.grant(waiver=waiver, by=cast.sven)
    verdict = next(v for v in gates.judge(gate)[1] if v.check == "g1-aligned")
    assert (verdict.verdict, verdict.blocks) == ("waived", False)


def test_a_machine_never_signs_rates_or_decides(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        risks.rate(risk=Risk.objects.first(), severity="low", likelihood="rare", reason="Seen.", by=cast.pipeline)
    with pytest.raises(NotAllowed):
        gates.submit(gate=cast.project.gate_set.first(), by=cast.pipeline)
    with pytest.raises(NotAllowed):
        documents.accept(revision=revision_of(cast, "dana"), by=cast.pipeline)


@pytest.mark.parametrize(
    ("name", "error"), [("otto", NotFound), ("ada", NotAllowed), ("ursel", NotAllowed), ("root", NotFound)]
)
def test_who_does_not_work_here_writes_nothing(cast: Cast, name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        requirements.confirm(requirement=Requirement.objects.first(), note="So.", by=cast.actors[name])


def test_a_project_on_hold_takes_no_work_until_it_resumes(cast: Cast) -> None:
    holds.hold(project=cast.project, reason="No data.", condition="Data is there.", by=cast.mara)
    with pytest.raises(Conflict, match="on hold"):
        tasks.start(task=Task.objects.get(key="define-scope"), by=cast.dana)
    holds.resume(project=cast.project, reason="Data came.", by=cast.mara)
    tasks.start(task=Task.objects.get(key="define-scope"), by=cast.dana)
    with pytest.raises(NotAllowed):
        projects.stop(project=cast.project, reason="No.", by=cast.mara)
    projects.stop(project=cast.project, reason="No budget.", by=cast.sven)
    with pytest.raises(Conflict):
        holds.resume(project=cast.project, reason="Again.", by=cast.sven)


def test_a_project_keeps_a_manager(cast: Cast) -> None:
    with pytest.raises(Conflict, match="needs a project manager"):
        memberships.set_roles(project=cast.project, user=cast.mara.user, roles=[], by=cast.mara)
