"""Pages over all projects: the projects, my work, approvals, and what happened."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from projects import access, activity, work_selectors
from projects.models import Project, Task
from projects.page_selectors import current_phase
from projects.places import place_of, row_of
from projects.views.files import sheet
from projects.views.pages import show
from ui.numbers import whole

PAGE = 20
STATES = [choice for choice in Task.State.choices if choice[0] in work_selectors.UNFINISHED]
KINDS = {
    "gate": "Gates to sign", "document": "Documents to review", "task": "Tasks to agree to",
    "method": "QA methods to judge", "criterion": "Criteria to approve", "waiver": "Waivers to answer",
}  # fmt: skip


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    text, state, sort = _text(request, "q"), request.GET.get("state", ""), request.GET.get("sort", "name")
    found = work_selectors.dashboard(request.actor, text, state, sort)
    if form := request.GET.get("format"):
        headings = ["slug", "name", "state", "kind", "iteration", "phase", "overdue", "mine"]
        rows = ([p.slug, p.name, p.state, p.kind, p.iteration, _phase_number(p), p.overdue, p.mine] for p in found)
        return sheet("projects", form, headings, rows)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    waiting = work_selectors.approvals(request.actor)
    by_project = work_selectors.waiting_by_project(waiting)
    work = work_selectors.my_work(request.actor)
    return show(
        request, "projects/dashboard.html", page=page, section="dashboard", text=text, state=state, sort=sort,
        rows=[(project, current_phase(project), by_project.get(project.pk, 0)) for project in page],
        may_create=access.may_create(request.actor), states=Project.State.choices, waiting=len(waiting), work=work,
    )  # fmt: skip


@require_safe
def my_work(request: HttpRequest) -> HttpResponse:
    project, state = _text(request, "project"), request.GET.get("state", "")
    work = work_selectors.my_work(request.actor, project, state)
    if form := request.GET.get("format"):
        headings = ["project", "phase", "key", "name", "state", "due_on"]
        rows = ([t.project.slug, t.phase.number, t.key, t.name, t.state, t.due_on] for t in work.tasks)
        return sheet("my-work", form, headings, rows)
    return show(
        request, "projects/my_work.html", work=work, section="my_work", states=STATES, chosen_state=state,
        chosen_project=project, today=timezone.localdate(),
    )  # fmt: skip


@require_safe
def approvals(request: HttpRequest) -> HttpResponse:
    waiting = work_selectors.approvals(request.actor)
    if form := request.GET.get("format"):
        rows = ([w.kind, w.project.slug, str(w.row), w.since, str(w.by), list(w.roles)] for w in waiting)
        return sheet("approvals", form, ["kind", "project", "what", "since", "by", "as"], rows)
    kind = request.GET.get("kind", "")
    sections = [
        (key, title, [each for each in waiting if each.kind == key])
        for key, title in KINDS.items()
        if kind in ("", key)
    ]
    return show(
        request, "projects/approvals.html", waiting=waiting, section="approvals", kinds=KINDS.items(), chosen=kind,
        sections=[section for section in sections if section[2]],
    )  # fmt: skip


@require_safe
def happened(request: HttpRequest) -> HttpResponse:
    """What happened in all projects one may see, or of that what concerns one's roles."""
    before = whole(request.GET.get("before", ""), digits=18)
    only_mine = request.GET.get("show") == "mine"
    feed = activity.feed(request.actor, before=before, only_mine=only_mine)
    return show(request, "projects/activity.html", feed=feed, only_mine=only_mine, section="activity")


@require_safe
def go(request: HttpRequest, slug: str) -> HttpResponse:
    """To the page of a row of the project: `?type=projects.task&id=…`."""
    project = access.project_for(request.actor, slug)
    return redirect(place_of(row_of(project, request.GET.get("type", ""), request.GET.get("id", ""))))


def _phase_number(project: Project) -> int | None:
    phase = current_phase(project)
    return phase.number if phase else None


def _text(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:100]
