"""What changed in the days before an incident: data, code, configuration and systems, in one list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from audit.selectors import HistoryEntry, entries
from audit.trail import Change, Event

if TYPE_CHECKING:
    from projects.models import Project

DAYS = 14
MOST = 60
# What of a project can make its system behave otherwise: kind of row -> what it is to who looks for a cause.
KINDS = {
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
    """Acts of so many days before a moment, newest first, each with what it touched; four queries."""
    found = Event.objects.filter(log_id=project.pk, at__range=(moment - timedelta(days=days), moment))
    kinds: dict[UUID, str] = {}
    touched = Change.objects.filter(obj_type__in=KINDS, event__in=found).values_list("event", "obj_type", "obj_id")
    for event, kind, _ in touched:
        kinds.setdefault(event, KINDS[kind])
    rows = found.filter(uid__in=list(kinds)).order_by("-id")[:MOST]
    return [RecentChange(kinds[entry.uid], entry) for entry in entries(rows)]
