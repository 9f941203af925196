"""Numbers that count rows within a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Max

if TYPE_CHECKING:
    from projects.models import Project
    from projects.models.project import ProjectRow


def following(model: type[ProjectRow], project: Project) -> Any:
    """The next number. The row of phase 6 is locked until the act ends, so that nobody gets the same."""
    project.phase_set.select_for_update().get(number=6)
    return (model.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0) + 1
