"""The gallery: every part of the design system with its states, for developers."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ui import charts
from ui.icons import ICONS
from ui.templatetags.ui import TONES

COLOURS = ["paper", "surface", "line", "ink", "accent", "good", "warn", "bad", "info"]
STATES = ("passed", "passed", "open", "in_review", "reconfirm", "locked")


@login_not_required
def gallery(request: HttpRequest) -> HttpResponse:
    phases = [charts.LoopPhase(i, f"Phase {i}", state, state) for i, state in enumerate(STATES, 1)]
    target = charts.Target(Decimal("0.93"), Decimal("0.9"), is_met=True, floor=Decimal("0.8"))
    missed = charts.Target(Decimal("0.7"), Decimal("0.9"), is_met=False, floor=Decimal("0.8"))
    context = {
        "icons": sorted(ICONS),
        "states": sorted(TONES),
        "rows": Paginator(COLOURS, 3).get_page(2),
        "none": [],
        "loop": charts.loop(phases, [(5, 3)]),
        "bars": [charts.target_bar(target), charts.target_bar(missed)],
        "matrix": charts.risk_matrix(
            {("high", "possible"): 3, ("low", "rare"): 7, ("critical", "likely"): 1},
            ["low", "medium", "high", "critical"],
            ["rare", "possible", "likely"],
            lambda severity, likelihood: {"low": "low", "medium": "mid"}.get(severity, "high"),
        ),
    }
    return render(request, "ui/gallery.html", context)
