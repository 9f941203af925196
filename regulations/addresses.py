"""Paths of the pages where classifications and records are shown."""

from __future__ import annotations

from django.urls import reverse

from projects.models import Project
from regulations.models import Classification, Entry


def records_page(project: Project) -> str:
    return reverse("regulations:records", args=[project.slug])


def entry_page(project: Project, entry: Entry) -> str:
    return reverse("regulations:entry", args=[project.slug, entry.pk])


def interview_page(project: Project, regulation: str, phase: int = 0) -> str:
    """Where the project is classified by a regulation; `phase` is that of the gate which points there."""
    return reverse("regulations:interview_of", args=[project.slug, regulation])


def coverage_page(project: Project, regulation: str, phase: int = 0) -> str:
    return reverse("regulations:coverage", args=[project.slug, regulation])


def classification_page(row: Classification) -> str:
    return reverse("regulations:classification", args=[row.project.slug, row.number])
