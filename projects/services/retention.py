"""How long a project's trail is kept, and what happens to it afterwards."""

from __future__ import annotations

from django.utils import timezone

from audit import SYSTEM, pruning
from audit.models import Pruning
from audit.pruning import NotPrunable
from projects.models import Project


def prune(*, project: Project, basis: str) -> Pruning:
    """Delete what the trail of a stopped project says, once its retention date has passed; by the server's owner.

    Raises: NotPrunable: as `require_over`. And as `pruning.prune`.
    """
    require_over(project)
    return pruning.prune(log_id=project.pk, kept_until=project.retained_until, basis=basis, by=SYSTEM)


def require_over(project: Project) -> None:
    """Raises: NotPrunable: the project goes on, nobody said until when its trail is kept, or that day is not over."""
    until = project.retained_until
    if project.state != Project.State.STOPPED:
        raise NotPrunable(f"The project is {project.get_state_display().lower()}. Only a stopped one is pruned.")
    if until is None:
        raise NotPrunable("Nobody said until when the project's trail is kept. A manager sets the date first.")
    if timezone.localdate() <= until:
        raise NotPrunable(f"The project's trail is kept until {until}.", retained_until=until.isoformat())
