"""Tasks: started once what they depend on is finished, done when another person agrees and their documents hold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from audit.ids import uuid7
from crispmlq.errors import Conflict, Invalid, NotAllowed
from notices import services as notices
from policies import selectors as policies
from projects import selectors
from projects.models import Membership, Phase, Project, Requirement, Task
from projects.services.doing import Doing, doing, require_known, required_text
from projects.services.phases import require_open
from projects.states import require_move

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.actors import Actor


class TaskNotReady(Conflict):
    code, title = "task_not_ready", "Task is not ready"


def start(*, task: Task, by: Actor, expected: int | None = None) -> Task:
    """Begin the task; of unconfirmed requirements of its phase its `warnings` tell, unless by policy they come first.

    Raises:
        TaskNotReady: a task it depends on is unfinished (`data["waits_for"]`), or a requirement is unconfirmed and the
            policy refuses (`data["requirements"]`). PhaseClosed; IllegalMove.
    """
    with doing("task.started", by=by, on=task, right="work", expected=expected) as now:
        require_open(now.row.phase, "start a task")
        require_move(now.row, Task.State.IN_PROGRESS)
        _require_dependencies(now.row)
        now.row.warnings = _unconfirmed(now.row)
        now.row.state = Task.State.IN_PROGRESS
        if now.row.assignee_id is None and not by.is_machine:
            now.row.assignee_id = by.user.pk
        now.row.save()
        return now.row


def check(*, task: Task, done: list[bool], by: Actor, expected: int | None = None) -> Task:
    """Tick the checklist; `done` has one entry per row, in order.

    Raises:
        Invalid: another number of entries. Conflict: the task is not in progress. PhaseClosed.
    """
    with doing("task.checked", by=by, on=task, right="work", expected=expected) as now:
        row = now.row
        require_open(row.phase, "tick its checklist")
        if row.state != Task.State.IN_PROGRESS:
            raise TaskNotReady("Start the task before you tick its checklist.", state=row.state)
        if len(done) != len(row.checklist):
            sentence = f"The checklist has {len(row.checklist)} rows, you sent {len(done)}."
            raise Invalid(sentence, errors={"done": [sentence]})
        if done == [entry["done"] for entry in row.checklist]:
            raise Conflict("The checklist stands like this already.")
        row.checklist = [{**entry, "done": bool(tick)} for entry, tick in zip(row.checklist, done, strict=True)]
        row.save(update_fields=["checklist"])
        return row


def hand_in(*, task: Task, result: str, by: Actor, expected: int | None = None) -> Task:
    """Say what was done and ask for a review.

    Raises:
        TaskNotReady: a row of the checklist is open (`data["unticked"]`). PhaseClosed; IllegalMove.
    """
    result = required_text(result, "result", "Say in a sentence or two what was done.")
    with doing("task.handed_in", by=by, on=task, right="work", expected=expected) as now:
        row = now.row
        require_open(row.phase, "hand in a task")
        require_move(row, Task.State.IN_REVIEW)
        unticked = [entry["text"] for entry in row.checklist if not entry["done"]]
        if unticked:
            raise TaskNotReady(f"Still open in the checklist: {'; '.join(unticked)}.", unticked=unticked)
        row.state, row.result, row.handed_in_by_id = Task.State.IN_REVIEW, result, by.user.pk
        row.save()
        return row


def finish(*, task: Task, by: Actor, expected: int | None = None) -> Task:
    """Agree that the task is done.

    Raises:
        NotAllowed: who handed it in can not finish it.
        TaskNotReady: a document of it is not accepted in this iteration (`data["documents"]`).
        PhaseClosed; IllegalMove.
    """
    with doing("task.finished", by=by, on=task, right="review", expected=expected) as now:
        row = now.row
        require_open(row.phase, "finish a task")
        require_move(row, Task.State.DONE)
        if row.handed_in_by_id == by.user.pk:
            raise NotAllowed("You handed this task in; another person has to agree that it is done.")
        lacking = selectors.documents_lacking(row)
        if lacking:
            names = ", ".join(name for _, name in lacking)
            raise TaskNotReady(f"Not accepted in this iteration: {names}.", documents=[kind for kind, _ in lacking])
        row.state, row.finished_at, row.reason = Task.State.DONE, now.act.at, ""
        row.save()
        return row


def give_back(*, task: Task, reason: str, by: Actor) -> Task:
    """Return a task that was handed in, with what is missing."""
    reason = required_text(reason, "reason", "Say what is missing.")
    with doing("task.returned", by=by, on=task, right="review", reason=reason) as now:
        require_open(now.row.phase, "return a task")
        require_move(now.row, Task.State.IN_PROGRESS)
        now.row.state, now.row.reason = Task.State.IN_PROGRESS, reason
        now.row.save()
        return now.row


def assign(*, task: Task, user_id: UUID | None, due_on: date | None, by: Actor, expected: int | None = None) -> Task:
    """Raises: Invalid: the person is no member of the project."""
    with doing("task.assigned", by=by, on=task, right="work", expected=expected) as now:
        _require_member(now.project, user_id)
        if (now.row.assignee_id, now.row.due_on) == (user_id, due_on):
            raise Conflict("It is assigned like this already.")
        now.row.assignee_id, now.row.due_on = user_id, due_on
        now.row.save(update_fields=["assignee", "due_on"])
        _withdraw_reminders(now.row)
        return now.row


def assign_many(
    *, project: Project, keys: list[str], user_id: UUID | None, due_on: date | None, by: Actor
) -> list[Task]:
    """Give several unfinished tasks to a member, or a date, or both, in one act; what is None stays as it is.

    Raises:
        Invalid: neither is given, the person is no member, or a key is unknown. Conflict: a task is finished, or
            nothing changes.
    """
    if user_id is None and due_on is None:
        raise Invalid("Choose a member, a date, or both.", errors={"assignee": ["Choose a member, a date, or both."]})
    with doing("tasks.assigned", by=by, on=project, right="work") as now:
        require_known(keys, project.task_set.values_list("key", flat=True), "a task of this project")
        _require_member(now.project, user_id)
        rows = list(project.task_set.select_for_update().filter(key__in=keys).order_by("pk"))
        if finished := [row for row in rows if row.is_finished]:
            raise Conflict(f"Finished already: {', '.join(map(str, finished))}.", tasks=[row.key for row in finished])
        new = [row for row in rows if user_id not in (None, row.assignee_id)]
        for row in rows:
            row.assignee_id = row.assignee_id if user_id is None else user_id
            row.due_on = row.due_on if due_on is None else due_on
        if not Task.objects.bulk_update(rows, ["assignee", "due_on"]):
            raise Conflict("They are assigned like this already.")
        for row in rows:
            _withdraw_reminders(row)
        now.about.update(users=[user_id] if new else [], count=len(new))
        return rows


def set_not_applicable(*, task: Task, reason: str, by: Actor) -> Task:
    """Raises: NotAllowed: the process requires the task in every project. PhaseClosed; IllegalMove."""
    reason = required_text(reason, "reason", "Say why the task does not apply; the report prints it.")
    with doing("task.set_not_applicable", by=by, on=task, right="work", reason=reason) as now:
        require_open(now.row.phase, "mark a task as not applicable")
        if now.row.is_required and not now.row.is_own:
            raise NotAllowed("This task applies to every project and can not be left out.")
        require_move(now.row, Task.State.NOT_APPLICABLE)
        now.row.state, now.row.reason = Task.State.NOT_APPLICABLE, reason
        now.row.save()
        return now.row


def reopen(*, task: Task, reason: str, by: Actor) -> Task:
    reason = required_text(reason, "reason", "Say why it has to be done again.")
    with doing("task.reopened", by=by, on=task, right="work", reason=reason) as now:
        require_open(now.row.phase, "reopen a task")
        require_move(now.row, Task.State.TO_DO)
        fields = reset(now.row, reason, now.row.iteration)
        now.row.save(update_fields=fields)
        return now.row


def add(*, phase: Phase, name: str, aim: str, by: Actor) -> Task:
    """Add a task of the project's own."""
    name = required_text(name, "name", "Give the task a name.", 160)
    aim = required_text(aim, "aim", "Say what the task is for.")
    with doing("task.added", by=by, on=phase, right="work") as now:
        require_open(now.row, "add a task")
        task = own(now.row, name, aim)
        task.save()
        now.act.subject = task
        return task


def own(phase: Phase, name: str, aim: str) -> Task:
    """A task of the project's own, not saved; also for acts of which it is a consequence."""
    return Task(
        project=phase.project, phase=phase, key=f"own-{uuid7().hex[-12:]}", name=name, aim=aim, is_own=True,
        group="own", iteration=phase.project.iteration, position=phase.task_set.count() + 1,
    )  # fmt: skip


def reopen_again(now: Doing, keys: Iterable[str], reason: str) -> list[Task]:
    """Put tasks of open phases back to their beginning, as part of the act that is going on.

    In a phase that is closed nothing moves: what changed there shows at its gate.
    """
    rows = Task.objects.select_for_update().filter(project=now.project, key__in=list(keys))
    begun = [Task.State.IN_PROGRESS, Task.State.IN_REVIEW, Task.State.DONE]
    reopened = list(rows.filter(phase__state=Phase.State.OPEN, state__in=begun))
    for task in reopened:
        require_move(task, Task.State.TO_DO)
        task.save(update_fields=reset(task, reason, task.iteration))
    return reopened


def reset(task: Task, reason: str, iteration: int) -> list[str]:
    """Put the task back to its beginning (not saved); gives back the fields it touched."""
    values: dict[str, Any] = {
        "state": Task.State.TO_DO,
        "reason": reason,
        "iteration": iteration,
        "finished_at": None,
        "handed_in_by_id": None,
        "checklist": [{**entry, "done": False} for entry in task.checklist],
    }
    for name, value in values.items():
        setattr(task, name, value)
    return [name.removesuffix("_id") for name in values]


def _unconfirmed(task: Task) -> list[str]:
    """What to warn of. Raises: TaskNotReady, if the policy refuses instead."""
    left = list(task.phase.requirement_set.filter(state=Requirement.State.OPEN).values_list("key", flat=True))
    if not left:
        return []
    said = f"{len(left)} requirements or constraints of {task.phase} are not confirmed yet."
    if policies.in_force()["requirements_before_tasks"] == "refuse":
        raise TaskNotReady(f"{said} By policy they come first.", requirements=left)
    return [said]


def _require_member(project: Project, user_id: UUID | None) -> None:
    members = Membership.objects.filter(project=project, user_id=user_id).exclude(roles=[])
    if user_id is not None and not members.exists():
        raise Invalid("Choose a member of the project.", errors={"assignee": ["Choose a member of the project."]})


def _withdraw_reminders(task: Task) -> None:
    """Nobody else is reminded of it any more."""
    keys = [f"{name} {task.pk} " for name in ("task.due_soon", "task.overdue")]
    notices.withdraw(keys=keys, project_id=task.project_id, but=task.assignee_id)


def _require_dependencies(task: Task) -> None:
    before = Task.objects.filter(project_id=task.project_id, key__in=task.depends_on)
    waits_for = [each for each in before if not each.is_finished]
    if waits_for:
        raise TaskNotReady(
            f"First finish: {', '.join(each.name for each in waits_for)}.", waits_for=[each.key for each in waits_for]
        )
