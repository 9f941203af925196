"""Paths of the pages where artefacts and their versions are shown."""

from __future__ import annotations

from django.urls import reverse

from projects.models import Project
from registry.models import Artefact, ArtefactVersion


def registry_page(project: Project) -> str:
    return reverse("registry:artefacts", args=[project.slug])


def artefact_page(project: Project, artefact: Artefact) -> str:
    return reverse("registry:artefact", args=[project.slug, artefact.key])


def version_page(project: Project, version: ArtefactVersion) -> str:
    return reverse("registry:version", args=[project.slug, version.pk])
