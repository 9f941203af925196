"""When the event of an act can not be stored, no service leaves anything of what it did."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

import audit
import compliance.services
import projects.services
from audit import acts
from audit.erasing import Target
from audit.models import Event, GovernedModel
from compliance.documents import plain
from compliance.services import reports, wordings
from jobs import queue
from projects.models import Criterion, CriterionVersion, Membership, QAMethod, Requirement, Revision, Risk, Task
from projects.services import (
    comments,
    criteria,
    documents,
    downloads,
    erasures,
    gates,
    history,
    holds,
    imports,
    integrity,
    iterations,
    measurements,
    memberships,
    portable,
    qa_methods,
    requirements,
    risks,
    tasks,
    templates,
    waivers,
)
from projects.services import projects as project_services
from projects.trail_filters import Filters
from tests import walk
from tests.cast import Cast
from tests.compliance import samples
from ui.sheet_files import Table

Deed = Callable[[], Any]
CASES: dict[str, Callable[[Cast], Deed]] = {}
# Asking for a job is no act: it leaves a job and no event.
# A project is brought in with the events it has; tests/projects/test_portable.py tries that.
WITHOUT_EVENT = {
    "portable.request", "portable.bring_in", "reports.request", "integrity.request_export",
    "integrity.request_verification",
}  # fmt: skip


def case(name: str) -> Callable[[Callable[[Cast], Deed]], Callable[[Cast], Deed]]:
    """Register what leads to a state in which the service `name` succeeds, and gives back the call of it."""

    def register(prepare: Callable[[Cast], Deed]) -> Callable[[Cast], Deed]:
        CASES[name] = prepare
        return prepare

    return register


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


@case("iterations.go_back")
def _(cast: Cast) -> Deed:
    tasks.start(task=Task.objects.get(key="define-scope"), by=cast.dana)
    return lambda: gone_back(cast)


def ready(cast: Cast) -> Any:
    walk.prepare(cast, 1)
    return walk.submit(cast, 1)


@case("gates.submit")
def _(cast: Cast) -> Deed:
    walk.prepare(cast, 1)
    return lambda: walk.submit(cast, 1)


@case("gates.withdraw")
def _(cast: Cast) -> Deed:
    evaluation = ready(cast)
    return lambda: gates.withdraw(evaluation=evaluation, reason="Too soon.", by=cast.mara)


@case("gates.sign")
def _(cast: Cast) -> Deed:
    evaluation = ready(cast)
    return lambda: gates.sign(evaluation=evaluation, role="sponsor", by=cast.sven)


def deciding(**resolution: Any) -> Callable[[Cast], Deed]:
    def prepare(cast: Cast) -> Deed:
        evaluation = ready(cast)
        walk.sign_all(cast, evaluation)
        end = gates.Resolution(reason="As agreed.", **resolution)
        return lambda: gates.decide(evaluation=evaluation, resolution=end, by=cast.sven)

    return prepare


case("gates.decide, pass")(deciding(outcome="pass"))
case("gates.decide, iterate")(deciding(outcome="iterate", to_phase=1, tasks=["define-scope"]))
case("gates.decide, hold")(deciding(outcome="hold", condition="Data is there."))
case("gates.decide, stop")(deciding(outcome="stop"))


@case("memberships.change_roles")
def _(cast: Cast) -> Deed:
    member = Membership.objects.get(user=cast.dora.user)
    return lambda: memberships.change_roles(member=member, roles=["sponsor"], by=cast.mara)


@case("memberships.set_roles")
def _(cast: Cast) -> Deed:
    return lambda: memberships.set_roles(
        project=cast.project, user=cast.otto.user, roles=["data-scientist"], by=cast.mara
    )


def created(cast: Cast) -> Any:
    return project_services.create(slug="new", name="New", purpose="To know.", by=cast.dana)


@case("projects.create")
def _(cast: Cast) -> Deed:
    return lambda: created(cast)


@case("projects.change")
def _(cast: Cast) -> Deed:
    return lambda: project_services.change(project=cast.project, name="Other", by=cast.mara)


@case("projects.start")
def _(cast: Cast) -> Deed:
    project = created(cast)
    return lambda: project_services.start(project=project, by=cast.dana)


def held(cast: Cast) -> Any:
    return holds.hold(project=cast.project, reason="No data.", condition="Data is there.", by=cast.mara)


def proof_of_concept(cast: Cast) -> Any:
    project = project_services.create(slug="trial", name="Trial", purpose="Try.", kind="proof_of_concept", by=cast.mara)
    return project_services.start(project=project, by=cast.mara)


@case("iterations.convert")
def _(cast: Cast) -> Deed:
    project = proof_of_concept(cast)
    return lambda: iterations.convert(project=project, reason="It works.", by=cast.mara)


def in_operation(cast: Cast) -> Any:
    """As if it had been released; whether it may be is tested elsewhere."""
    with audit.act("gate.decided", by=cast.mara.audit_by, subject=cast.project):
        for phase in cast.project.phase_set.all():
            phase.state = "open" if phase.number == 6 else "passed"
            phase.save()
        cast.project.state = "in_operation"
        cast.project.save()
    return cast.project


@case("iterations.begin_update")
def _(cast: Cast) -> Deed:
    project = in_operation(cast)
    return lambda: iterations.begin_update(project=project, reason="Drift.", by=cast.mara)


@case("iterations.begin_challenger")
def _(cast: Cast) -> Deed:
    project = in_operation(cast)
    return lambda: iterations.begin_challenger(project=project, reason="A transformer.", by=cast.mara)


@case("holds.hold")
def _(cast: Cast) -> Deed:
    return lambda: held(cast)


@case("holds.resume")
def _(cast: Cast) -> Deed:
    project = held(cast)
    return lambda: holds.resume(project=project, reason="Data came.", by=cast.mara)


@case("projects.set_retention")
def _(cast: Cast) -> Deed:
    return lambda: project_services.set_retention(project=cast.project, until=walk.days(3650), by=cast.mara)


@case("projects.stop")
def _(cast: Cast) -> Deed:
    return lambda: project_services.stop(project=cast.project, reason="No budget.", by=cast.sven)


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


def asked(cast: Cast) -> Any:
    gate = cast.project.gate_set.get(phase__number=1)
    return waivers.request(gate=gate, check_key="g1-aligned", reason="So.", expires_on=walk.days(5), by=cast.mara)


@case("waivers.request")
def _(cast: Cast) -> Deed:
    return lambda: asked(cast)


@case("waivers.grant")
def _(cast: Cast) -> Deed:
    waiver = asked(cast)
    return lambda: waivers.grant(waiver=waiver, by=cast.sven)


@case("waivers.refuse")
def _(cast: Cast) -> Deed:
    waiver = asked(cast)
    return lambda: waivers.refuse(waiver=waiver, reason="No.", by=cast.sven)


def issued(cast: Cast) -> Any:
    document = samples.document(*samples.every_block(), status="draft")
    files = {"pdf": b"%PDF", "json": plain.as_json(document)}
    return reports.issue(project=cast.project, document=document, files=files, by=cast.mara)


@case("reports.issue")
def _(cast: Cast) -> Deed:
    return lambda: issued(cast)


@case("reports.hand_out")
def _(cast: Cast) -> Deed:
    report = issued(cast)
    return lambda: reports.hand_out(report=report, form="pdf", by=cast.ada)


@case("reports.hand_out_table")
def _(cast: Cast) -> Deed:
    report = issued(cast)
    return lambda: reports.hand_out_table(report=report, number=1, form="csv", by=cast.ada)


@case("wordings.change")
def _(cast: Cast) -> Deed:
    words = {"kind": "dossier", "title": "File", "introduction": "", "closing": ""}
    return lambda: wordings.change(**words, by=cast.root)


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


@case("portable.hand_out")
def _(cast: Cast) -> Deed:
    job = portable.request(project=cast.project, form="json", by=cast.dana)
    queue.run(job.pk)
    return lambda: portable.hand_out(project=cast.project, job_id=job.pk, by=cast.dana)


@case("imports.bring_in")
def _(cast: Cast) -> Deed:
    table = Table(["Name", "Aim", "Phase"], [["Ask", "To know.", "1"]], [2])
    return lambda: imports.bring_in(project=cast.project, kind="tasks", table=table, by=cast.dana)


@case("templates.save")
def _(cast: Cast) -> Deed:
    return lambda: templates.save(project=cast.project, name="Ours", by=cast.mara)


@case("templates.retire")
def _(cast: Cast) -> Deed:
    template = templates.save(project=cast.project, name="Ours", by=cast.mara)
    return lambda: templates.retire(template=template, by=cast.root)


@case("erasures.find")
def _(cast: Cast) -> Deed:
    return lambda: erasures.find(text="Dora", by=cast.root)


@case("erasures.erase")
def _(cast: Cast) -> Deed:
    event = Event.objects.filter(act="member.roles_changed").first()
    targets = [Target(event.uid, "/subject")]
    return lambda: erasures.erase(targets=targets, basis="Article 17 GDPR", by=cast.root)


class NotStored(Exception):
    """Raised in place of storing an event."""


def stored() -> dict[str, Any]:
    """The version of every governed row, and how many rows every other table has."""
    found: dict[str, Any] = {}
    for model in apps.get_models():
        rows = model._base_manager
        is_governed = issubclass(model, GovernedModel)
        found[model._meta.label] = dict(rows.values_list("pk", "audit_ver")) if is_governed else rows.count()
    return found


def writing() -> Iterator[str]:
    """Services in which somebody acts: public, with an actor `by` that has to be named in the call."""
    for package in (projects.services, compliance.services):
        for found in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{found.name}")
            for name, function in inspect.getmembers(module, inspect.isfunction):
                is_own = function.__module__ == module.__name__ and not name.startswith("_")
                by = inspect.signature(function).parameters.get("by")
                if is_own and by is not None and by.kind is by.KEYWORD_ONLY and found.name != "doing":
                    yield f"{found.name}.{name}"


def test_every_service_in_which_somebody_acts_is_tried() -> None:
    assert {name.split(", ")[0] for name in CASES} == set(writing()) - WITHOUT_EVENT


@case("history.export")
def _(cast: Cast) -> Deed:
    return lambda: list(history.export(project=cast.project, filters=Filters(), form="csv", by=cast.ada))


@case("integrity.hand_out")
def _(cast: Cast) -> Deed:
    job = integrity.request_export(project=cast.project, by=cast.ada)
    queue.run(job.pk)
    return lambda: integrity.hand_out(project=cast.project, job_id=job.pk, by=cast.ada)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * name.startswith("gates.")) for name in CASES]
)
def test_nothing_is_left_behind_and_a_second_try_succeeds(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    deed = CASES[name](cast)
    store, before, meanwhile = acts.Act.store, stored(), []

    def broken(act: acts.Act) -> None:
        store(act)
        meanwhile.append(stored())
        raise NotStored

    with monkeypatch.context() as patch:
        patch.setattr(acts.Act, "store", broken)
        with pytest.raises(NotStored):
            deed()
    assert meanwhile[0] != before
    assert stored() == before
    deed()
    assert stored()["audit.Event"] == before["audit.Event"] + 1
