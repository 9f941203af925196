"""Deeds at the work of a phase: criteria and values, documents, requirements, risks, QA methods, tasks, comments."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone

from projects.models import Criterion, CriterionVersion, QAMethod, Requirement, Revision, Risk, Task
from projects.services import (
    comments,
    criteria,
    documents,
    downloads,
    iterations,
    measurements,
    qa_methods,
    requirements,
    risks,
    tasks,
)
from tests import walk
from tests.cast import Cast
from tests.deeds import Deed, case


def demand(threshold: str = "0.9") -> criteria.Demand:
    return criteria.Demand(
        "recall", "1", "at_least", Decimal(threshold), "As agreed.", "Dora", justification="It fits."
    )


def proposed(cast: Cast) -> CriterionVersion:
    return criteria.propose(
        project=cast.project, key="recall", level="business", name="Recall", demand=demand(), by=cast.mara
    )


def approved(cast: Cast) -> Criterion:
    return criteria.approve(version=proposed(cast), by=cast.dora).criterion


@case("criteria.propose")
def _(cast: Cast) -> Deed:
    return lambda: proposed(cast)


@case("criteria.link_measures")
def _(cast: Cast) -> Deed:
    criterion = approved(cast)
    return lambda: criteria.link_measures(criterion=criterion, keys=["define-scope"], reason="So.", by=cast.dana)


@case("criteria.revise")
def _(cast: Cast) -> Deed:
    criterion = approved(cast)
    return lambda: criteria.revise(criterion=criterion, demand=demand("0.8"), reason="Too strict.", by=cast.mara)


@case("criteria.change_draft")
def _(cast: Cast) -> Deed:
    version = proposed(cast)
    return lambda: criteria.change_draft(version=version, demand=demand("0.8"), by=cast.mara)


@case("criteria.approve")
def _(cast: Cast) -> Deed:
    version = criteria.revise(criterion=approved(cast), demand=demand("0.8"), reason="Too strict.", by=cast.mara)
    return lambda: criteria.approve(version=version, by=cast.dora)


@case("measurements.record")
def _(cast: Cast) -> Deed:
    criterion = approved(cast)
    reading = measurements.Reading(Decimal("0.95"), "1", "validation", timezone.now())
    return lambda: measurements.record(criterion=criterion, reading=reading, by=cast.pipeline)


def drafted(cast: Cast) -> Revision:
    values = walk.values_for(documents.kind_of(cast.project, "scope-document"))
    return documents.draft(project=cast.project, kind="scope-document", fields=values, by=cast.dana)


def submitted(cast: Cast) -> Revision:
    return documents.submit(revision=drafted(cast), by=cast.dana)


@case("documents.draft")
def _(cast: Cast) -> Deed:
    return lambda: drafted(cast)


@case("documents.change_draft")
def _(cast: Cast) -> Deed:
    revision = drafted(cast)
    fields = {**revision.fields, "purpose": "Another."}
    return lambda: documents.change_draft(revision=revision, fields=fields, by=cast.milo)


@case("documents.attach")
def _(cast: Cast) -> Deed:
    revision = drafted(cast)
    return lambda: documents.attach(revision=revision, name="a", media_type="text/csv", data=b"a", by=cast.dana)


@case("documents.set_validity")
def _(cast: Cast) -> Deed:
    revision = drafted(cast)
    return lambda: documents.set_validity(revision=revision, valid_from=None, valid_until=walk.days(90), by=cast.dana)


@case("documents.submit")
def _(cast: Cast) -> Deed:
    revision = drafted(cast)
    return lambda: documents.submit(revision=revision, by=cast.dana)


@case("documents.accept")
def _(cast: Cast) -> Deed:
    walk.accept_document(cast, "scope-document")
    values = walk.values_for(documents.kind_of(cast.project, "scope-document"))
    revision = documents.draft(
        project=cast.project, kind="scope-document", fields=values, change_reason="More.", by=cast.pipeline
    )
    documents.submit(revision=revision, by=cast.pipeline)
    *others, last = documents.kind_of(cast.project, "scope-document").review_roles
    for group in others:
        documents.accept(revision=revision, by=walk.holder(cast, group))
    return lambda: documents.accept(revision=revision, by=walk.holder(cast, last))


@case("documents.reject")
def _(cast: Cast) -> Deed:
    revision = submitted(cast)
    return lambda: documents.reject(revision=revision, reason="Not yet.", by=cast.dora)


@case("documents.confirm")
def _(cast: Cast) -> Deed:
    revision = walk.accept_document(cast, "scope-document")
    gone_back(cast)
    return lambda: documents.confirm(revision=revision, by=cast.dora)


@case("downloads.attachment")
def _(cast: Cast) -> Deed:
    attachment = documents.attach(revision=drafted(cast), name="a", media_type="text/csv", data=b"a", by=cast.dana)
    return lambda: downloads.attachment(attachment=attachment, project=cast.project, by=cast.dana)


@case("downloads.evidence")
def _(cast: Cast) -> Deed:
    attachment = documents.attach(revision=drafted(cast), name="a", media_type="text/csv", data=b"a", by=cast.dana)
    return lambda: downloads.evidence(blob=attachment.blob, project=cast.project, by=cast.dana)


def gone_back(cast: Cast) -> Any:
    return iterations.go_back(
        project=cast.project, to_phase=1, task_keys=["define-scope"], origin="evaluation", reason="So.", by=cast.mara
    )


def planned(cast: Cast) -> QAMethod:
    method = next(m for m in QAMethod.objects.all() if "contradictory-objectives" in m.mitigates)
    return qa_methods.plan(method=method, by=cast.dana)


def performed(cast: Cast) -> QAMethod:
    walk.accept_document(cast, "scope-document")
    risks.rate(risk=conflicting(), severity="high", likelihood="likely", reason="Seen.", by=cast.dora)
    return qa_methods.perform(method=planned(cast), finding="Seen.", evidence_kinds=["scope-document"], by=cast.dana)


def conflicting() -> Risk:
    return Risk.objects.get(key="contradictory-objectives")


@case("qa_methods.add")
def _(cast: Cast) -> Deed:
    phase = cast.project.phase_set.get(number=1)
    given = {"name": "N", "what_it_does": "W", "mitigates": ["contradictory-objectives"]}
    return lambda: qa_methods.add(phase=phase, by=cast.dana, **given)


@case("qa_methods.plan")
def _(cast: Cast) -> Deed:
    return lambda: planned(cast)


@case("qa_methods.perform")
def _(cast: Cast) -> Deed:
    walk.accept_document(cast, "scope-document")
    method = planned(cast)
    return lambda: qa_methods.perform(method=method, finding="Seen.", evidence_kinds=["scope-document"], by=cast.dana)


@case("qa_methods.accept")
def _(cast: Cast) -> Deed:
    method = performed(cast)
    return lambda: qa_methods.accept(method=method, by=cast.milo)


@case("qa_methods.reject")
def _(cast: Cast) -> Deed:
    method = performed(cast)
    return lambda: qa_methods.reject(method=method, reason="Too thin.", by=cast.milo)


def confirmed(cast: Cast) -> Requirement:
    requirement = Requirement.objects.filter(phase__number=1).first()
    return requirements.confirm(requirement=requirement, note="By contract.", by=cast.dora)


@case("requirements.confirm")
def _(cast: Cast) -> Deed:
    return lambda: confirmed(cast)


@case("requirements.confirm_many")
def _(cast: Cast) -> Deed:
    phase = cast.project.phase_set.get(number=1)
    keys = [requirement.key for requirement in phase.requirement_set.all()]
    return lambda: requirements.confirm_many(phase=phase, keys=keys, note="By contract.", by=cast.dora)


@case("requirements.reopen")
def _(cast: Cast) -> Deed:
    requirement = confirmed(cast)
    return lambda: requirements.reopen(requirement=requirement, reason="It changed.", by=cast.dora)


@case("requirements.add")
def _(cast: Cast) -> Deed:
    phase = cast.project.phase_set.get(number=1)
    return lambda: requirements.add(phase=phase, kind="constraint", text="No cloud.", by=cast.dora)


@case("risks.rate")
def _(cast: Cast) -> Deed:
    return lambda: risks.rate(risk=conflicting(), severity="high", likelihood="likely", reason="Seen.", by=cast.dora)


@case("risks.rate_many")
def _(cast: Cast) -> Deed:
    phase = cast.project.phase_set.get(number=1)
    keys = [risk.key for risk in phase.risk_set.all()]
    return lambda: risks.rate_many(
        phase=phase, keys=keys, severity="low", likelihood="rare", reason="Low.", by=cast.dora
    )


@case("risks.accept")
def _(cast: Cast) -> Deed:
    qa_methods.accept(method=performed(cast), by=cast.milo)
    risk = risks.rate(risk=conflicting(), severity="high", likelihood="possible", reason="Seen.", by=cast.dora)
    return lambda: risks.accept(risk=risk, reason="Bear it.", until=walk.days(9), by=cast.sven)


@case("risks.add")
def _(cast: Cast) -> Deed:
    phase = cast.project.phase_set.get(number=1)
    return lambda: risks.add(
        phase=phase, name="Flood", what_goes_wrong="Water.", category="operational", severity="low",
        likelihood="rare", by=cast.dora,
    )  # fmt: skip


def scope(cast: Cast) -> Task:
    return tasks.start(task=Task.objects.get(key="define-scope"), by=cast.dana)


def ticked(cast: Cast) -> Task:
    task = scope(cast)
    return tasks.check(task=task, done=[True] * len(task.checklist), by=cast.dana)


def handed_in(cast: Cast) -> Task:
    return tasks.hand_in(task=ticked(cast), result="Done.", by=cast.dana)


def added(cast: Cast) -> Task:
    return tasks.add(phase=cast.project.phase_set.get(number=1), name="Ask", aim="To know.", by=cast.dana)


@case("tasks.start")
def _(cast: Cast) -> Deed:
    return lambda: scope(cast)


@case("tasks.check")
def _(cast: Cast) -> Deed:
    task = scope(cast)
    return lambda: tasks.check(task=task, done=[True] * len(task.checklist), by=cast.dana)


@case("tasks.hand_in")
def _(cast: Cast) -> Deed:
    task = ticked(cast)
    return lambda: tasks.hand_in(task=task, result="Done.", by=cast.dana)


@case("tasks.finish")
def _(cast: Cast) -> Deed:
    walk.accept_document(cast, "scope-document")
    task = handed_in(cast)
    return lambda: tasks.finish(task=task, by=cast.mara)


@case("tasks.give_back")
def _(cast: Cast) -> Deed:
    task = handed_in(cast)
    return lambda: tasks.give_back(task=task, reason="Too thin.", by=cast.mara)


@case("tasks.assign")
def _(cast: Cast) -> Deed:
    task = Task.objects.get(key="define-scope")
    return lambda: tasks.assign(task=task, user_id=cast.milo.user.pk, due_on=walk.days(9), by=cast.mara)


@case("tasks.set_not_applicable")
def _(cast: Cast) -> Deed:
    task = added(cast)
    return lambda: tasks.set_not_applicable(task=task, reason="Known by now.", by=cast.dana)


@case("tasks.reopen")
def _(cast: Cast) -> Deed:
    task = ticked(cast)
    return lambda: tasks.reopen(task=task, reason="It changed.", by=cast.dana)


@case("tasks.add")
def _(cast: Cast) -> Deed:
    return lambda: added(cast)


@case("comments.write")
def _(cast: Cast) -> Deed:
    on = {"subject_type": "projects.task", "subject": "define-scope"}
    return lambda: comments.write(project=cast.project, **on, text="See, @dora.", by=cast.dana)


@case("tasks.assign_many")
def _(cast: Cast) -> Deed:
    keys = ["define-scope"]
    return lambda: tasks.assign_many(
        project=cast.project, keys=keys, user_id=cast.milo.user.pk, due_on=None, by=cast.mara
    )


@case("qa_methods.plan_many")
def _(cast: Cast) -> Deed:
    keys = [QAMethod.objects.filter(project=cast.project).first().key]
    return lambda: qa_methods.plan_many(project=cast.project, keys=keys, by=cast.dana)
