"""Pages of runs and test sets."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from crispmlq.errors import NotFound
from experiments import selectors
from experiments.models import Run
from projects import access
from projects.models import Project
from projects.views.pages import show
from registry.models import ArtefactVersion
from ui import series
from ui.numbers import whole

PAGE = 50
COMPARED = 6  # more columns than these nobody reads


@require_safe
def runs(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    chosen = request.GET.get("state", "")
    found = selectors.runs(project)
    if chosen in Run.Verdict.values:
        found = found.filter(verdict=chosen)
    elif chosen in Run.State.values:
        found = found.filter(state=chosen)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    metrics = list(dict.fromkeys(name for run in rows for name in selectors.metrics_of(run)))
    metric = request.GET.get("metric") if request.GET.get("metric") in metrics else next(iter(metrics), "")
    return show(
        request, "experiments/runs.html", project, tab="experiments", page=page, metric=metric, metrics=metrics,
        ranks=selectors.ranking(project, rows), rows=[(run, selectors.metrics_of(run)) for run in rows],
        changes={run.number: selectors.changes_of(run) for run in rows},
        chart=_chart(rows, metric), states=[*Run.State.choices, *Run.Verdict.choices], chosen=chosen,
        versions=_versions(project),
    )  # fmt: skip


@require_safe
def run(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    found = selectors.runs(project).filter(number=number).first()
    if found is None:
        raise NotFound("There is no run of this number in this project.")
    return show(
        request, "experiments/run.html", project, tab="experiments", run=found, settings=selectors.settings_of(found),
        changes=selectors.changes_of(found), children=found.children.order_by("number"), versions=_versions(project),
    )  # fmt: skip


@require_safe
def compare(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    numbers = [number for text in request.GET.getlist("runs") if (number := whole(text)) is not None][:COMPARED]
    found = selectors.comparison(project, numbers)
    return show(request, "experiments/compare.html", project, tab="experiments", comparison=found)


@require_safe
def test_sets(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    page = Paginator(selectors.uses(project), PAGE).get_page(request.GET.get("page"))
    handovers = project.handover_set.select_related("test_set", "requested_by", "answered_by")
    return show(
        request, "experiments/test_sets.html", project, tab="experiments", page=page, handovers=handovers[:PAGE],
        versions=_versions(project),
    )  # fmt: skip


def _versions(project: Project) -> dict[str, list[ArtefactVersion]]:
    """Versions that forms offer, by kind, newest first; one query."""
    kinds = ("dataset", "code", "configuration", "model")
    found = ArtefactVersion.objects.filter(project=project, artefact__kind__in=kinds)
    by_kind: dict[str, list[ArtefactVersion]] = {kind: [] for kind in kinds}
    for version in found.select_related("artefact").order_by("-registered_at")[:200]:
        by_kind[version.artefact.kind].append(version)
    return by_kind


def _chart(rows: list[Run], metric: str) -> str:
    """The metric by run, oldest first."""
    points = [
        series.Point(f"run {run.number}", float(values[metric]), f"{run.modification[:80]}: {values[metric]}")
        for run in reversed(rows)
        if metric in (values := selectors.metrics_of(run))
    ]
    return series.dots(f"{metric} by run", points) if len(points) > 1 else ""
