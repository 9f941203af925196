"""Two people changed the same thing: the page shows both, and lets one go on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from audit import selectors, telling
from audit.telling import Told

OWN_NAMES = {"csrfmiddlewaretoken", "next", "version"}  # of the form itself, not of what was typed


def answer(request: HttpRequest, row: Any, version: int) -> HttpResponse:
    """What was typed, what others changed in `row` since `version`, and a button to do it all the same."""
    now = type(row)._base_manager.get(pk=row.pk)
    context = {
        "typed": [(name, request.POST.getlist(name)) for name in request.POST if name not in OWN_NAMES],
        "since": changes_since(row, version),
        "row": now,
        "current": now.audit_ver,
        "action": request.path,
        "next": request.POST.get("next", ""),
    }
    template = "projects/_conflict.html" if request.headers.get("HX-Request") else "projects/conflict.html"
    return render(request, template, context, status=412)


def changes_since(row: Any, version: int) -> list[tuple[Any, list[Told]]]:
    """Events after this version of the row, newest first, each with what it did to the row."""
    events = [
        event
        for event in selectors.changes_of(row._meta.label_lower, row.pk)
        if any(change.obj_id == row.pk and change.version > version for change in event.changes)
    ]
    told = telling.told(events)
    return [(event, [each for each in told[event.uid] if each.obj_id == row.pk]) for event in events]
