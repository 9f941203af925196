"""From what a verdict points at to the page where it can be looked at or mended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from catalogue.definitions import of
from projects.models import Gate, Project

# From the project, the key of what is pointed at, and the number of the gate's phase, to a path. No queries.
Page = Callable[[Project, str, int], str]


def _criteria(project: Project, key: str, phase: int) -> str:
    return reverse("projects:criteria", args=[project.slug]) + (f"#{key}" if key else "")


def _in_phase(project: Project, key: str, phase: int) -> str:
    """Tasks and requirements stand on the page of their phase."""
    return reverse("projects:phase", args=[project.slug, phase]) + f"#{key}"


def _gate(project: Project, key: str, phase: int) -> str:
    number = next(p.number for p in of(project.catalogue).phases if p.gate.key == key)
    return reverse("projects:gate", args=[project.slug, number])


# Type of a link -> its page.
PAGES: dict[str, Page] = {
    "document": lambda project, key, phase: reverse("projects:document", args=[project.slug, key]),
    "risk": lambda project, key, phase: reverse("projects:risk", args=[project.slug, key]),
    "criterion": _criteria,
    "criteria": _criteria,
    "gate": _gate,
    "task": _in_phase,
    "requirement": _in_phase,
}


def register_page(kind: str, page: Page) -> None:
    """Say where the links of this type lead; for apps above this one."""
    PAGES[kind] = page


def page_of(gate: Gate, link: dict[str, Any]) -> str:
    return PAGES[link["type"]](gate.project, link["key"], gate.phase.number)
