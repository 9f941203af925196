"""What waits for a person, over all projects. Every function states how many queries it costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone

from audit.selectors import last_changes
from catalogue.definitions import of
from projects import access
from projects.document_reviews import open_groups
from projects.models import (
    CriterionVersion,
    Evaluation,
    Membership,
    Phase,
    Project,
    QAMethod,
    Revision,
    Task,
    Waiver,
)

if TYPE_CHECKING:
    from accounts.actors import Actor

UNFINISHED = [Task.State.TO_DO, Task.State.IN_PROGRESS, Task.State.IN_REVIEW]
SORTS = {"name": ("name", "slug"), "overdue": ("-overdue", "name", "slug"), "newest": ("-created_at", "slug")}


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a person's word; `roles` in which it is to be given, where that matters."""

    kind: str
    row: Any
    project: Project
    since: datetime | None
    by: Any
    roles: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        return (timezone.now() - self.since).days if self.since else 0


def approvals(actor: Actor) -> list[Waiting]:
    """What waits for this person's word, oldest first; thirteen queries, whatever there is."""
    roles = {m.project_id: set(m.roles) for m in Membership.objects.filter(user_id=actor.user.pk) if m.roles}
    may = {project: access.rights_of(actor, frozenset(held)) for project, held in roles.items()}
    me = actor.user.pk
    found = [
        *_submissions(roles, may, me),
        *_revisions(roles, may, me),
        *_tasks(roles, may, me),
        *_methods(roles, may, me),
        *_versions(roles, may, me),
        *_waivers(roles, may, me),
    ]
    return sorted(found, key=lambda each: (each.since or timezone.now(), str(each.row.pk)))


Roles = dict[UUID, set[str]]
May = dict[UUID, dict[str, bool]]


def _rows(model: Any, roles: Roles, *related: str, **where: Any) -> QuerySet:
    return model.objects.filter(project__in=list(roles), **where).select_related("project", *related)


def _submissions(roles: Roles, may: May, me: UUID) -> Iterable[Waiting]:
    rows = _rows(Evaluation, roles, "gate__phase", "submitted_by", state=Evaluation.State.OPEN)
    for row in rows.prefetch_related("signatures"):
        signatures = list(row.signatures.all())
        signed = {s.role for s in signatures}
        mine = tuple(role for role in row.deciders if role in roles[row.project_id] and role not in signed)
        if may[row.project_id]["review"] and mine and all(s.signer_id != me for s in signatures):
            yield Waiting("gate", row, row.project, row.submitted_at, row.submitted_by, mine)


def _revisions(roles: Roles, may: May, me: UUID) -> Iterable[Waiting]:
    rows = _rows(Revision, roles, "document", "project__catalogue", "author", state=Revision.State.SUBMITTED)
    for row in rows.defer("project__catalogue__body").prefetch_related("reviews"):
        reviews = list(row.reviews.all())
        groups = of(row.project.catalogue).document_kinds[row.document.kind].review_roles
        waiting = {role for group in open_groups(groups, reviews, {"accepted"}) for role in group}
        mine = tuple(sorted(waiting & roles[row.project_id]))
        is_free = not row.is_written_by(me) and all(review.reviewer_id != me for review in reviews)
        if may[row.project_id]["review"] and mine and is_free:
            yield Waiting("document", row, row.project, row.submitted_at, row.author, mine)


def _tasks(roles: Roles, may: May, me: UUID) -> Iterable[Waiting]:
    rows = list(_rows(Task, roles, "phase", "handed_in_by", state=Task.State.IN_REVIEW).exclude(handed_in_by_id=me))
    since = last_changes("projects.task", [row.pk for row in rows])
    for row in rows:
        if may[row.project_id]["review"]:
            yield Waiting("task", row, row.project, since.get(row.pk), row.handed_in_by)


def _methods(roles: Roles, may: May, me: UUID) -> Iterable[Waiting]:
    rows = _rows(QAMethod, roles, "phase", "task", "performed_by", state=QAMethod.State.PERFORMED)
    for row in rows.exclude(performed_by_id=me):
        if may[row.project_id]["review"]:
            yield Waiting("method", row, row.project, row.performed_at, row.performed_by)


def _versions(roles: Roles, may: May, me: UUID) -> Iterable[Waiting]:
    rows = _rows(CriterionVersion, roles, "criterion__project", "author", state=CriterionVersion.State.DRAFT)
    for row in rows:
        if may[row.project_id]["approve criteria"] and not row.is_written_by(me):
            yield Waiting("criterion", row, row.project, row.created_at, row.author)


def _waivers(roles: Roles, may: May, me: UUID) -> Iterable[Waiting]:
    rows = _rows(Waiver, roles, "gate__phase", "requested_by", state=Waiver.State.REQUESTED)
    for row in rows.exclude(requested_by_id=me):
        if may[row.project_id]["grant waivers"]:
            yield Waiting("waiver", row, row.project, row.requested_at, row.requested_by)


@dataclass(frozen=True)
class Work:
    """Unfinished tasks of a person, and the documents that are theirs to go on with."""

    tasks: list[Task]
    drafts: list[Revision]
    rejected: list[Revision]
    projects: list[Project]

    @property
    def overdue(self) -> int:
        return sum(is_overdue(task) for task in self.tasks)


def is_overdue(task: Task, today: date | None = None) -> bool:
    return task.due_on is not None and not task.is_finished and task.due_on < (today or timezone.localdate())


def my_work(actor: Actor, project: str = "", state: str = "") -> Work:
    """What is to be done by the person: overdue first, then by date; three queries.

    `project` (slug) and `state` narrow the tasks; `projects` are all that have some.
    """
    me = actor.user.pk
    mine = Task.objects.filter(assignee_id=me, state__in=UNFINISHED, project__in=access.visible(actor))
    tasks = list(mine.select_related("project", "phase"))
    named = {task.project_id: task.project for task in tasks}
    shown = [t for t in tasks if project in ("", t.project.slug) and state in ("", t.state)]
    written = Revision.objects.filter(author_id=me, project__in=access.visible(actor))
    written = written.select_related("document", "project").order_by("created_at", "id")
    rejected = written.filter(state=Revision.State.REJECTED).annotate(
        newer=Count("document__revisions", filter=Q(document__revisions__state__in=["draft", "submitted", "accepted"]))
    )
    return Work(
        tasks=sorted(shown, key=lambda t: (t.due_on is None, t.due_on, t.project.name, t.phase.number, t.position)),
        drafts=[r for r in written.filter(state=Revision.State.DRAFT) if project in ("", r.project.slug)],
        rejected=[r for r in rejected.filter(newer=0) if project in ("", r.project.slug)],
        projects=sorted(named.values(), key=lambda each: (each.name, each.slug)),
    )


def dashboard(actor: Actor, text: str = "", state: str = "", sort: str = "name") -> QuerySet[Project]:
    """Visible projects with phases, gates, and the numbers of overdue tasks and of the person's own; two queries."""
    is_open = Q(task_set__state__in=UNFINISHED)
    found = access.visible(actor).annotate(
        overdue=Count("task_set", filter=is_open & Q(task_set__due_on__lt=timezone.localdate())),
        mine=Count("task_set", filter=is_open & Q(task_set__assignee_id=actor.user.pk)),
    )
    if text:
        found = found.filter(Q(name__icontains=text) | Q(slug__icontains=text) | Q(purpose__icontains=text))
    if state in Project.State.values:
        found = found.filter(state=state)
    phases = Phase.objects.order_by("number").select_related("gate")
    return found.order_by(*SORTS.get(sort, SORTS["name"])).prefetch_related(Prefetch("phase_set", phases))


def waiting_by_project(waiting: list[Waiting]) -> dict[UUID, int]:
    return Counter(each.project.pk for each in waiting)
