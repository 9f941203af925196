from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from crispmlq.errors import NotFound
from jobs.models import Job


@require_safe
@never_cache
def progress(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """How far the job is: a fragment that asks again until the job is over. Its requester alone sees it."""
    job = Job.objects.filter(pk=job_id, requested_by=request.user.pk).first()
    if job is None:
        raise NotFound("There is no such job, or it is not yours.")
    template = "jobs/_job.html" if request.headers.get("HX-Request") else "jobs/job.html"
    return render(request, template, {"job": job})
