"""How far a project is, and what it owes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from audit.past import Past
from projects.models import Document, Phase, Project, Revision, Risk, Task, Waiver

WEEKS = 8  # of the trend


@dataclass(frozen=True)
class Progress:
    """Finished required tasks of all required tasks; those that do not apply count nowhere."""

    done: int
    required: int

    @property
    def percent(self) -> int:
        return 100 * self.done // self.required if self.required else 100


@dataclass(frozen=True)
class PhaseProgress(Progress):
    number: int
    name: str
    state: str


def of_tasks(tasks: Iterable[Task]) -> Progress:
    counted = [task for task in tasks if task.is_required and task.state != Task.State.NOT_APPLICABLE]
    return Progress(sum(task.state == Task.State.DONE for task in counted), len(counted))


def progress(project: Project) -> tuple[Progress, list[PhaseProgress]]:
    """Of the project, and of each phase; two queries."""
    phases = list(project.phase_set.prefetch_related("task_set"))
    found = [(phase, of_tasks(phase.task_set.all())) for phase in phases]
    each = [PhaseProgress(p.done, p.required, phase.number, phase.name, phase.state) for phase, p in found]
    return Progress(sum(p.done for p in each), sum(p.required for p in each)), each


@dataclass(frozen=True)
class Debt:
    """What was put off: none of it stops the project, all of it comes back."""

    on: date
    waivers: int  # granted, and not expired
    accepted_risks: int
    overdue_tasks: int
    missing_evidence: int  # documents that tasks of phases that were reached need, and nobody accepted

    @property
    def total(self) -> int:
        return self.waivers + self.accepted_risks + self.overdue_tasks + self.missing_evidence


def debt(project: Project) -> Debt:
    """As it is today; five queries."""
    return _debt(
        timezone.localdate(), Waiver.objects.filter(project=project), Risk.objects.filter(project=project),
        Task.objects.filter(project=project).select_related("phase"),
        Revision.objects.filter(project=project).select_related("document"),
    )  # fmt: skip


def trend(project: Project) -> list[Debt]:
    """At the end of each of the last weeks, rebuilt from the trail, oldest first; none from before its start."""
    today = timezone.localdate()
    days = [today - timedelta(weeks=weeks) for weeks in range(WEEKS, 0, -1)]
    begun = [day for day in days if day >= project.created_at.date()]
    return [*(_debt_then(project, day) for day in begun), debt(project)]


def _debt_then(project: Project, day: date) -> Debt:
    past = Past(project.pk, datetime.combine(day, time.max, UTC))
    revisions = [revision for document in past.rows(Document) for revision in document.revisions.all()]
    tasks = [task for phase in past.rows(Phase) for task in phase.task_set.all()]
    return _debt(day, past.rows(Waiver), past.rows(Risk), tasks, revisions)


def _debt(day: date, waivers: Any, risks: Any, tasks: Any, revisions: Any) -> Debt:
    held = {r.document.kind for r in revisions if r.state == Revision.State.ACCEPTED}
    reached = [t for t in tasks if t.phase.state != Phase.State.LOCKED and t.state != Task.State.NOT_APPLICABLE]
    needed = {kind for task in reached for kind in task.document_kinds}
    unfinished = {Task.State.TO_DO, Task.State.IN_PROGRESS, Task.State.IN_REVIEW}
    return Debt(
        on=day,
        waivers=sum(w.state == Waiver.State.GRANTED and w.expires_on >= day for w in waivers),
        accepted_risks=sum(r.state == Risk.State.ACCEPTED for r in risks),
        overdue_tasks=sum(t.state in unfinished and t.due_on is not None and t.due_on < day for t in tasks),
        missing_evidence=len(needed - held),
    )
