"""Where links of gate checks lead."""

from __future__ import annotations

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
