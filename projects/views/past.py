"""A project as it was at a time: looked at, never changed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit.past import Past
from catalogue.definitions import of
from crispmlq.errors import Invalid
from projects import access
from projects.models import Criterion, Decision, Document, Iteration, Measurement, Phase, Project, Risk
from projects.page_selectors import matrix
from projects.views.pages import show
from ui import charts


@require_safe
def past(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    at = _moment(request.GET.get("at", ""))
    then = Past(project.pk, at)
    was = then.get(Project, project.pk)
    context = _context(then, was, project) if was else {}
    return show(request, "projects/past.html", project, tab="history", at=at, was=was, **context)


def _moment(text: str) -> datetime:
    """The time asked for, in UTC; now, if none is given."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else timezone.now()
    except ValueError:
        raise Invalid("Give a date and a time.", errors={"at": ["Give a date and a time, in UTC."]}) from None


def _context(then: Past, was: Project, project: Project) -> dict[str, Any]:
    phases, iterations, risks = then.rows(Phase), then.rows(Iteration), then.rows(Risk)
    rated = [r for r in risks if r.rating is not None]
    return {
        "loop": charts.loop(
            [charts.LoopPhase(p.number, p.name, p.state, p.get_state_display()) for p in phases],
            [(i.from_phase, i.to_phase) for i in iterations if i.from_phase],
        ),
        "then_phases": [(phase, _finished(phase), len(phase.task_set.all())) for phase in phases],
        "criteria": [_criterion(criterion) for criterion in then.rows(Criterion)],
        "matrix": matrix(Counter((r.severity, r.likelihood) for r in rated), of(project.catalogue).rating),
        "risk_states": [(label, sum(r.state == key for r in risks)) for key, label in Risk.State.choices],
        "documents": [(document, document.revisions.all()[-1]) for document in then.rows(Document)],
        "decisions": then.rows(Decision),
    }


def _finished(phase: Phase) -> int:
    return sum(task.is_finished for task in phase.task_set.all())


def _criterion(criterion: Criterion) -> tuple[Criterion, Any, Measurement | None]:
    """The version that held, or the newest draft, and its newest value."""
    versions = criterion.versions.all()
    version = next((v for v in versions if v.state == "approved"), versions[-1])
    values = sorted(version.measurements.all(), key=lambda value: value.measured_at)
    return criterion, version, values[-1] if values else None
