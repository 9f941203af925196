"""Models that use this project's models: they are told when something is wrong upstream, and when it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitoring.models import Incident, Signal
    from projects.models import Project


def tell_downstream(incident: Incident) -> None:
    """Tell the owners of everything made from what this project serves that an incident began or is over."""


def incidents_above(project: Project) -> list[Incident]:
    """Open incidents of projects from whose models this one's are made."""
    return []


def projects_below(project: Project) -> list[Project]:
    """Projects that use what this one serves."""
    return []


def marked_by(signal: Signal) -> list[str]:
    """Evaluations that used what the signal watches."""
    return []
