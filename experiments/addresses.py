"""Paths of the pages where experiments are shown."""

from __future__ import annotations

from django.urls import reverse

from projects.gates.links import Page
from projects.models import Project


def runs_page(project: Project) -> str:
    return reverse("experiments:runs", args=[project.slug])


def test_sets_page(project: Project) -> str:
    return reverse("experiments:test_sets", args=[project.slug])


PAGES: dict[str, Page] = {
    "runs": lambda project, key, phase: runs_page(project),
    "run": lambda project, key, phase: reverse("experiments:run", args=[project.slug, int(key)]),
    "test_sets": lambda project, key, phase: test_sets_page(project),
}
