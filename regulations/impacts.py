"""What a version of a regulation would change for the projects that are classified by it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from projects.models import Project
from regulations import impact
from regulations.impact import Impact
from regulations.models import Classification, PackVersion


@dataclass(frozen=True)
class OfProject:
    classification: Classification
    impact: Impact
    version: PackVersion

    def labels(self, keys: Iterable[str]) -> list[str]:
        """Classes in words; those of the new text before those that only the old one has."""
        known = self.classification.pack.outcomes | self.version.pack.outcomes
        return [known[key].label for key in keys]

    @property
    def before(self) -> list[str]:
        return self.labels(self.impact.before)

    @property
    def after(self) -> list[str]:
        return self.labels(self.impact.after)

    @property
    def questions(self) -> list[str]:
        return [self.version.pack.facts[key].question for key in self.impact.new_questions]


def signed(version: PackVersion) -> QuerySet[Classification]:
    """Classifications that hold for this regulation, under whatever text."""
    found = Classification.objects.filter(regulation=version.key, state=Classification.State.SIGNED)
    return found.order_by("project__name", "project__slug")


def of_projects(version: PackVersion, projects: QuerySet[Project]) -> QuerySet[Classification]:
    """Those of these projects, with what is needed to compare; one query."""
    rows = signed(version).filter(project__in=projects).select_related("project", "pack_version")
    return rows.defer("pack_version__body")


def of_classification(row: Classification, version: PackVersion) -> OfProject:
    found = impact.compare(row.pack, version.pack, row.interview().facts, row.roles, row.role_shifts)
    return OfProject(row, found, version)
