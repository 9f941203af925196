"""Models made from this project's models: told when something is wrong upstream, and when it is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse

from monitoring.models import Alarm, Incident
from projects import access
from projects.models import Project
from projects.services.telling import tell
from registry import lineage
from registry.models import ArtefactVersion

if TYPE_CHECKING:
    from accounts.actors import Actor
    from monitoring.models import Signal

OVER = ("resolved", "closed")
HIDDEN = "a project you may not see"
MODELS = ("model", "service")


@dataclass(frozen=True)
class UpstreamIncident:
    """An open incident above; who may not see its project is told no name."""

    project: str
    severity: str
    since: datetime
    page: str


def projects_below(project: Project) -> list[Project]:
    """Other projects whose versions are made from a model of this one, however many steps away; two queries."""
    own = ArtefactVersion.objects.filter(project=project, artefact__kind__in=MODELS).values_list("pk", flat=True)
    below = lineage.newest(lineage.downstream(list(own))).exclude(project=project)
    return list(Project.objects.filter(pk__in=below.values("project")).order_by("name"))


def incidents_above(project: Project, actor: Actor) -> list[UpstreamIncident]:
    """What is wrong with models this project's are made from; four queries."""
    own = lineage.newest(ArtefactVersion.objects.filter(project=project)).values_list("pk", flat=True)
    above = lineage.upstream(list(own)).filter(artefact__kind__in=MODELS).exclude(project=project)
    found = Incident.objects.filter(project__in=above.values("project")).exclude(state__in=OVER)
    visible = set(access.visible(actor).values_list("pk", flat=True))
    return [_told(incident, visible) for incident in found.select_related("project")]


def tell_downstream(incident: Incident) -> None:
    """Tell owners of what is made from this project's models that an incident began, or is over."""
    over = incident.state in OVER
    what = "is over" if over else f"began ({incident.severity})"
    for project in projects_below(incident.project):
        owners = ArtefactVersion.objects.filter(project=project, artefact__kind__in=MODELS).values_list(
            "artefact__owner"
        )
        tell(
            project, key=f"upstream {incident.pk} {'over' if over else 'began'}", roles=["model-owner"],
            users=[owner for (owner,) in owners], text=f"An incident upstream of your model {what}.",
            url=reverse("monitoring:incidents", args=[project.slug]),
        )  # fmt: skip


def marked_by(signal: Signal) -> list[ArtefactVersion]:
    """While the signal has a live alarm: everything made from what it watches, to be looked at again; two queries."""
    if signal.watches_id is None or not signal.alarms.filter(state__in=Alarm.LIVE).exists():
        return []
    own = ArtefactVersion.objects.filter(artefact=signal.watches_id).values_list("pk", flat=True)
    below = lineage.downstream(list(own)).filter(project=signal.project_id).exclude(artefact=signal.watches_id)
    return list(below.order_by("ref"))


def _told(incident: Incident, visible: set[UUID]) -> UpstreamIncident:
    project = incident.project
    seen = project.pk in visible
    page = reverse("monitoring:incident", args=[project.slug, incident.number]) if seen else ""
    return UpstreamIncident(project.name if seen else HIDDEN, incident.severity, incident.started_at, page)
