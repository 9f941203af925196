"""What people are reminded of when time passes: one table. Each finds rows, and whom to tell.

Run as often as one likes: a reminder is told once per person and period, and found anew from the records each time, so
that who no longer has a task, a role or a wait gets none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from catalogue.definitions import of
from projects import access
from projects.document_reviews import open_groups
from projects.models import CriterionVersion, Evaluation, Hold, Project, Revision, Risk, Task, Waiver
from projects.places import place_of
from projects.services import telling

SOON = timedelta(days=3)  # before a task is due
AHEAD = timedelta(days=14)  # before an acceptance or a waiver ends
PATIENCE = timedelta(days=5)  # that a person's word may wait
WEEKLY = 7

LIVE = [Project.State.ACTIVE, Project.State.IN_OPERATION]
UNFINISHED = [Task.State.TO_DO, Task.State.IN_PROGRESS, Task.State.IN_REVIEW]


@dataclass(frozen=True)
class Found:
    """A row whose time has come, since when, and who is concerned."""

    row: Any
    since: date
    roles: Iterable[str] = ()
    users: Iterable[UUID | None] = ()


@dataclass(frozen=True)
class Reminder:
    """`text` may name `{subject}` and `{since}`. `every`: days after which it is repeated; 0: never."""

    text: str
    find: Callable[[date], Iterable[Found]]
    every: int = 0


def _tasks(**due: Any) -> Iterator[Task]:
    rows = Task.objects.filter(state__in=UNFINISHED, project__state__in=LIVE, **due)
    yield from rows.select_related("project", "phase")


def due_soon(today: date) -> Iterator[Found]:
    for task in _tasks(due_on__range=(today, today + SOON), assignee__isnull=False):
        yield Found(task, task.due_on, users=[task.assignee_id])


def overdue(today: date) -> Iterator[Found]:
    for task in _tasks(due_on__lt=today):
        yield Found(task, task.due_on, users=[task.assignee_id], roles=access.RIGHTS["submit gates"][0])


def reviews(today: date) -> Iterator[Found]:
    rows = Revision.objects.filter(
        state=Revision.State.SUBMITTED, submitted_at__date__lte=today - PATIENCE, project__state__in=LIVE
    )
    rows = rows.select_related("document", "project__catalogue").defer("project__catalogue__body")
    for revision in rows.prefetch_related("reviews"):
        groups = of(revision.project.catalogue).document_kinds[revision.document.kind].review_roles
        waiting = open_groups(groups, list(revision.reviews.all()), {"accepted"})
        yield Found(revision, revision.submitted_at.date(), roles={role for group in waiting for role in group})


def signatures(today: date) -> Iterator[Found]:
    rows = Evaluation.objects.filter(
        state=Evaluation.State.OPEN, submitted_at__date__lte=today - PATIENCE, project__state__in=LIVE
    )
    for row in rows.select_related("gate__phase", "gate__project", "project").prefetch_related("signatures"):
        signed = {signature.role for signature in row.signatures.all()}
        yield Found(row, row.submitted_at.date(), roles=set(row.deciders) - signed)


def _documents(**ends: Any) -> Iterator[Found]:
    rows = Revision.objects.filter(state=Revision.State.ACCEPTED, project__state__in=LIVE, **ends)
    for row in rows.select_related("document", "project"):
        users = [row.author_id, *map(UUID, row.authors)]
        yield Found(row, row.valid_until, users=users, roles=access.RIGHTS["submit gates"][0])


def drafts_of_criteria(today: date) -> Iterator[Found]:
    rows = CriterionVersion.objects.filter(
        state=CriterionVersion.State.DRAFT, created_at__date__lte=today - PATIENCE, project__state__in=LIVE
    )
    for row in rows.select_related("criterion__project", "project"):
        yield Found(row, row.created_at.date(), roles=access.RIGHTS["approve criteria"][0])


def requested_waivers(today: date) -> Iterator[Found]:
    rows = Waiver.objects.filter(
        state=Waiver.State.REQUESTED, requested_at__date__lte=today - PATIENCE, project__state__in=LIVE
    )
    for row in rows.select_related("gate__phase", "gate__project", "project"):
        yield Found(row, row.requested_at.date(), roles=access.RIGHTS["grant waivers"][0])


def _acceptances(**ends: Any) -> Iterator[Found]:
    rows = Risk.objects.filter(state=Risk.State.ACCEPTED, project__state__in=LIVE, **ends)
    for row in rows.select_related("project"):
        roles = access.RIGHTS["submit gates"][0]
        yield Found(row, row.accepted_until, users=[row.accepted_by_id], roles=roles)


def _waivers(**ends: Any) -> Iterator[Found]:
    rows = Waiver.objects.filter(state=Waiver.State.GRANTED, project__state__in=LIVE, **ends)
    for row in rows.select_related("gate__phase", "gate__project", "project"):
        yield Found(row, row.expires_on, users=[row.requested_by_id], roles=access.RIGHTS["submit gates"][0])


def expected_ends_of_holds(today: date) -> Iterator[Found]:
    rows = Hold.objects.filter(ended_at=None, expected_on__lte=today).select_related("project")
    for row in rows:
        yield Found(row, row.expected_on, roles=access.RIGHTS["hold"][0])


REMINDERS: dict[str, Reminder] = {
    "task.due_soon": Reminder("The task “{subject}” is due on {since}.", due_soon),
    "task.overdue": Reminder("The task “{subject}” was due on {since}.", overdue, WEEKLY),
    "document.waits": Reminder("“{subject}” waits for a review since {since}.", reviews, PATIENCE.days),
    "document.ends": Reminder(
        "“{subject}” counts until {since}; write the next revision.",
        lambda today: _documents(valid_until__range=(today, today + AHEAD)),
    ),
    "document.ended": Reminder(
        "“{subject}” counts no longer since {since}.", lambda today: _documents(valid_until__lt=today), WEEKLY
    ),
    "gate.waits": Reminder("“{subject}” waits for a signature since {since}.", signatures, PATIENCE.days),
    "criterion.waits": Reminder("The criterion “{subject}” waits to be approved since {since}.", drafts_of_criteria,
                                PATIENCE.days),
    "waiver.waits": Reminder("“{subject}” waits for an answer since {since}.", requested_waivers, PATIENCE.days),
    "hold.expected": Reminder(
        "The project is on hold, and what it waits for was expected by {since}.", expected_ends_of_holds, WEEKLY
    ),
    "acceptance.ends": Reminder(
        "The acceptance of the risk “{subject}” ends on {since}.",
        lambda today: _acceptances(accepted_until__range=(today, today + AHEAD)),
    ),
    "acceptance.ended": Reminder(
        "The acceptance of the risk “{subject}” ended on {since}; rate it again.",
        lambda today: _acceptances(accepted_until__lt=today), WEEKLY,
    ),
    "waiver.ends": Reminder(
        "“{subject}” ends on {since}.", lambda today: _waivers(expires_on__range=(today, today + AHEAD))
    ),
    "waiver.ended": Reminder("“{subject}” ended on {since}.", lambda today: _waivers(expires_on__lt=today), WEEKLY),
}  # fmt: skip


def register_reminders(table: dict[str, Reminder]) -> None:
    """Add what an app above this one reminds of."""
    REMINDERS.update(table)


@transaction.atomic
def remind(today: date | None = None) -> None:
    """Tell everybody what is due; a date in the place of today is for tests."""
    today = today or timezone.localdate()
    for name, reminder in REMINDERS.items():
        for found in reminder.find(today):
            telling.tell(
                found.row.project, key=f"{name} {found.row.pk} {found.since} {_turn(reminder, found.since, today)}",
                text=reminder.text.format(subject=found.row, since=found.since), url=place_of(found.row),
                roles=found.roles, users=found.users,
            )  # fmt: skip


def _turn(reminder: Reminder, since: date, today: date) -> int:
    """Number of the period that runs since the date."""
    return abs((today - since).days) // reminder.every if reminder.every else 0
