"""What the pages show. Every function states how many queries it costs, whatever the number of rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, Prefetch, Window
from django.db.models.functions import RowNumber

from catalogue.definitions import Rating, of
from projects import bounds
from projects.gates import facts
from projects.models import (
    Criterion,
    CriterionVersion,
    Iteration,
    Measurement,
    Membership,
    Phase,
    Project,
    QAMethod,
    Revision,
    Risk,
    Task,
)
from ui import charts

if TYPE_CHECKING:
    pass


def members(project: Project) -> list[Membership]:
    """Who has a role, by name; one query."""
    found = project.membership_set.exclude(roles=[]).select_related("user")
    return list(found.order_by("user__display_name"))


def current_phase(project: Project) -> Phase | None:
    """The first phase that is neither passed nor locked; none in a draft."""
    live = [p for p in project.phase_set.all() if p.state not in {Phase.State.PASSED, Phase.State.LOCKED}]
    return live[0] if live else None


NEWEST = 8
OPEN_RISKS = {Risk.State.IDENTIFIED, Risk.State.RATED, Risk.State.TREATED}


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


def open_by_category(risks: list[Risk]) -> list[tuple[str, str, int]]:
    """(key, name, number of risks that wait for a rating, a treatment or a signature) of each class of risk."""
    waiting = Counter(r.category for r in risks if r.state in OPEN_RISKS)
    return [(key, label, waiting[key]) for key, label in Risk.Category.choices]


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
    contributes_to: list[tuple[str, str]]
    waits_for: list[Task]


def tasks_of(phase: Phase) -> list[TaskView]:
    """The tasks of a phase in order; six queries."""
    project = phase.project
    template = of(project.catalogue)
    kinds, defined = template.document_kinds, {task.key: task for task in template.phase(phase.number).tasks}
    everything = {task.key: task for task in Task.objects.filter(project=project).select_related("phase")}
    newest = newest_revisions(project)
    tasks = phase.task_set.select_related("assignee", "handed_in_by").prefetch_related("risks", "qa_methods")
    return [
        TaskView(
            task=task,
            risks=list(task.risks.all()),
            methods=list(task.qa_methods.all()),
            documents=[(kind, kinds[kind].name, newest.get(kind)) for kind in task.document_kinds],
            contributes_to=[
                (kind, kinds[kind].name) for kind in (defined[task.key].contributes_to if task.key in defined else ())
            ],
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
