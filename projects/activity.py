"""What happened in all the projects a person may see, newest first, each event with the way to what it changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from audit import selectors
from audit.selectors import HistoryEntry
from notices.models import Notice
from projects import access
from projects.models import Project
from projects.places import PLACES

if TYPE_CHECKING:
    from accounts.actors import Actor

LIMIT = 40
NOTICES = 1000  # of which the events are looked for


@dataclass(frozen=True)
class Happened:
    project: Project
    event: HistoryEntry

    @property
    def url(self) -> str:
        """Of the page of what was changed, else of the event."""
        return url_of(self.project.slug, self.event)


@dataclass(frozen=True)
class Feed:
    """`older`: id from which one goes on; nothing at the end."""

    entries: list[Happened]
    older: int | None


def feed(
    actor: Actor, *, before: int | None = None, only_mine: bool = False, slug: str = "", limit: int = LIMIT
) -> Feed:
    """`only_mine`: events of which the person was told, since they concern a role or a task of theirs; five queries."""
    visible = access.visible(actor)
    projects = {project.pk: project for project in (visible.filter(slug=slug) if slug else visible)}
    only = _told(actor) if only_mine else None
    found = selectors.events_among(projects, before=before, only=only, limit=limit + 1)
    shown = found[:limit]
    older = shown[-1].id if len(found) > limit else None
    return Feed([Happened(projects[event.log_id], event) for event in shown], older)


def url_of(slug: str, event: HistoryEntry) -> str:
    if event.subject_type in PLACES:
        asked = urlencode({"type": event.subject_type, "id": event.subject_id})
        return f"{reverse('projects:go', args=[slug])}?{asked}"
    return reverse("projects:event", args=[slug, event.uid])


def _told(actor: Actor) -> list[UUID]:
    """Events that the person's notices are about; their keys end with the event's id."""
    keys = Notice.objects.filter(to=actor.user).values_list("key", flat=True)[:NOTICES]
    found = []
    for key in keys:
        try:
            found.append(UUID(key.rpartition(" ")[2]))
        except ValueError:
            continue  # a reminder
    return found
