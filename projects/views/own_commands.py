"""The commands of this app's own rows."""

from __future__ import annotations

from projects.models import (
    Criterion,
    CriterionVersion,
    Evaluation,
    Gate,
    Membership,
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
    holds,
    iterations,
    measurements,
    memberships,
    projects,
    qa_methods,
    requirements,
    risks,
    tasks,
    templates,
    waivers,
)
from projects.views import readers
from projects.views.commands import Command
from projects.views.readers import chosen, nothing, texts, with_date

COMMANDS = {
    "start": Command(projects.start, Project, "project", nothing, "The project has started."),
    "change": Command(projects.change, Project, "project", texts("name", "purpose"), "Changed."),
    "hold": Command(holds.hold, Project, "project", readers.hold, "The project is on hold."),
    "convert": Command(
        iterations.convert, Project, "project", texts("reason"), "It is a full project now; required tasks are open."
    ),
    "begin-update": Command(
        iterations.begin_update, Project, "project", texts("reason"), "The update has begun; its tasks are open."
    ),
    "begin-challenger": Command(
        iterations.begin_challenger, Project, "project", texts("reason"), "The challenger has its own iteration now."
    ),
    "resume": Command(holds.resume, Project, "project", texts("reason"), "The project goes on."),
    "stop": Command(projects.stop, Project, "project", texts("reason"), "The project was stopped."),
    "save-template": Command(
        templates.save, Project, "project", texts("name", "description"), "Saved; a new project can begin like it."
    ),
    "retain": Command(projects.set_retention, Project, "project", with_date("until"), "The date is set."),
    "set-roles": Command(memberships.set_roles, Project, "project", readers.roles, "The roles were changed."),
    "change-roles": Command(
        memberships.change_roles, Membership, "member", readers.member_roles, "The roles were changed."
    ),
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
    "link-measures": Command(
        criteria.link_measures, Criterion, "criterion", chosen("reason"), "What is done about it is noted."
    ),
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
    "assign-tasks": Command(tasks.assign_many, Project, "project", readers.assignments, "Assigned."),
    "plan-methods": Command(qa_methods.plan_many, Project, "project", chosen(), "Planned."),
    "skip-task": Command(tasks.set_not_applicable, Task, "task", texts("reason"), "Marked as not applicable."),
    "reopen-task": Command(tasks.reopen, Task, "task", texts("reason"), "Reopened."),
    "add-risk": Command(
        risks.add, Phase, "phase", texts("name", "what_goes_wrong", "category", "severity", "likelihood", "task"),
        "The risk is added; rate it.",
    ),
    "add-method": Command(qa_methods.add, Phase, "phase", readers.method, "The QA method is added; plan it."),
    "rate-risk": Command(risks.rate, Risk, "risk", texts("severity", "likelihood", "reason"), "The risk is rated."),
    "rate-risks": Command(risks.rate_many, Phase, "phase", chosen("severity", "likelihood", "reason"), "Rated."),
    "accept-risk": Command(risks.accept, Risk, "risk", with_date("until", "reason"), "The risk is accepted."),
    "plan-method": Command(qa_methods.plan, QAMethod, "method", nothing, "Planned."),
    "perform-method": Command(
        qa_methods.perform, QAMethod, "method", readers.performance, "Recorded; another person has to judge it."
    ),
    "accept-method": Command(qa_methods.accept, QAMethod, "method", texts("note"), "Accepted; rate its risks again."),
    "reject-method": Command(qa_methods.reject, QAMethod, "method", texts("reason"), "Rejected."),
    "date-document": Command(
        documents.set_validity, Revision, "revision", readers.validity, "It is noted how long it counts."
    ),
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
