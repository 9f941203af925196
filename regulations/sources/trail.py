"""The trail itself, as one record: that events are kept, how many, and the hash of the last."""

from __future__ import annotations

from collections.abc import Iterator

from audit.trail import Actor, Event
from projects.models import Project
from regulations.records import Record
from regulations.sources.collecting import source
from regulations.sources.reading import Rows, record


@source("audit-event")
def events(rows: Rows) -> Iterator[Record]:
    """Three queries. Single events are read from the history; here it counts that they are kept."""
    for project in rows.rows(Project):
        kept = Event.objects.filter(log_id=project.pk, at__lte=rows.at)
        last = kept.order_by("-id").first()
        if last is not None:
            actor = Actor.objects.filter(ref=last.actor_ref).first()
            yield record(
                "audit-event", project, f"Trail of {project}: {kept.count()} events", action=last.act,
                actor=actor and actor.display, object=str(project), happened_at=last.at, hash=bytes(last.leaf).hex(),
            )  # fmt: skip
