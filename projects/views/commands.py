"""Pages that change: one table says which service a form calls, and what it reads from the form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from crispmlq.errors import NotFound
from projects import access
from projects.models import (
    Criterion,
    CriterionVersion,
    Evaluation,
    Gate,
    Phase,
    Project,
    QAMethod,
    Requirement,
    Revision,
    Risk,
    Task,
    Waiver,
)
from projects.services import (
    criteria,
    documents,
    gates,
    iterations,
    measurements,
    memberships,
    projects,
    qa_methods,
    requirements,
    risks,
    tasks,
    waivers,
)
from projects.views import readers
from projects.views.readers import Reader, chosen, nothing, texts, with_date


@dataclass(frozen=True)
class Command:
    """`service(<noun>=row, by=actor, **reads(form))`, and what is said when it is done."""

    service: Callable[..., Any]
    model: type[Any]
    noun: str
    reads: Reader
    said: str


COMMANDS = {
    "start": Command(projects.start, Project, "project", nothing, "The project has started."),
    "change": Command(projects.change, Project, "project", texts("name", "purpose"), "Changed."),
    "hold": Command(projects.hold, Project, "project", texts("reason", "condition"), "The project is on hold."),
    "resume": Command(projects.resume, Project, "project", texts("reason"), "The project goes on."),
    "stop": Command(projects.stop, Project, "project", texts("reason"), "The project was stopped."),
    "retain": Command(projects.set_retention, Project, "project", with_date("until"), "The date is set."),
    "set-roles": Command(memberships.set_roles, Project, "project", readers.roles, "The roles were changed."),
    "go-back": Command(
        iterations.go_back, Project, "project", readers.way_back, "The tasks are open again, in a new iteration."
    ),
    "propose-criterion": Command(
        criteria.propose, Project, "project", readers.proposal, "Proposed; another person approves it."
    ),
    "revise-criterion": Command(
        criteria.revise, Criterion, "criterion", readers.revision, "Proposed; another person approves it."
    ),
    "change-criterion": Command(
        criteria.change_draft, CriterionVersion, "version", readers.demand, "The draft is changed."
    ),
    "approve-criterion": Command(criteria.approve, CriterionVersion, "version", nothing, "The criterion is frozen."),
    "record-value": Command(measurements.record, Criterion, "criterion", readers.reading, "The value is recorded."),
    "add-requirement": Command(requirements.add, Phase, "phase", texts("kind", "text"), "The requirement is added."),
    "reopen-requirement": Command(requirements.reopen, Requirement, "requirement", texts("reason"), "Reopened."),
    "confirm-requirements": Command(requirements.confirm_many, Phase, "phase", chosen("note"), "Confirmed."),
    "add-task": Command(tasks.add, Phase, "phase", texts("name", "aim"), "The task is added."),
    "start-task": Command(tasks.start, Task, "task", nothing, "The task has started."),
    "check-task": Command(tasks.check, Task, "task", readers.checklist, "The checklist is saved."),
    "hand-in-task": Command(tasks.hand_in, Task, "task", texts("result"), "Handed in for review."),
    "finish-task": Command(tasks.finish, Task, "task", nothing, "The task is done."),
    "return-task": Command(tasks.give_back, Task, "task", texts("reason"), "Returned."),
    "assign-task": Command(tasks.assign, Task, "task", readers.assignment, "Assigned."),
    "skip-task": Command(tasks.set_not_applicable, Task, "task", texts("reason"), "Marked as not applicable."),
    "reopen-task": Command(tasks.reopen, Task, "task", texts("reason"), "Reopened."),
    "add-risk": Command(
        risks.add, Phase, "phase", texts("name", "what_goes_wrong", "category", "severity", "likelihood"),
        "The risk is added; rate it.",
    ),
    "rate-risk": Command(risks.rate, Risk, "risk", texts("severity", "likelihood", "reason"), "The risk is rated."),
    "rate-risks": Command(risks.rate_many, Phase, "phase", chosen("severity", "likelihood", "reason"), "Rated."),
    "accept-risk": Command(risks.accept, Risk, "risk", with_date("until", "reason"), "The risk is accepted."),
    "plan-method": Command(qa_methods.plan, QAMethod, "method", nothing, "Planned."),
    "perform-method": Command(
        qa_methods.perform, QAMethod, "method", readers.performance, "Recorded; another person has to judge it."
    ),
    "accept-method": Command(qa_methods.accept, QAMethod, "method", texts("note"), "Accepted; rate its risks again."),
    "reject-method": Command(qa_methods.reject, QAMethod, "method", texts("reason"), "Rejected."),
    "submit-document": Command(documents.submit, Revision, "revision", nothing, "Submitted for review."),
    "accept-document": Command(documents.accept, Revision, "revision", texts("note"), "Your acceptance is recorded."),
    "reject-document": Command(documents.reject, Revision, "revision", texts("reason"), "Rejected."),
    "confirm-document": Command(documents.confirm, Revision, "revision", texts("note"), "Confirmed again."),
    "submit-gate": Command(gates.submit, Gate, "gate", texts("note"), "The gate is submitted; its facts are frozen."),
    "withdraw-gate": Command(gates.withdraw, Evaluation, "evaluation", texts("reason"), "The submission is withdrawn."),
    "sign-gate": Command(gates.sign, Evaluation, "evaluation", readers.signature, "You have signed."),
    "decide-gate": Command(gates.decide, Evaluation, "evaluation", readers.resolution, "The gate is decided."),
    "waive": Command(
        waivers.request, Gate, "gate", with_date("expires_on", "check_key", "reason"),
        "Asked for a waiver; another person has to answer.",
    ),
    "grant-waiver": Command(waivers.grant, Waiver, "waiver", nothing, "The waiver is granted."),
    "refuse-waiver": Command(waivers.refuse, Waiver, "waiver", texts("reason"), "The waiver is refused."),
}  # fmt: skip


@require_POST
def run(request: HttpRequest, slug: str, name: str, pk: UUID) -> HttpResponse:
    """Run a command of the table on one row of the project; then back to the page `next` names."""
    project = access.project_for(request.actor, slug)
    command = COMMANDS.get(name)
    if command is None:
        raise NotFound("There is no such command.")
    readers.require_text(request.POST)
    row = project if command.model is Project else command.model.objects.filter(project=project, pk=pk).first()
    if row is None:
        raise NotFound("It does not exist in this project.")
    command.service(**{command.noun: row}, by=request.actor, **command.reads(request.POST))
    return done(request, command.said, _next(request, project))


def done(request: HttpRequest, said: str, url: str) -> HttpResponse:
    """The page to look at afterwards; htmx is told to load it."""
    messages.success(request, said)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def _next(request: HttpRequest, project: Project) -> str:
    """`next` when it is a path inside this project or one of the person's lists, else the overview."""
    wanted = request.POST.get("next", "")
    home = reverse("projects:overview", args=[project.slug])
    lists = {reverse("projects:approvals"), reverse("projects:my_work")}
    is_ours = wanted.isprintable() and wanted.startswith(home)
    return wanted if is_ours or wanted in lists else home
