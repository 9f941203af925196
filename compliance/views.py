"""Pages of reports."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from compliance.models import Report
from compliance.services import reports
from crispmlq.errors import NotFound
from jobs.models import Job
from projects import access
from projects.views.pages import show


@require_safe
def center(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    jobs = Job.objects.filter(kind=reports.JOB, project_id=project.pk, requested_by=request.user.pk)
    job = jobs.filter(pk=request.GET["job"]).first() if _is_uuid(request.GET.get("job", "")) else None
    context = {"reports": reports.of_project(project)[:50], "job": job}
    return show(request, "compliance/reports.html", project, tab="reports", **context)


@require_POST
def build(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    job = reports.request(project=project, by=request.actor)
    return redirect(f"{reverse('compliance:reports', args=[slug])}?job={job.pk}")


@require_safe
def download(request: HttpRequest, slug: str, pk: UUID, form: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    report = Report.objects.filter(project=project, pk=pk).select_related("pdf", "html", "data", "project").first()
    if report is None:
        raise NotFound("There is no such report in this project.")
    blob, data = reports.hand_out(report=report, form=form, by=request.actor)
    headers = {"Content-Disposition": f'attachment; filename="{blob.name}"'}
    return HttpResponse(data, content_type=blob.media_type, headers=headers)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
