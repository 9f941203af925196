"""Pages of a project: how it stands, the interview, what was classified before."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalogue.definitions import of
from crispmlq.errors import NotFound
from projects import access
from projects.views.pages import show
from regulations import page_selectors, selectors
from regulations.definitions import Pack

FIRST = "eu-ai-act"  # the regulation that a project is asked about first
PAGE = 50


@require_safe
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """How the project stands to each regulation, and what is due next."""
    project = access.project_for(request.actor, slug)
    rows = [_standing(standing) for standing in selectors.standings(project)]
    rows.sort(key=lambda row: row["pack"].kind != "regulation")
    return show(
        request, "regulations/overview.html", project, tab="compliance", part="overview", rows=rows,
        role_names=of(project.catalogue).roles,
    )  # fmt: skip


@require_safe
def interview(request: HttpRequest, slug: str, regulation: str = FIRST) -> HttpResponse:
    """The interview of the draft; without one, how to begin."""
    project = access.project_for(request.actor, slug)
    standing = selectors.standing(project, regulation)
    draft, stage = standing.draft, request.GET.get("stage", "")
    talk = page_selectors.Conversation(draft, stage) if draft else None
    return show(
        request, "regulations/interview.html", project, tab="compliance", part="classification", standing=standing,
        talk=talk, pack=(draft or standing.signed or standing.in_force).pack,
        asks_roles=draft is not None and (not draft.roles or stage == "roles"),
        purpose_changed=draft is not None and draft.purpose != project.purpose,
        outdated=draft is not None and draft.pack_version != standing.in_force,
        is_author=draft is not None and str(request.actor.user.pk) in draft.authors,
    )  # fmt: skip


@require_safe
def history(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    page = Paginator(selectors.classifications(project), PAGE).get_page(request.GET.get("page"))
    return show(request, "regulations/history.html", project, tab="compliance", part="history", page=page)


@require_safe
def record(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One classification as it was given."""
    project = access.project_for(request.actor, slug)
    found = selectors.classifications(project).filter(number=number).first()
    if found is None:
        raise NotFound("There is no classification of this number in this project.")
    found.project = project
    return show(
        request, "regulations/classification.html", project, tab="compliance", part="history", row=found,
        talk=page_selectors.Conversation(found), roles_held=_roles(found.pack, found.roles),
        outcomes=[found.pack.outcomes[key] for key in found.result["outcomes"]],
        role_names=of(project.catalogue).roles,
    )  # fmt: skip


def _standing(standing: selectors.UnderRegulation) -> dict[str, Any]:
    shown = standing.signed or standing.draft
    pack = shown.pack if shown else standing.in_force.pack
    applies, later = page_selectors.next_dates(standing.signed, timezone.localdate()) if standing.signed else (0, [])
    return {
        "standing": standing, "pack": pack, "applies": applies, "later": later,
        "outcomes": [pack.outcomes[key] for key in standing.signed.result["outcomes"]] if standing.signed else [],
        "roles": _roles(pack, standing.signed.roles) if standing.signed else [],
    }  # fmt: skip


def _roles(pack: Pack, keys: list[str]) -> list[str]:
    return [pack.roles[key].label for key in keys]
