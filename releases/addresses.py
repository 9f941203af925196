"""Paths of the pages where releases are shown."""

from __future__ import annotations

from django.urls import reverse

from projects.gates.links import Page
from projects.models import Project


def releases_page(project: Project) -> str:
    return reverse("releases:releases", args=[project.slug])


PAGES: dict[str, Page] = {"releases": lambda project, key, phase: releases_page(project)}
