"""Reads of lineage: everything upstream or downstream of some versions, however many steps away, and ways between."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL

from registry.models import ArtefactVersion, Edge


def upstream(pks: Iterable[UUID]) -> QuerySet[ArtefactVersion]:
    """These versions and all they were made from, over the borders of projects; one query."""
    return _reached(pks, step="source_id", of="target_id")


def downstream(pks: Iterable[UUID]) -> QuerySet[ArtefactVersion]:
    """These versions and all that was made from them, over the borders of projects; one query."""
    return _reached(pks, step="target_id", of="source_id")


def _reached(pks: Iterable[UUID], step: str, of: str) -> QuerySet[ArtefactVersion]:
    """`UNION` keeps each row once, so a circle would end the search as well."""
    key = ArtefactVersion._meta.pk
    starts = [key.get_db_prep_value(pk, connection) for pk in pks]
    if not starts:
        return ArtefactVersion.objects.none()
    edge, version = Edge._meta.db_table, ArtefactVersion._meta.db_table
    places = ", ".join(["%s"] * len(starts))
    sql = (
        f"WITH RECURSIVE reached(id) AS (SELECT id FROM {version} WHERE id IN ({places}) "
        f"UNION SELECT e.{step} FROM {edge} e JOIN reached r ON e.{of} = r.id) SELECT id FROM reached"
    )
    return ArtefactVersion.objects.filter(pk__in=RawSQL(sql, starts)).select_related("artefact")  # noqa: S611


def newest(versions: QuerySet[ArtefactVersion]) -> QuerySet[ArtefactVersion]:
    """Those that no later version of the same artefact has replaced, and that are not retired."""
    later = ArtefactVersion.objects.filter(artefact=OuterRef("artefact"), number__gt=OuterRef("number"))
    return versions.filter(~Exists(later)).exclude(state=ArtefactVersion.State.RETIRED)


def users_of(version: ArtefactVersion) -> QuerySet[ArtefactVersion]:
    """Newest versions of other artefacts that were made, directly or not, from any version of this one's artefact."""
    own = version.artefact.versions.values_list("pk", flat=True)
    return newest(downstream(own)).exclude(artefact=version.artefact_id)


@dataclass(frozen=True)
class Graph:
    """Versions with the edges among them."""

    versions: dict[UUID, ArtefactVersion]
    edges: list[Edge]

    def sources(self) -> dict[UUID, list[UUID]]:
        found: dict[UUID, list[UUID]] = defaultdict(list)
        for edge in self.edges:
            found[edge.target_id].append(edge.source_id)
        return found


def around(version: ArtefactVersion) -> Graph:
    """The version with everything up- and downstream; three queries."""
    found = {v.pk: v for v in upstream([version.pk])} | {v.pk: v for v in downstream([version.pk])}
    return Graph(found, _edges_among(found))


def above(pks: Iterable[UUID]) -> Graph:
    """Versions with everything upstream; two queries."""
    found = {v.pk: v for v in upstream(pks)}
    return Graph(found, _edges_among(found))


def _edges_among(versions: dict[UUID, ArtefactVersion]) -> list[Edge]:
    return list(Edge.objects.filter(target__in=list(versions), source__in=list(versions)))


def path(start: UUID, end: UUID) -> list[ArtefactVersion]:
    """A shortest way downstream from one version to another, both included; empty if there is none."""
    graph = above([end])
    onward: dict[UUID, list[UUID]] = defaultdict(list)
    for edge in graph.edges:
        onward[edge.source_id].append(edge.target_id)
    before: dict[UUID, UUID | None] = {start: None}
    waiting = deque([start])
    while waiting and end not in before:
        here = waiting.popleft()
        for there in onward[here]:
            if there not in before:
                before[there] = here
                waiting.append(there)
    if end not in before or start not in graph.versions:
        return []
    way: list[ArtefactVersion] = []
    at: UUID | None = end
    while at is not None:
        way.append(graph.versions[at])
        at = before[at]
    return way[::-1]


def feature_paths(graph: Graph, version: ArtefactVersion, feature: str) -> list[list[tuple[ArtefactVersion, str]]]:
    """Ways a feature came about: each a list of (version, name there) from `version` back to where nothing is said."""
    into: dict[UUID, list[Edge]] = defaultdict(list)
    for edge in graph.edges:
        into[edge.target_id].append(edge)
    done: list[list[tuple[ArtefactVersion, str]]] = []
    waiting = [[(version, feature)]]
    while waiting:
        way = waiting.pop(0)
        at, name = way[-1]
        further = [
            [*way, (graph.versions[edge.source_id], before)]
            for edge in into[at.pk]
            for before in edge.features.get(name, [])
        ]
        waiting += further
        if not further:
            done.append(way)
    return done
