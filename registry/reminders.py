"""What the registry reminds of when time passes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, OuterRef, Q

from projects import access
from projects.models import Membership
from projects.reminders import LIVE, WEEKLY, Found, Reminder
from registry.models import Artefact


def orphans(today: date) -> Iterator[Found]:
    """Artefacts whose owner's account is closed, or who left the project."""
    works = Membership.objects.filter(project=OuterRef("project"), user=OuterRef("owner")).exclude(roles=[])
    rows = Artefact.objects.filter(~Exists(works) | Q(owner__is_active=False), owner__isnull=False)
    for row in rows.filter(project__state__in=LIVE).select_related("project"):
        yield Found(row, row.registered_at.date(), roles=access.RIGHTS["manage"][0])


REMINDERS = {
    "artefact.orphaned": Reminder("“{subject}” has no active owner any more; name a successor.", orphans, WEEKLY),
}
