"""Where links of gate checks lead, and where rows are looked at."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from projects.gates.links import Page
from projects.models import Project


def _board(project: Project, key: str, phase: int) -> str:
    """The signals, or with a key a part of the page on the surroundings."""
    if key:
        return reverse("monitoring:surroundings", args=[project.slug]) + f"#{key}"
    return reverse("monitoring:board", args=[project.slug])


def _reviews(project: Project, key: str, phase: int) -> str:
    return reverse("monitoring:reviews", args=[project.slug]) + (f"#{key}" if key else "")


PAGES: dict[str, Page] = {
    "monitoring": _board,
    "signal": lambda project, key, phase: reverse("monitoring:signal", args=[project.slug, key]),
    "alarm": lambda project, key, phase: reverse("monitoring:alarm", args=[project.slug, key]),
    "incident": lambda project, key, phase: reverse("monitoring:incident", args=[project.slug, key]),
    "reviews": _reviews,
}


def _place(name: str, key: str = "", anchor: str = "") -> Any:
    """A page of the row's project, named by one of its fields; with an anchor, a part of that page."""

    def place(row: Any) -> str:
        further = [getattr(row, key)] if key else []
        return reverse(f"monitoring:{name}", args=[row.project.slug, *further]) + anchor.format(row=row)

    return place


# Kind of row -> its page, and the relations that are read for it.
PLACES: dict[str, tuple[Any, ...]] = {
    "monitoring.signal": (_place("signal", "key"),),
    "monitoring.delivery": (lambda row: _place("signal", "key")(row.signal), "signal__project"),
    "monitoring.alarm": (_place("alarm", "pk"), "signal"),
    "monitoring.incident": (_place("incident", "number"),),
    "monitoring.operationreview": (_place("reviews", anchor="#review-{row.number}"),),
    "monitoring.updatedecision": (_place("reviews", anchor="#update-{row.number}"),),
    "monitoring.observation": (_place("reviews"),),
    "monitoring.monitoringplan": (_place("surroundings", anchor="#terms"),),
    "monitoring.externalevent": (_place("surroundings", anchor="#events"),),
    "monitoring.systemupdate": (_place("surroundings", anchor="#updates"),),
    "monitoring.feedbackloop": (_place("surroundings", anchor="#loops"),),
}
