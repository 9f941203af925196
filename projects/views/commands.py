"""Pages that change: one table says which service a form calls, and what it reads from the form."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.models import User
from crispmlq.errors import Invalid, NotFound
from projects import access
from projects.models import (
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
    memberships,
    projects,
    qa_methods,
    requirements,
    risks,
    tasks,
    waivers,
)

Given = Any  # the form's QueryDict
Reader = Callable[[Given], dict[str, Any]]


def texts(*names: str) -> Reader:
    return lambda given: {name: given.get(name, "") for name in names}


def nothing(_: Given) -> dict[str, Any]:
    return {}


def date_of(given: Given, name: str) -> date:
    try:
        return date.fromisoformat(given.get(name, ""))
    except ValueError:
        raise Invalid("Choose a date.", errors={name: ["Choose a date."]}) from None


def decimal_of(given: Given, name: str) -> Decimal | None:
    text = given.get(name, "").strip()
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        raise Invalid("Give a number.", errors={name: ["Give a number, with a point for decimals."]}) from None


def require_text(given: Given) -> None:
    """Raises: Invalid: a value holds the zero character, which no column keeps."""
    found = {name: ["Remove the invisible zero character."] for name in given if "\0" in "".join(given.getlist(name))}
    if found:
        raise Invalid("A text holds a character that can not be stored.", errors=found)


def _checklist(given: Given) -> dict[str, Any]:
    rows, ticked = given.get("rows", ""), set(given.getlist("done"))
    if not re.fullmatch("[0-9]{1,3}", rows):
        raise Invalid("Load the page again and repeat your change.", errors={"rows": ["Give how many rows there are."]})
    return {"done": [str(i) in ticked for i in range(int(rows))]}


def _assignment(given: Given) -> dict[str, Any]:
    assignee = given.get("assignee") or None
    try:
        user_id = UUID(assignee) if assignee else None
    except ValueError:
        raise Invalid("Choose a member of the project.", errors={"assignee": ["Choose a member."]}) from None
    return {
        "user_id": user_id,
        "due_on": date_of(given, "due_on") if given.get("due_on") else None,
    }


def _verdict(given: Given) -> dict[str, Any]:
    outcome = given.get("outcome", "")
    going_back = outcome in {"iterate", "backtrack"}
    number = given.get("to_phase", "")
    verdict = gates.Verdict(
        outcome=outcome, reason=given.get("reason", ""),
        to_phase=int(number) if going_back and number.isdigit() else None,
        tasks=given.getlist("tasks") if going_back else [], condition=given.get("condition", ""),
    )  # fmt: skip
    return {"verdict": verdict}


def _demand(given: Given) -> dict[str, Any]:
    threshold = decimal_of(given, "threshold")
    if threshold is None:
        raise Invalid("Give a threshold.", errors={"threshold": ["This is needed."]})
    demand = criteria.Demand(
        metric=given.get("metric", ""), unit=given.get("unit", ""), direction=given.get("direction", ""),
        threshold=threshold, upper=decimal_of(given, "upper"), floor=decimal_of(given, "floor"),
        baseline=decimal_of(given, "baseline"), method=given.get("method", ""),
        owner_name=given.get("owner_name", ""), justification=given.get("justification", ""),
        supports=given.get("supports") or None,
    )  # fmt: skip
    return {"demand": demand}


def _proposal(given: Given) -> dict[str, Any]:
    return {**texts("key", "level", "name")(given), **_demand(given)}


def _roles(given: Given) -> dict[str, Any]:
    user = User.objects.filter(username=given.get("username", "")).first()
    if user is None:
        raise Invalid("There is no such account.", errors={"username": ["There is no such account."]})
    return {"user": user, "roles": given.getlist("roles")}


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
    "hold": Command(projects.hold, Project, "project", texts("reason", "condition"), "The project is on hold."),
    "resume": Command(projects.resume, Project, "project", texts("reason"), "The project goes on."),
    "stop": Command(projects.stop, Project, "project", texts("reason"), "The project was stopped."),
    "set-roles": Command(memberships.set_roles, Project, "project", _roles, "The roles were changed."),
    "propose-criterion": Command(criteria.propose, Project, "project", _proposal, "The criterion was proposed."),
    "approve-criterion": Command(criteria.approve, CriterionVersion, "version", nothing, "The criterion is frozen."),
    "confirm-requirement": Command(requirements.confirm, Requirement, "requirement", texts("note"), "Confirmed."),
    "reopen-requirement": Command(requirements.reopen, Requirement, "requirement", texts("reason"), "Reopened."),
    "confirm-requirements": Command(
        requirements.confirm_many, Phase, "phase",
        lambda given: {"keys": given.getlist("keys"), "note": given.get("note", "")}, "Confirmed.",
    ),
    "start-task": Command(tasks.start, Task, "task", nothing, "The task has started."),
    "check-task": Command(tasks.check, Task, "task", _checklist, "The checklist is saved."),
    "hand-in-task": Command(tasks.hand_in, Task, "task", texts("result"), "Handed in for review."),
    "finish-task": Command(tasks.finish, Task, "task", nothing, "The task is done."),
    "return-task": Command(tasks.give_back, Task, "task", texts("reason"), "Returned."),
    "assign-task": Command(tasks.assign, Task, "task", _assignment, "Assigned."),
    "skip-task": Command(tasks.set_not_applicable, Task, "task", texts("reason"), "Marked as not applicable."),
    "reopen-task": Command(tasks.reopen, Task, "task", texts("reason"), "Reopened."),
    "rate-risk": Command(risks.rate, Risk, "risk", texts("severity", "likelihood", "reason"), "The risk is rated."),
    "rate-risks": Command(
        risks.rate_many, Phase, "phase",
        lambda given: {"keys": given.getlist("keys"), **texts("severity", "likelihood", "reason")(given)}, "Rated.",
    ),
    "accept-risk": Command(
        risks.accept, Risk, "risk",
        lambda given: {"reason": given.get("reason", ""), "until": date_of(given, "until")}, "The risk is accepted.",
    ),
    "plan-method": Command(qa_methods.plan, QAMethod, "method", nothing, "Planned."),
    "perform-method": Command(
        qa_methods.perform, QAMethod, "method",
        lambda given: {"finding": given.get("finding", ""), "evidence_kinds": given.getlist("evidence_kinds")},
        "Recorded; another person has to judge it.",
    ),
    "accept-method": Command(qa_methods.accept, QAMethod, "method", texts("note"), "Accepted; rate its risks again."),
    "reject-method": Command(qa_methods.reject, QAMethod, "method", texts("reason"), "Rejected."),
    "submit-document": Command(documents.submit, Revision, "revision", nothing, "Submitted for review."),
    "accept-document": Command(documents.accept, Revision, "revision", texts("note"), "Your acceptance is recorded."),
    "reject-document": Command(documents.reject, Revision, "revision", texts("reason"), "Rejected."),
    "confirm-document": Command(documents.confirm, Revision, "revision", texts("note"), "Confirmed again."),
    "submit-gate": Command(gates.submit, Gate, "gate", texts("note"), "The gate is submitted; its facts are frozen."),
    "withdraw-gate": Command(gates.withdraw, Evaluation, "evaluation", texts("reason"), "The submission is withdrawn."),
    "sign-gate": Command(
        gates.sign, Evaluation, "evaluation",
        lambda given: {**texts("role", "note")(given), "approves": given.get("approves") != "no"}, "You have signed.",
    ),
    "decide-gate": Command(gates.decide, Evaluation, "evaluation", _verdict, "The gate is decided."),
    "waive": Command(
        waivers.request, Gate, "gate",
        lambda given: {**texts("check_key", "reason")(given), "expires_on": date_of(given, "expires_on")},
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
    require_text(request.POST)
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
    return wanted if wanted.startswith(home) or wanted in lists else home
