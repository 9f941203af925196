"""What the registry knows of a project, for its gates: plain JSON, twelve queries, however many versions."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from projects.models import Membership, Project
from registry import completeness, lineage
from registry.marks import Mark, marks
from registry.models import Artefact, ArtefactVersion, Profile
from registry.selectors import FOREIGN

Facts = dict[str, Any]


def of_project(project: Project) -> Facts:
    """Its artefacts; their newest versions and all of its models, with everything upstream of these.

    What belongs to another project has no name here, but a kind, an owner or none, and its place in the lineage.
    """
    artefacts = list(Artefact.objects.filter(project=project).select_related("owner"))
    own = ArtefactVersion.objects.filter(project=project)
    newest = set(lineage.newest(own).values_list("pk", flat=True))
    wanted = newest | set(own.filter(artefact__kind="model").values_list("pk", flat=True))
    graph = lineage.above(wanted)
    said = marks([v for v in graph.versions.values() if v.pk in wanted], history_too=True)
    return {
        "artefacts": _artefacts(artefacts, project),
        "versions": _versions(project, graph, newest, said),
    }


def _artefacts(artefacts: list[Artefact], project: Project) -> list[Facts]:
    working = set(Membership.objects.filter(project=project).exclude(roles=[]).values_list("user_id", flat=True))
    return [
        {
            "key": artefact.key,
            "name": artefact.name,
            "kind": artefact.kind,
            "owner": artefact.owner.username if artefact.owner else None,
            "owner_is_active": bool(artefact.owner and artefact.owner.is_active and artefact.owner_id in working),
            "fields": artefact.fields,
        }
        for artefact in artefacts
    ]


def _versions(project: Project, graph: lineage.Graph, newest: set[UUID], said: dict[UUID, list[Mark]]) -> list[Facts]:
    sources, names = graph.sources(), _names(project, graph)
    features: dict[UUID, dict[str, list[str]]] = defaultdict(dict)
    for profile in Profile.objects.filter(version__in=list(graph.versions)).order_by("recorded_at", "id"):
        if profile.statistics:
            features[profile.version_id][profile.stage] = sorted({row["feature"] for row in profile.statistics})
    return [
        {
            "ref": names[version.pk],
            "is_own": version.project_id == project.pk,
            "artefact": version.artefact.key if version.project_id == project.pk else None,
            "kind": version.artefact.kind,
            "label": version.label if version.project_id == project.pk else None,
            "is_newest": version.pk in newest,
            "has_owner": version.artefact.owner_id is not None,
            "fields": {k: v for k, v in version.fields.items() if isinstance(v, str)},
            "step_mode": version.step_mode,
            "inputs": [names[pk] for pk in sources[version.pk]],
            "lacks": completeness.gaps(version, [graph.versions[pk] for pk in sources[version.pk]]),
            "marks": [{"kind": m.kind, "cause": m.cause and names.get(m.cause.pk, _name(m, project))}
                      for m in said.get(version.pk, [])],
            "features": features[version.pk],
        }
        for version in sorted(graph.versions.values(), key=lambda v: (v.registered_at, v.pk))
    ]  # fmt: skip


def _names(project: Project, graph: lineage.Graph) -> dict[UUID, str]:
    """Of foreign ones numbers instead of names, so that they stay apart."""
    foreign = [pk for pk, version in graph.versions.items() if version.project_id != project.pk]
    numbers = {pk: number for number, pk in enumerate(sorted(foreign), 1)}
    return {
        pk: f"{FOREIGN} ({numbers[pk]})" if pk in numbers else version.ref for pk, version in graph.versions.items()
    }


def _name(mark: Mark, project: Project) -> str:
    return mark.cause.ref if mark.cause.project_id == project.pk else FOREIGN
