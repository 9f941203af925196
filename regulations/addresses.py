"""Paths of the pages where records are shown."""

from __future__ import annotations

from django.urls import reverse

from projects.models import Project
from regulations.models import Entry


def records_page(project: Project) -> str:
    return reverse("regulations:records", args=[project.slug])


def entry_page(project: Project, entry: Entry) -> str:
    return reverse("regulations:entry", args=[project.slug, entry.pk])
