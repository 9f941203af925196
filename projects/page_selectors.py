"""What the pages show. Every function states how many queries it costs, whatever the number of rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from catalogue.definitions import Rating, of
from projects import access, bounds
from projects.document_reviews import open_groups
from projects.gates import facts
from projects.models import (
    Criterion,
    CriterionVersion,
    Evaluation,
    Iteration,
    Measurement,
    Membership,
    Phase,
    Project,
    QAMethod,
    Revision,
    Risk,
    Task,
    Waiver,
)
from ui import charts

if TYPE_CHECKING:
    from accounts.actors import Actor


def dashboard(actor: Actor) -> QuerySet[Project]:
    """Visible projects with their phases; two queries."""
    return access.visible(actor).prefetch_related(Prefetch("phase_set", Phase.objects.order_by("number")))


def members(project: Project) -> list[Membership]:
    """Who has a role, by name; one query."""
    found = project.membership_set.exclude(roles=[]).select_related("user")
    return list(found.order_by("user__display_name"))


def current_phase(project: Project) -> Phase | None:
    """The first phase that is neither passed nor locked; none in a draft."""
    live = [p for p in project.phase_set.all() if p.state not in {Phase.State.PASSED, Phase.State.LOCKED}]
    return live[0] if live else None


NEWEST = 8


@dataclass(frozen=True)
class CriterionRow:
    """A criterion with what it demands, its newest values and their number, and the one it is judged by now."""

    criterion: Criterion
    version: CriterionVersion
    draft: CriterionVersion | None
    values: list[Measurement]
    count: int
    current: Measurement | None
    phase: int  # the furthest the project has reached

    @property
    def status(self) -> str:
        """On track, at risk or missed; a forecast says nothing yet."""
        value = self.current.value if self.current and self.current.environment != "forecast" else None
        return self.version.status(value, self.criterion.level, self.phase)

    @property
    def status_label(self) -> str:
        return bounds.STATUSES[self.status]

    @property
    def needs_measure(self) -> bool:
        is_approved = self.version.state == CriterionVersion.State.APPROVED
        return is_approved and self.status != bounds.ON_TRACK and not self.criterion.measures

    @property
    def is_met(self) -> bool | None:
        return self.version.is_reached_by(self.current.value) if self.current else None

    @property
    def bar(self) -> str:
        if self.current is None:
            return ""
        v = self.version
        return charts.target_bar(charts.Target(self.current.value, v.threshold, self.is_met, v.upper, v.floor))


def criteria(project: Project) -> list[CriterionRow]:
    """Criteria by level; eight queries, and no more than `NEWEST` values of each, however many there are."""
    versions = CriterionVersion.objects.order_by("number").select_related(
        "supports", "author", "approved_by", "lesson__document"
    )
    found = Criterion.objects.filter(project=project).prefetch_related(Prefetch("versions", versions))
    measured = Measurement.objects.filter(project=project)
    counts = dict(measured.order_by().values_list("version").annotate(count=Count("pk")))
    place = Window(RowNumber(), partition_by=["version"], order_by=["-measured_at", "-id"])
    newest = measured.annotate(place=place).filter(place__lte=NEWEST).select_related("recorded_by")
    values: dict[UUID, list[Measurement]] = {}
    for m in newest.order_by("-measured_at", "-id"):
        values.setdefault(m.version_id, []).append(m)
    current = facts.current_values(project)
    reached = facts.reached_phase(project)
    return [_criterion_row(criterion, values, counts, current, reached) for criterion in found]


def measures(project: Project) -> list[tuple[str, str]]:
    """What can be done about a criterion: unfinished tasks of phases that were reached, and chosen QA methods."""
    tasks = project.task_set.exclude(state__in=[Task.State.DONE, Task.State.NOT_APPLICABLE]).exclude(
        phase__state=Phase.State.LOCKED
    )
    methods = project.qamethod_set.exclude(state=QAMethod.State.AVAILABLE)
    return [(row.key, row.name) for rows in (tasks, methods) for row in rows.only("key", "name")]


def _criterion_row(
    criterion: Criterion,
    values: dict[UUID, list[Measurement]],
    counts: dict[UUID, int],
    current: dict[UUID, Measurement],
    reached: int,
) -> CriterionRow:
    versions = list(criterion.versions.all())
    approved = next((v for v in versions if v.state == CriterionVersion.State.APPROVED), None)
    version = approved or versions[-1]
    draft = versions[-1] if versions[-1].state == CriterionVersion.State.DRAFT else None
    key = version.pk
    return CriterionRow(criterion, version, draft, values.get(key, []), counts.get(key, 0), current.get(key), reached)


def loop(project: Project) -> str:
    """The six-phase picture with every way back; two queries."""
    phases = [charts.LoopPhase(p.number, p.name, p.state, p.get_state_display()) for p in project.phase_set.all()]
    back = Iteration.objects.filter(project=project, from_phase__isnull=False).values_list("from_phase", "to_phase")
    return charts.loop(phases, list(back))


def risk_matrix(risks: list[Risk], rating: Rating) -> str:
    return matrix(Counter((r.severity, r.likelihood) for r in risks if r.rating is not None), rating)


def matrix(counts: Mapping[tuple[str, str], int], rating: Rating) -> str:
    """Counts by severity and likelihood on the catalogue's scale; a cell is toned as a first rating there is judged."""

    def tone(severity: str, likelihood: str) -> str:
        value = rating.value(severity, likelihood)
        if rating.is_tolerable(severity, value, was_treated=False):
            return "low"
        return "mid" if rating.is_tolerable(severity, value, was_treated=True) else "high"

    scales = (sorted(scale, key=scale.__getitem__) for scale in (rating.severities, rating.likelihoods))
    return charts.risk_matrix(counts, *scales, tone)


@dataclass
class TaskView:
    """A task with everything that hangs on it."""

    task: Task
    risks: list[Risk]
    methods: list[Any]
    documents: list[tuple[str, str, Revision | None]]
    waits_for: list[Task]


def tasks_of(phase: Phase) -> list[TaskView]:
    """The tasks of a phase in order; six queries."""
    project = phase.project
    kinds = of(project.catalogue).document_kinds
    everything = {task.key: task for task in Task.objects.filter(project=project)}
    newest = newest_revisions(project)
    tasks = phase.task_set.select_related("assignee", "handed_in_by").prefetch_related("risks", "qa_methods")
    return [
        TaskView(
            task=task,
            risks=list(task.risks.all()),
            methods=list(task.qa_methods.all()),
            documents=[(kind, kinds[kind].name, newest.get(kind)) for kind in task.document_kinds],
            waits_for=[everything[key] for key in task.depends_on if not everything[key].is_finished],
        )
        for task in tasks
    ]


def newest_revisions(project: Project) -> dict[str, Revision]:
    """Document kind -> newest revision; one query."""
    revisions = Revision.objects.filter(project=project).select_related("document", "author").order_by("number")
    return {revision.document.kind: revision for revision in revisions}


@dataclass(frozen=True)
class DocumentRow:
    kind: Any
    revision: Revision | None


def documents(project: Project) -> list[DocumentRow]:
    """Every kind of the catalogue, in order of phases, with its newest revision; one query."""
    newest = newest_revisions(project)
    kinds = of(project.catalogue).document_kinds.values()
    return [DocumentRow(kind, newest.get(kind.key)) for kind in sorted(kinds, key=lambda kind: kind.phase)]


@dataclass(frozen=True)
class Approvals:
    revisions: list[Revision]
    tasks: list[Task]
    submissions: list[tuple[Evaluation, list[str]]]
    versions: list[CriterionVersion]
    waivers: list[Waiver]

    @property
    def count(self) -> int:
        return sum(map(len, (self.revisions, self.tasks, self.submissions, self.versions, self.waivers)))


def approvals(actor: Actor) -> Approvals:
    """What waits for this person's word, over all projects; ten queries."""
    roles = {m.project_id: set(m.roles) for m in Membership.objects.filter(user_id=actor.user.pk)}
    mine = Q(project__in=[project for project, held in roles.items() if held])
    may = {project: access.rights_of(actor, frozenset(held)) for project, held in roles.items()}
    revisions = (
        Revision.objects.filter(mine, state=Revision.State.SUBMITTED)
        .exclude(author_id=actor.user.pk)
        .select_related("document", "project__catalogue", "author")
        .prefetch_related("reviews")
    )
    submissions = (
        Evaluation.objects.filter(mine, state=Evaluation.State.OPEN)
        .select_related("gate__phase", "project__catalogue", "submitted_by")
        .prefetch_related("signatures")
    )
    return Approvals(
        revisions=[r for r in revisions if may[r.project_id]["review"] and _may_review(r, roles[r.project_id], actor)],
        tasks=[
            t
            for t in Task.objects.filter(mine, state=Task.State.IN_REVIEW)
            .exclude(handed_in_by_id=actor.user.pk)
            .select_related("project", "phase", "handed_in_by")
            if may[t.project_id]["review"]
        ],
        submissions=[
            (e, open_roles)
            for e in submissions
            if may[e.project_id]["review"] and (open_roles := _may_sign(e, roles[e.project_id], actor))
        ],
        versions=[
            v
            for v in CriterionVersion.objects.filter(mine, state=CriterionVersion.State.DRAFT)
            .exclude(author_id=actor.user.pk)
            .select_related("criterion", "project", "author")
            if may[v.project_id]["approve criteria"] and not v.is_written_by(actor.user.pk)
        ],
        waivers=[
            w
            for w in Waiver.objects.filter(mine, state=Waiver.State.REQUESTED)
            .exclude(requested_by_id=actor.user.pk)
            .select_related("gate__phase", "project", "requested_by")
            if may[w.project_id]["grant waivers"]
        ],
    )


def my_work(actor: Actor) -> list[Task]:
    """Unfinished tasks assigned to the person, most urgent first; one query."""
    unfinished = [Task.State.TO_DO, Task.State.IN_PROGRESS, Task.State.IN_REVIEW]
    tasks = Task.objects.filter(assignee_id=actor.user.pk, state__in=unfinished).select_related("project", "phase")
    return sorted(tasks, key=lambda task: (task.due_on is None, task.due_on, task.phase.number, task.position))


def _may_review(revision: Revision, roles: set[str], actor: Actor) -> bool:
    reviews = list(revision.reviews.all())
    groups = of(revision.project.catalogue).document_kinds[revision.document.kind].review_roles
    waiting = {role for group in open_groups(groups, reviews, {"accepted"}) for role in group}
    return (
        bool(waiting & roles)
        and not revision.is_written_by(actor.user.pk)
        and all(review.reviewer_id != actor.user.pk for review in reviews)
    )


def _may_sign(evaluation: Evaluation, roles: set[str], actor: Actor) -> list[str]:
    signatures = list(evaluation.signatures.all())
    if any(s.signer_id == actor.user.pk for s in signatures):
        return []
    signed = {s.role for s in signatures}
    return [role for role in evaluation.deciders if role in roles and role not in signed]
