"""The history of a project and the trail of the site: filtered pages, one event, and the export."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from audit import SYSTEM_LOG, heads, history, selectors, telling
from audit.history import Page
from crispmlq.errors import NotFound
from projects import access, trail_filters
from projects.models import Project
from projects.services import history as service
from projects.trail_filters import Filters
from projects.views.pages import show
from ui.numbers import whole

PAGE = 40
DRAWER_PAGE = 15
ROWS_AT_ONCE = 12  # changed rows of one event, opened in a list
ROWS_OF_A_PAGE = 100
DRAWER = "drawer-body"
TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


@require_safe
def of_project(request: HttpRequest, slug: str) -> HttpResponse:
    return _list(request, access.project_for(request.actor, slug))


@require_safe
def of_site(request: HttpRequest) -> HttpResponse:
    access.require_site_trail(request.actor)
    return _list(request, None)


@require_safe
def event(request: HttpRequest, uid: UUID, slug: str | None = None) -> HttpResponse:
    """One event with what it changed; for htmx the changes alone."""
    project = _place(request, slug)
    log_id = _log(project)
    first = whole(request.GET.get("row", ""), digits=6) or 0
    if history.entry(log_id, uid) is None:
        raise NotFound("There is no such event in this history.")
    is_part = _is_htmx(request)
    limit = ROWS_AT_ONCE if is_part else ROWS_OF_A_PAGE
    found = history.changes(uid, first, limit, of=trail_filters.row_id(request.GET.get("of", "")) if is_part else None)
    template = "projects/_changes.html" if is_part else "projects/event.html"
    last = first + len(found.changes)
    return _answer(
        request, template, project, event=found, told=telling.told([found])[uid], first=first + 1, last=last,
        rest=max(found.changed - last, 0), next_row=last if last < found.changed else None,
        previous_row=max(first - limit, 0) if first else None,
    )  # fmt: skip


@require_POST
def export(request: HttpRequest, slug: str | None = None) -> StreamingHttpResponse:
    project = _place(request, slug)
    filters = trail_filters.read(request.GET, project)
    form = request.POST.get("form", "csv")
    lines = service.export(project=project, filters=filters, form=form, by=request.actor)
    name = f"{project.slug if project else 'site'}-history-{timezone.now():%Y%m%d-%H%M}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return StreamingHttpResponse(lines, content_type=TYPES[form], headers=headers)


def _list(request: HttpRequest, project: Project | None) -> HttpResponse:
    filters = trail_filters.read(request.GET, project)
    log_id, is_drawer = _log(project), request.headers.get("HX-Target") == DRAWER
    found = history.page(log_id, filters.wanted, limit=DRAWER_PAGE if is_drawer else PAGE)
    context = {"filters": filters, "page": found, **_links(filters, found)}
    if is_drawer:
        key = filters.wanted.obj
        name = trail_filters.object_name(log_id, key) if key else "Everything"
        return _answer(request, "projects/_history_drawer.html", project, name=name, **context)
    return _answer(
        request, "projects/history.html", project, chips=trail_filters.chips(filters, project),
        people=trail_filters.people(project), acts=trail_filters.act_groups(project),
        kinds=trail_filters.kinds(project), head=heads.newest(log_id), pruned=selectors.pruning_of(log_id),
        may_erase=project is None and access.may_erase(request.actor), **context,
    )  # fmt: skip


def _links(filters: Filters, page: Page) -> dict[str, str]:
    """Queries of the address for older and newer events; empty where there are none."""
    return {
        "older": filters.query(before=page.older) if page.older else "",
        "newer": filters.query(after=page.newer) if page.newer else "",
        "query": filters.query(),
    }


def _answer(request: HttpRequest, template: str, project: Project | None, **context: Any) -> HttpResponse:
    """The page or its part; one address gives both, so that caches are told."""
    name, given = ("history", [project.slug]) if project else ("trail", [])
    context |= {"here": reverse(f"projects:{name}", args=given), "DRAWER": DRAWER}
    answer = show(request, template, project, tab="history", section="" if project else "trail", **context)
    patch_vary_headers(answer, ["HX-Request", "HX-Target"])
    return answer


def _place(request: HttpRequest, slug: str | None) -> Project | None:
    if slug is not None:
        return access.project_for(request.actor, slug)
    access.require_site_trail(request.actor)
    return None


def _log(project: Project | None) -> UUID:
    return project.pk if project else SYSTEM_LOG


def _is_htmx(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request"))
