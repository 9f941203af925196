"""A whole project taken away as a file, or brought in from one."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crispmlq.errors import DomainError, Invalid, NotAllowed, NotFound
from projects import access
from projects.services import portable as service
from projects.views.commands import done
from projects.views.pages import show


@require_POST
def export(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    service.request(project=project, form=request.POST.get("form", "json"), by=request.actor)
    return redirect(reverse("projects:lists", args=[slug]) + "#whole")


@require_safe
def file(request: HttpRequest, slug: str, pk: UUID) -> FileResponse:
    project = access.project_for(request.actor, slug)
    name, path = service.hand_out(project=project, job_id=pk, by=request.actor)
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)


@require_http_methods(["GET", "HEAD", "POST"])
def bring_in(request: HttpRequest) -> HttpResponse:
    """For administrators; nobody else knows of it."""
    if not request.actor.is_administrator:
        raise NotFound("There is nothing here, or you may not know that there is.")
    error: DomainError | None = None
    if request.method == "POST":
        try:
            given = request.FILES.get("file")
            if given is None:
                raise Invalid("Choose a file.", errors={"file": ["Choose a file."]})
            project = service.bring_in(data=service.read(given.read()), by=request.actor)
            said = f"“{project.name}” is here. Its people need a password to sign in: make each a link below."
            return done(request, said, reverse("accounts:people"))
        except NotAllowed:
            raise
        except DomainError as refusal:
            error = refusal
    return show(request, "projects/bring_in.html", section="dashboard", error=error)
