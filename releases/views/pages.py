"""Pages of releases and of what is served."""

from __future__ import annotations

from datetime import UTC, datetime

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from crispmlq.errors import Invalid, NotFound
from projects import access
from projects.models import Project
from projects.views.pages import show
from registry.models import ArtefactVersion
from releases import selectors
from releases.models import Serving

PAGE = 50
FORM_STEPS = range(4)  # rows of the form


@require_safe
def releases(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    at = _moment(request.GET.get("at", ""))
    return show(
        request, "releases/releases.html", project, tab="releases", releases=selectors.releases(project)[:PAGE],
        served=list(selectors.served_at(project, at) if at else selectors.served_now(project)), at=at,
        page=Paginator(selectors.servings(project), PAGE).get_page(request.GET.get("page")),
        versions=_versions(project), passed=selectors.passed_versions(project), steps=FORM_STEPS,
        fallbacks=Serving.Fallback.choices,
    )  # fmt: skip


@require_safe
def release(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    found = selectors.releases(project).filter(number=number).first()
    if found is None:
        raise NotFound("There is no release of this number in this project.")
    return show(
        request, "releases/release.html", project, tab="releases", release=found,
        increments=list(found.increments.all()), comparison=selectors.before_and_after(found),
    )  # fmt: skip


def _versions(project: Project) -> dict[str, list[ArtefactVersion]]:
    """Versions that forms offer, by kind, newest first; one query."""
    kinds = ("model", "pipeline", "configuration", "service")
    by_kind: dict[str, list[ArtefactVersion]] = {kind: [] for kind in kinds}
    found = ArtefactVersion.objects.filter(project=project, artefact__kind__in=kinds).select_related("artefact")
    for version in found.order_by("-registered_at")[:200]:
        by_kind[version.artefact.kind].append(version)
    return by_kind


def _moment(text: str) -> datetime | None:
    """The time asked for, in UTC."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError:
        raise Invalid("Give a date and a time.", errors={"at": ["Give a date and a time, in UTC."]}) from None
