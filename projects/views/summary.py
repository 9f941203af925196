"""A project on one page, for who is new to it: from records alone."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from catalogue.definitions import of
from projects import access
from projects import page_selectors as pages
from projects.models import Decision, Document, Project, Revision, Risk
from projects.views.pages import show

SCOPE = "scope-document"
DATA, MODEL = 2, 3  # phases whose accepted documents say what was made
MOST_RISKS = 10
OPEN = [Risk.State.RATED, Risk.State.TREATED, Risk.State.ACCEPTED]


@require_safe
def summary(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    risks = Risk.objects.filter(project=project, state__in=OPEN).exclude(task__state="not_applicable")
    held = Document.objects.filter(project=project, revisions__state=Revision.State.ACCEPTED).select_related("phase")
    documents = list(held.order_by("phase__number", "title"))
    return show(
        request, "projects/summary.html", project, tab="overview", phase=pages.current_phase(project),
        scope=_scope(project), criteria=pages.criteria(project), risks=risks.order_by("-rating", "name")[:MOST_RISKS],
        risk_count=risks.count(), members=pages.members(project),
        data=[d for d in documents if d.phase.number == DATA], model=[d for d in documents if d.phase.number == MODEL],
        decisions=Decision.objects.filter(project=project).select_related("gate", "decided_by").order_by("-decided_at"),
        iterations=project.iteration_set.order_by("number"),
    )  # fmt: skip


def _scope(project: Project) -> list[tuple[str, Any]]:
    """Label and value of each filled text of the accepted scope."""
    revision = Revision.objects.filter(project=project, document__kind=SCOPE, state=Revision.State.ACCEPTED).first()
    kind = of(project.catalogue).document_kinds.get(SCOPE)
    if revision is None or kind is None:
        return []
    found = [(field.label, revision.fields.get(field.key)) for field in kind.fields if field.type != "table"]
    return [(label, value) for label, value in found if value]
