"""A version seen from several sides, for pages and API alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from registry import comparing, completeness, lineage, marks, schemas
from registry.models import ArtefactVersion, Profile


@dataclass(frozen=True)
class Standing:
    marks: list[marks.Mark]
    missing: list[str]


@dataclass(frozen=True)
class Node:
    version: ArtefactVersion
    marks: list[str]  # their labels

    @property
    def step(self) -> str:
        return self.version.step


@dataclass(frozen=True)
class Graph:
    """`edges`: pairs (from, to) of places in `nodes`, which stand in order of registration."""

    nodes: list[Node]
    edges: list[tuple[int, int]]


@dataclass(frozen=True)
class Profiles:
    stages: list[str]
    statistics: list[comparing.Comparison]
    checks: list[str]
    features: list[comparing.Checks]


def standing(version: ArtefactVersion) -> Standing:
    """Its marks, and what it lacks; seven queries."""
    return Standing(marks.marks([version])[version.pk], completeness.gaps(version, inputs_of(version)))


def inputs_of(version: ArtefactVersion) -> list[ArtefactVersion]:
    return [edge.source for edge in version.incoming.select_related("source__artefact")]


def graph(version: ArtefactVersion) -> Graph:
    """The version with everything up- and downstream, each with its marks; nine queries."""
    found = lineage.around(version)
    ordered = sorted(found.versions.values(), key=lambda v: (v.registered_at, v.pk))
    said = marks.marks(ordered)
    place = {v.pk: at for at, v in enumerate(ordered)}
    return Graph(
        [Node(v, list(dict.fromkeys(mark.label for mark in said[v.pk]))) for v in ordered],
        sorted((place[edge.source_id], place[edge.target_id]) for edge in found.edges),
    )


def schema_changes(before: ArtefactVersion, after: ArtefactVersion) -> list[schemas.Change]:
    return schemas.compare(before.fields["fields"], after.fields["fields"])


def profiles(version: ArtefactVersion) -> Profiles:
    """The newest profile of each stage, of the version and of what it was directly made from; three queries.

    Features that a schema among its inputs names are shown even if nobody checked them.
    """
    inputs = inputs_of(version)
    by_stage: dict[str, dict[str, list[Any]]] = {}
    for profile in Profile.objects.filter(version__in=[version, *inputs]):
        stage = by_stage.setdefault(profile.get_stage_display(), {})
        stage |= {name: rows for name in ("statistics", "checks") if (rows := getattr(profile, name))}
    order = [label for label in Profile.Stage.labels if label in by_stage]
    expected = [f["name"] for v in inputs if v.artefact.kind == "schema" for f in v.fields["fields"]]
    checked = [row for stage in order for row in by_stage[stage].get("checks", [])]
    names, features = comparing.summary(checked, expected if checked else [])
    measured = {stage: by_stage[stage]["statistics"] for stage in order if "statistics" in by_stage[stage]}
    return Profiles(list(measured), comparing.compare(measured), names, features)
