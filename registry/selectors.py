"""Reads for pages and API, and whose names they may show."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet
from django.urls import reverse

from projects import access
from projects.models import Project
from registry.models import Artefact, ArtefactVersion

if TYPE_CHECKING:
    from accounts.actors import Actor

FOREIGN = "a version of another project"


class Naming:
    """Names of versions as somebody working in `project` may read them; one query."""

    def __init__(self, actor: Actor, project: Project | None = None) -> None:
        self.project = project
        self.slugs: dict[UUID, str] = dict(access.visible(actor).values_list("pk", "slug"))

    def may_see(self, version: ArtefactVersion) -> bool:
        return version.project_id in self.slugs

    def name(self, version: ArtefactVersion) -> str:
        if self.project is not None and version.project_id == self.project.pk:
            return version.ref
        slug = self.slugs.get(version.project_id)
        return f"{slug}/{version.ref}" if slug else FOREIGN

    def page(self, version: ArtefactVersion) -> str:
        """Path of its page; empty if one may not see it."""
        slug = self.slugs.get(version.project_id)
        return reverse("registry:version", args=[slug, version.pk]) if slug else ""


def artefacts(project: Project, kind: str = "", text: str = "") -> QuerySet[Artefact]:
    """Artefacts with their versions, newest last; two queries."""
    found = Artefact.objects.filter(project=project).select_related("owner")
    if kind:
        found = found.filter(kind=kind)
    if text:
        found = found.filter(_holds(text))
    return found.distinct().prefetch_related(Prefetch("versions", ArtefactVersion.objects.order_by("number")))


def search(actor: Actor, text: str = "", kind: str = "") -> QuerySet[ArtefactVersion]:
    """Versions the actor may see, by name, label or hash; newest first."""
    found = ArtefactVersion.objects.filter(project__in=access.visible(actor))
    if kind:
        found = found.filter(artefact__kind=kind)
    if text:
        found = found.filter(_names(text, "artefact__") | Q(ref__icontains=text) | Q(sha256__startswith=text.lower()))
    return (
        found.select_related("artefact__owner", "project")
        .annotate(uses=Count("outgoing"))
        .order_by("-registered_at", "id")
    )


def has_active_owner(artefact: Artefact) -> bool:
    return artefact.owner is not None and artefact.owner.is_active


def may_answer(actor: Actor, artefact: Artefact, roles: frozenset[str]) -> bool:
    """Whether a form to answer changes upstream is shown; the service asks again."""
    if artefact.owner_id is None:
        return "project-manager" in roles
    return bool(roles) and artefact.owner_id == actor.user.pk


def schemas_of(artefact: Artefact) -> list[ArtefactVersion]:
    """Versions of schemas its versions were made by, oldest first; one query."""
    found = ArtefactVersion.objects.filter(artefact__kind="schema", outgoing__target__artefact=artefact)
    return list(found.select_related("artefact", "project").distinct().order_by("registered_at", "id"))


def _holds(text: str) -> Q:
    return _names(text) | Q(versions__ref__icontains=text) | Q(versions__sha256__startswith=text.lower())


def _names(text: str, prefix: str = "") -> Q:
    return Q(**{f"{prefix}name__icontains": text}) | Q(**{f"{prefix}key__icontains": text})
