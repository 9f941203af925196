"""Incidents and reviews as they begin, not saved; people open them, and alarms do."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from monitoring import plans, serving
from monitoring.models import Incident, OperationReview
from monitoring.services import numbers

if TYPE_CHECKING:
    from projects.models import Project


def new_incident(
    project: Project, *, title: str, kind: str, severity: str, started_at: datetime, detected_at: datetime
) -> Incident:
    """With its targets, and the versions that were in force when it began."""
    respond, resolve = plans.targets(plans.of(project), severity)
    return Incident(
        project=project, number=numbers.following(Incident, project), title=title, kind=kind, severity=severity,
        started_at=started_at, detected_at=detected_at, respond_by=detected_at + respond,
        resolve_by=detected_at + resolve, versions=serving.in_force(project, started_at),
    )  # fmt: skip


def new_review(
    project: Project, *, trigger: str, occasion: str, due_on: date, proposed_phase: int | None = None
) -> OperationReview:
    return OperationReview(
        project=project, number=numbers.following(OperationReview, project), trigger=trigger, occasion=occasion[:300],
        due_on=due_on, proposed_phase=proposed_phase,
    )  # fmt: skip
