"""What the clock brings: silence, alarms nobody looks at, incidents that take too long, reviews that fall due.

Each row is looked at again under lock in a transaction of its own, so that watchers beside each other do no harm.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from monitoring.models import Alarm, Incident, OperationReview, Signal
from monitoring.services import alarms, incidents, judging, reviews
from projects.models import Project

FROZEN = (Project.State.ON_HOLD, Project.State.STOPPED)


def watch(now: datetime | None = None) -> dict[str, int]:
    """Look at everything once; how often each kind of look led to something. Safe to repeat at any time."""
    now = now or timezone.now()
    looks: dict[str, tuple[QuerySet[Any], Callable[[Any, datetime], object]]] = {
        "silent": (Signal.objects.filter(state="active", interval_minutes__isnull=False), judging.find_silence),
        "repeated": (Alarm.objects.filter(state="open", told_at__lte=now - alarms.REPEATED_AFTER), alarms.repeat),
        "escalated": (Incident.objects.exclude(state__in=["resolved", "closed"]), incidents.escalate),
        "reminded": (OperationReview.objects.filter(state="open", due_on__lte=now.date()), reviews.remind),
    }
    done = {
        name: sum(_each(rows.exclude(project__state__in=FROZEN), look, now)) for name, (rows, look) in looks.items()
    }
    done["opened"] = sum(_each(Project.objects.filter(state="in_operation"), reviews.open_by_date, now))
    return done


def _each(rows: QuerySet[Any], look: Callable[[Any, datetime], object], now: datetime) -> list[bool]:
    found = []
    for key in list(rows.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            row = rows.model._base_manager.select_for_update().get(pk=key)
            found.append(bool(look(row, now)))
    return found
