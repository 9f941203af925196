"""Pages that show."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crispmlq.errors import NotFound
from projects import access
from projects.models import Project
from projects.views.pages import show
from registry import datasheet, lineage, selectors, sides
from registry.kinds import KINDS
from registry.marks import marks
from registry.models import Artefact, ArtefactVersion, Profile
from ui import graphs

A_PAGE = 50


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """All versions one may see."""
    text, kind = _asked(request)
    found = Paginator(selectors.search(request.actor, text, kind), A_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "registry/register.html",
        {"section": "registry", "page": found, "kinds": KINDS.values(), "text": text, "chosen": kind},
    )  # fmt: skip


@require_safe
def artefacts(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    text, kind = _asked(request)
    found = list(selectors.artefacts(project, kind, text))
    newest = [versions[-1] for artefact in found if (versions := list(artefact.versions.all()))]
    for version in newest:
        version.artefact = next(a for a in found if a.pk == version.artefact_id)
    said = marks(newest)
    rows = [_Row(artefact, said) for artefact in found]
    waiting = [(row.newest, mark) for row in rows for mark in row.marks if mark.awaits_answer]
    return show(
        request, "registry/artefacts.html", project, tab="registry", rows=rows, kinds=KINDS.values(), text=text,
        chosen=kind, waiting=waiting, naming=selectors.Naming(request.actor, project),
        ownerless=[row.artefact for row in rows if not selectors.has_active_owner(row.artefact)],
    )  # fmt: skip


class _Row:
    """A line of the list: an artefact with its newest version and that one's marks."""

    def __init__(self, artefact: Artefact, said: dict[UUID, list[Any]]) -> None:
        versions = list(artefact.versions.all())
        self.artefact, self.count = artefact, len(versions)
        self.kind = artefact.definition
        self.newest = versions[-1] if versions else None
        self.marks = said[self.newest.pk] if self.newest else []


@require_safe
def artefact(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    found = artefact_of(project, key)
    versions = list(found.versions.select_related("author", "parent"))
    naming = selectors.Naming(request.actor, project)
    users = list(lineage.users_of(versions[0]).order_by("ref")) if versions else []
    sections = datasheet.sections(found)
    about = [] if sections else [(field, found.fields.get(field.key)) for field in found.definition.about.fields]
    return show(
        request, "registry/artefact.html", project, tab="registry", artefact=found, kind=found.definition,
        about=about, sections=sections, versions=versions[::-1], schemas=selectors.schemas_of(found), naming=naming,
        users=[(user, naming.may_see(user), naming.name(user)) for user in users],
        hidden_users=sum(not naming.may_see(user) for user in users),
        announcements=found.announcements.select_related("announced_by").prefetch_related(
            "answers__version", "answers__answered_by"
        ),
        is_owner=request.actor.user.pk == found.owner_id, has_owner=selectors.has_active_owner(found),
    )  # fmt: skip


@require_safe
def version(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    found = (
        ArtefactVersion.objects.filter(project=project, pk=pk)
        .select_related("artefact__owner", "author", "parent")
        .first()
    )
    if found is None:
        raise NotFound("There is no such version in this project.")
    found.project = project
    naming = selectors.Naming(request.actor, project)
    around, feature = sides.graph(found), request.GET.get("feature", "")
    compares = found.artefact.kind == "schema" and found.parent is not None
    return show(
        request, "registry/version.html", project, tab="registry", version=found, artefact=found.artefact,
        kind=found.definition, naming=naming, standing=sides.standing(found), graph=_drawn(around, found, naming),
        nodes=[(node, naming.may_see(node.version), naming.name(node.version)) for node in around.nodes],
        values=[(field, found.fields.get(field.key)) for field in found.definition.version.fields],
        inputs=list(found.incoming.select_related("source__artefact")),
        outputs=list(found.outgoing.select_related("target__artefact").order_by("id")),
        profiles=sides.profiles(found), stages=Profile.Stage.choices,
        changes=sides.schema_changes(found.parent, found) if compares else [], compares=compares,
        features=sorted({name for edge in found.incoming.all() for name in edge.features}), feature=feature,
        ways=lineage.feature_paths(lineage.above([found.pk]), found, feature) if feature else [],
        may_answer=selectors.may_answer(request.actor, found.artefact, access.roles_of(request.actor, project.pk)),
    )  # fmt: skip


def artefact_of(project: Project, key: str) -> Artefact:
    """Raises: NotFound."""
    found = Artefact.objects.filter(project=project, key=key).select_related("owner", "registered_by").first()
    if found is None:
        raise NotFound("There is no such artefact in this project.")
    found.project = project
    return found


def _asked(request: HttpRequest) -> tuple[str, str]:
    kind = request.GET.get("kind", "")
    return request.GET.get("q", "").replace("\0", "").strip(), kind if kind in KINDS else ""


def _drawn(graph: sides.Graph, centre: ArtefactVersion, naming: selectors.Naming) -> str:
    nodes = [
        graphs.Node(
            title=naming.name(node.version),
            subtitle=KINDS[node.version.artefact.kind].name if naming.may_see(node.version) else "",
            href=naming.page(node.version), state=", ".join(node.marks), is_centre=node.version.pk == centre.pk,
        )
        for node in graph.nodes
    ]  # fmt: skip
    return graphs.layered(f"Lineage of {centre}", nodes, graph.edges)
