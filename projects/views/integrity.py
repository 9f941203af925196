"""The page on which an auditor verifies the trail, and takes it away."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from audit import anchoring, heads, sealing
from audit import selectors as trail
from projects import access
from projects.services import integrity as service
from projects.views.pages import show


@require_safe
def integrity(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    waits = sealing.lateness()
    return show(
        request, "projects/integrity.html", project, tab="integrity", head=heads.newest(project.pk),
        size=trail.size(project.pk), waits=waits, is_late=sealing.is_late(waits), anchors=anchoring.standings(),
        pruned=trail.pruning_of(project.pk), verification=service.latest(project, service.VERIFICATION),
        export=service.latest(project, service.EXPORT),
    )  # fmt: skip


@require_POST
def verify(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    service.request_verification(project=project, by=request.actor)
    return redirect(reverse("projects:integrity", args=[slug]))


@require_POST
def export(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    service.request_export(project=project, by=request.actor)
    return redirect(reverse("projects:integrity", args=[slug]))


@require_safe
def bundle(request: HttpRequest, slug: str, pk: UUID) -> FileResponse:
    project = access.project_for(request.actor, slug)
    name, path = service.hand_out(project=project, job_id=pk, by=request.actor)
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)
