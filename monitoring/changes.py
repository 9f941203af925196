"""What changed in the days before an incident: data, code, configuration and systems, in one list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from audit.selectors import HistoryEntry, entries
from audit.trail import Change, Event
from registry.models import ArtefactVersion

if TYPE_CHECKING:
    from projects.models import Project

DAYS = 14
VERSION = "registry.artefactversion"
MOST = 60
# Kind of artefact -> the same.
ARTEFACTS = {
    "data-source": "Data", "dataset": "Data", "schema": "Data", "code": "Code", "pipeline": "Code",
    "package": "Code", "environment": "System", "configuration": "Configuration", "model": "Model",
    "service": "Model", "external": "Outside",
}  # fmt: skip
# What of a project can make its system behave otherwise: kind of row -> what it is to who looks for a cause.
KINDS = {
    VERSION: "Artefact",
    "monitoring.systemupdate": "System",
    "monitoring.externalevent": "Outside",
    "monitoring.signal": "Monitoring",
    "monitoring.updatedecision": "Model",
}


@dataclass(frozen=True)
class RecentChange:
    what: str
    entry: HistoryEntry


def before(project: Project, moment: datetime, days: int = DAYS) -> list[RecentChange]:
    """Acts of so many days before a moment, newest first, each with what it touched; five queries."""
    found = Event.objects.filter(log_id=project.pk, at__range=(moment - timedelta(days=days), moment))
    kinds: dict[UUID, str] = {}
    touched = Change.objects.filter(obj_type__in=KINDS, event__in=found.values("uid"))
    touched = list(touched.order_by("pk").values_list("event", "obj_type", "obj_id"))
    versions = ArtefactVersion.objects.filter(pk__in=[row for _, kind, row in touched if kind == VERSION])
    artefacts = dict(versions.values_list("pk", "artefact__kind"))
    for event, kind, row in touched:
        kinds.setdefault(event, ARTEFACTS.get(artefacts.get(row, ""), KINDS[kind]))
    rows = found.filter(uid__in=list(kinds)).order_by("-id")[:MOST]
    return [RecentChange(kinds[entry.uid], entry) for entry in entries(rows)]
