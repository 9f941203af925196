"""Pages of coverage: how a project stands to each obligation of a regulation."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from crispmlq.errors import NotFound
from projects import access, places
from projects.page_selectors import members
from projects.views.pages import show
from regulations import covering, crosswalk, selectors
from regulations.coverage import MARKS, STATUSES, Coverage, Standing
from regulations.models import Confirmation
from regulations.records import Reference
from ui import charts

PAGE = 50
APPLICABLE = "applicable"


@dataclass(frozen=True)
class Asked:
    """What the list is narrowed to."""

    status: str = APPLICABLE
    group: str = ""
    phase: str = ""
    owner: str = ""

    def fits(self, standing: Standing) -> bool:
        obligation = standing.obligation
        fits_status = standing.applies if self.status == APPLICABLE else self.status in {"", standing.status}
        fits_owner = not self.owner or (standing.assigned is not None and str(standing.assigned.owner_id) == self.owner)
        fits_phase = not self.phase or self.phase in map(str, obligation.phases)
        return fits_status and fits_owner and fits_phase and self.group in {"", obligation.group}


@dataclass(frozen=True)
class Group:
    """Obligations that belong together. `counts`: status, its label, and how many of those that apply stand so."""

    key: str
    title: str
    counts: list[tuple[str, str, int]]

    @property
    def bar(self) -> str:
        return charts.share_bar(charts.Share(self.title, self.counts))

    @property
    def told(self) -> str:
        return ", ".join(f"{count} {label.lower()}" for _, label, count in self.counts if count)


@require_safe
def coverage(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    version = selectors.pack_in_force(key)
    try:
        found = covering.of_project(project, key)
    except covering.NotClassified:
        return show(request, "regulations/coverage.html", project, tab="compliance", version=version, **_others(key))
    asked = Asked(**{name: request.GET.get(name, default) for name, default in Asked().__dict__.items()})
    fitting = [standing for standing in found.standings if asked.fits(standing)]
    return show(
        request, "regulations/coverage.html", project, tab="compliance", version=version, found=found, asked=asked,
        page=Paginator(fitting, PAGE).get_page(request.GET.get("page")), statuses=_statuses(found),
        groups=_groups(found), members=members(project), **_others(key),
    )  # fmt: skip


@require_safe
def obligation(request: HttpRequest, slug: str, key: str, number: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    found = covering.of_project(project, key)
    standing = found.by_id.get(number)
    if standing is None:
        raise NotFound(f"{found.basis.pack} has no obligation “{number}”.")
    said = Confirmation.objects.filter(project=project, obligation=number, pack__key=key).select_related("confirmed_by")
    pack = found.basis.pack
    others = [version.pack for other, version in selectors.in_force().items() if other != key]
    return show(
        request, "regulations/obligation.html", project, tab="compliance", regulation=key, found=found,
        standing=standing, outcomes=_with_places(standing), beyond=standing.because[len(standing.evidence.outcomes) :],
        binds=[pack.roles[role].label for role in standing.obligation.roles], said=reversed(said),
        crosswalk=crosswalk.of(pack, others).get(number, {}), verdicts=Confirmation.Verdict.choices,
    )  # fmt: skip


def _others(key: str) -> dict[str, Any]:
    return {"regulation": key, "regulations": sorted(selectors.in_force().items())}


def _statuses(found: Coverage) -> list[tuple[str, str, str, int]]:
    """Status, how it is drawn, its label, and how many stand so."""
    return [(status, MARKS.get(status, status), label, found.counts[status]) for status, label in STATUSES.items()]


def _groups(found: Coverage) -> list[Group]:
    """Those of which any obligation applies, in the order of the pack."""
    by_group: dict[str, Counter[str]] = defaultdict(Counter)
    for standing in found.applicable:
        by_group[standing.obligation.group][standing.status] += 1
    return [
        Group(key, title, [(status, label, by_group[key][status]) for status, label in STATUSES.items()])
        for key, title in found.basis.pack.groups.items()
        if key in by_group
    ]


def _with_places(standing: Standing) -> list[tuple[Any, list[tuple[Reference, str]]]]:
    """Each verdict of a check with its records, and where each can be looked at."""
    wanted = {(each.kind, UUID(each.id)) for each in standing.evidence.references}
    paths = places.places_of(wanted)
    return [
        (outcome, [(each, paths.get((each.kind, UUID(each.id)), "")) for each in outcome.references])
        for outcome in standing.evidence.outcomes
    ]
