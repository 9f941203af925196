"""Comments on a row: a page of their own, and the part of it that other pages load."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods

from projects import access, places
from projects.models import Comment, Project
from projects.page_selectors import members
from projects.services import comments as service
from projects.views.pages import show
from projects.views.readers import require_text


@require_http_methods(["GET", "HEAD", "POST"])
def comments(request: HttpRequest, slug: str) -> HttpResponse:
    """`?type=projects.task&id=…`; htmx gets the part alone, without it there is a page."""
    project = access.project_for(request.actor, slug)
    kind, key = request.GET.get("type", ""), request.GET.get("id", "")
    row = service.subject_of(project, kind, key)
    here = f"{reverse('projects:comments', args=[slug])}?{urlencode({'type': kind, 'id': key})}"
    is_part = bool(request.headers.get("HX-Request"))
    if request.method == "POST":
        require_text(request.POST)
        service.write(
            project=project, subject_type=kind, subject=key, text=request.POST.get("text", ""), by=request.actor
        )
        if not is_part:
            return redirect(here)
    found = Comment.objects.filter(project=project, subject_type=kind, subject_id=row.pk)
    answer = show(
        request, "projects/_comments.html" if is_part else "projects/comments.html", project, tab="", subject=row,
        here=here, place=places.place_of(row), comments=found.select_related("author"),
        people=members(project), may_comment=_may(request, project),
        said="Your comment is stored." if request.method == "POST" else "",
    )  # fmt: skip
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def _may(request: HttpRequest, project: Project) -> bool:
    roles = access.roles_of(request.actor, project.pk)
    return project.state != Project.State.STOPPED and access.rights_of(request.actor, roles)["comment"]
