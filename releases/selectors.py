"""What is served, was served, and may be served. Every function states how many queries it costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from projects.models import Criterion, Decision, Measurement, Project
from registry.models import ArtefactVersion
from releases.models import Increment, Release, Serving

QUALITY_ASSURANCE = 4  # phase whose gate decides whether a model version may be served


def releases(project: Project) -> QuerySet[Release]:
    """Newest first, with versions and increments; two queries."""
    found = Release.objects.filter(project=project).select_related(
        "model__artefact__owner", "pipeline", "configuration", "service", "decision", "released_by"
    )
    return found.prefetch_related(Prefetch("increments", Increment.objects.order_by("position")))


def servings(project: Project) -> QuerySet[Serving]:
    """Stretches of serving, newest first; one query."""
    return Serving.objects.filter(project=project).select_related("model", "release", "switched_by")


def served_now(project: Project) -> QuerySet[Serving]:
    """The open stretch of each deployment; one query."""
    return servings(project).filter(until=None).order_by("deployment")


def served_at(project: Project, at: datetime) -> QuerySet[Serving]:
    """What each deployment served at a time; one query."""
    return servings(project).filter(Q(until=None) | Q(until__gt=at), since__lte=at).order_by("deployment")


def passing_decision(project: Project, model: ArtefactVersion) -> Decision | None:
    """The newest decision that passed gate 4 with this very version; one query."""
    passed = Decision.objects.filter(project=project, outcome=Decision.Outcome.PASS)
    judged = passed.filter(gate__phase__number=QUALITY_ASSURANCE, evaluation__model_version=model.ref)
    return judged.order_by("-decided_at").first()


def passed_versions(project: Project) -> list[str]:
    """References of all versions gate 4 was ever passed with, sorted; one query."""
    passed = Decision.objects.filter(project=project, outcome=Decision.Outcome.PASS)
    named = passed.filter(gate__phase__number=QUALITY_ASSURANCE).exclude(evaluation__model_version="")
    return sorted(set(named.values_list("evaluation__model_version", flat=True)))


@dataclass(frozen=True)
class BeforeAndAfter:
    """A criterion's newest value with the version before and with this one."""

    criterion: Criterion
    unit: str
    before: Measurement | None
    after: Measurement | None

    @property
    def difference(self) -> Decimal | None:
        return self.after.value - self.before.value if self.before and self.after else None


def before_and_after(release: Release) -> list[BeforeAndAfter]:
    """Each criterion with its newest values for the version served before and for this release's; three queries."""
    earlier = Release.objects.filter(project=release.project_id, deployment=release.deployment)
    before = earlier.filter(number__lt=release.number).select_related("model").order_by("-number").first()
    wanted = [release.model.ref, before.model.ref] if before else [release.model.ref]
    measured = Measurement.objects.filter(project=release.project_id, subject_version__in=wanted)
    newest: dict[tuple[UUID, str], Measurement] = {}
    for value in measured.select_related("version").order_by("measured_at", "id"):
        newest[value.version.criterion_id, value.subject_version] = value
    return [
        BeforeAndAfter(
            criterion,
            unit=next((m.version.unit for (key, _), m in newest.items() if key == criterion.pk), ""),
            before=newest.get((criterion.pk, before.model.ref)) if before else None,
            after=newest.get((criterion.pk, release.model.ref)),
        )
        for criterion in Criterion.objects.filter(project=release.project_id)
    ]
