"""The terms of monitoring of a project, or the usual ones where none were set; and the targets that follow."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from monitoring.models import MonitoringPlan

if TYPE_CHECKING:
    from projects.models import Project

# use -> severity -> hours to acknowledge an incident, hours to resolve it. Who decides by itself has less time.
TARGETS = {
    "informs": {"low": (72, 720), "medium": (24, 240), "high": (8, 72), "critical": (2, 24)},
    "decides": {"low": (24, 240), "medium": (8, 72), "high": (2, 24), "critical": (1, 8)},
}
# Whom an overdue incident is handed up to, one after the other.
ESCALATION = ("model-owner", "project-manager", "sponsor")


def of(project: Project) -> MonitoringPlan:
    """The project's terms; where none were set, the usual ones, not stored."""
    found = MonitoringPlan.objects.filter(project=project).first()
    usual = {"use": MonitoringPlan.Use.INFORMS, "ground_truth": MonitoringPlan.GroundTruth.IMMEDIATE}
    return found or MonitoringPlan(project=project, **usual)


def targets(plan: MonitoringPlan, severity: str) -> tuple[timedelta, timedelta]:
    """Time to acknowledge and to resolve an incident, from its detection."""
    respond, resolve = TARGETS[plan.use][severity]
    return timedelta(hours=respond), timedelta(hours=resolve)
