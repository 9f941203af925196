"""What was served when, as far as monitoring asks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from projects.models import Project


def in_force(project: Project, at: datetime) -> dict[str, Any]:
    """Versions of model, data, code and configuration served at a time, by kind."""
    return {}


def current(project: Project) -> list[str]:
    """Labels of what is served now."""
    return []
