"""Pages of the site: which regulations there are, what they ask, and what another text would change."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from crispmlq.errors import DomainError, NotAllowed
from projects import access
from regulations import impacts, selectors
from regulations.definitions import IN_SCOPE, Obligation, Pack
from regulations.services import packs

PAGE = 50


@require_safe
def regulations(request: HttpRequest) -> HttpResponse:
    current = {row.pk for row in selectors.in_force().values()}
    by_key = [(key, list(rows)) for key, rows in groupby(selectors.packs(), key=lambda row: row.key)]
    shown = [{"key": key, "pack": rows[-1].pack, "versions": rows[::-1]} for key, rows in by_key]
    shown.sort(key=lambda each: each["pack"].kind != "regulation")
    context = {"section": "regulations", "regulations": shown, "current": current}
    return render(request, "regulations/regulations.html", context)


@require_safe
def version(request: HttpRequest, key: str, version: str) -> HttpResponse:
    """What this text asks, by group; filtered by role and class."""
    row = selectors.version(key, version)
    pack, role, outcome = row.pack, request.GET.get("role", ""), request.GET.get("class", "")
    shown = [each for each in pack.obligations.values() if _matches(each, role, outcome)]
    context = {
        "section": "regulations", "row": row, "pack": pack, "is_in_force": selectors.in_force().get(key) == row,
        "groups": [(title, rows) for each, title in pack.groups.items() if (rows := _rows(pack, each, shown))],
        "count": len(shown), "role": role, "class": outcome,
        "classes": [each for key, each in pack.outcomes.items() if _has_duties(pack, key)],
    }  # fmt: skip
    return render(request, "regulations/version.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def impact(request: HttpRequest, key: str, version: str) -> HttpResponse:
    """What this text would change, project by project; there an administrator puts it into force."""
    row, error = selectors.version(key, version), None
    if request.method == "POST":
        try:
            packs.put_in_force(row=row, reason=request.POST.get("reason", ""), by=request.actor)
            messages.success(request, f"{row} is in force.")
            return redirect("regulations:regulations")
        except NotAllowed:
            raise
        except DomainError as refusal:
            error = refusal
    found = impacts.of_projects(row, access.visible(request.actor))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "section": "regulations", "row": row, "pack": row.pack, "current": selectors.in_force().get(key), "page": page,
        "rows": [impacts.of_classification(each, row) for each in page], "error": error,
        "hidden": impacts.signed(row).count() - page.paginator.count, "may_decide": request.actor.is_administrator,
    }  # fmt: skip
    return render(request, "regulations/impact.html", context, status=error.status if error else 200)


def _matches(obligation: Obligation, role: str, outcome: str) -> bool:
    is_of_class = not outcome or outcome in obligation.classes or IN_SCOPE in obligation.classes
    return is_of_class and (not role or role in obligation.roles)


def _rows(pack: Pack, group: str, shown: list[Obligation]) -> list[tuple[Obligation, list[Any]]]:
    """Obligations of the group with their dates, each with the classes it is the date of."""
    return [(each, _dates(pack, each)) for each in shown if each.group == group]


def _dates(pack: Pack, obligation: Obligation) -> list[tuple[str, list[str]]]:
    """Date → classes; one date for all classes needs no names."""
    dates = sorted(set(obligation.applies_from.values()))
    if len(dates) < 2:
        return [(day, []) for day in dates]
    names = {key: pack.outcomes[key].label if key in pack.outcomes else "all" for key in obligation.applies_from}
    return [(day, [names[key] for key, on in obligation.applies_from.items() if on == day]) for day in dates]


def _has_duties(pack: Pack, outcome: str) -> bool:
    return any(outcome in each.classes for each in pack.obligations.values())
