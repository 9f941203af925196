"""What the registry says already: the register of data versions, the lineage of data, and how to make a model again."""

from __future__ import annotations

from typing import Any

from audit.canon import plain
from projects.models import Project
from registry import completeness, lineage
from registry.models import ArtefactVersion, Edge

Fields = dict[str, Any]


def data_versions(project: Project) -> Fields:
    found = ArtefactVersion.objects.filter(project=project, artefact__kind="dataset").select_related("parent", "author")
    return {"versions": [_data_version(version) for version in found]}


def _data_version(version: ArtefactVersion) -> Fields:
    return {
        "identifier": version.ref,
        "sha256": version.sha256,
        "samples": version.fields.get("samples", ""),
        "parent": version.parent.ref if version.parent else "",
        "date": plain(version.registered_at.date()),
        "author": str(version.author),
        "reason": version.reason or "First version.",
        "location": version.location,
    }


def data_lineage(project: Project) -> Fields:
    """A row for each dataset and each of the data it was made from."""
    edges = (
        Edge.objects.filter(project=project, target__artefact__kind="dataset", source__project=project)
        .select_related("source__artefact", "target__author")
        .order_by("target__registered_at", "source__registered_at", "id")
    )
    code = {e.target_id: e.source.ref for e in edges if e.source.artefact.kind == "code"}
    steps = [_step(e, code) for e in edges if e.source.artefact.kind in {"dataset", "data-source"}]
    made = {e.target_id for e in edges if e.source.artefact.kind in {"dataset", "data-source"}}
    data = ArtefactVersion.objects.filter(project=project, artefact__kind="dataset")
    has_gap = any(v.pk not in made and v.fields.get("role") != "raw" for v in lineage.newest(data))
    return {"steps": steps, "complete": "no" if has_gap else "yes"}


def _step(edge: Edge, code: dict[Any, str]) -> Fields:
    target = edge.target
    return {
        "step": target.step or "not named",
        "input-version": edge.source.ref,
        "code-version": code.get(target.pk, ""),
        "parameters": _pairs(target.fields.get("parameters", [])),
        "output-version": target.ref,
        "author": str(target.author),
        "time": plain(target.registered_at.date()),
    }


def reproducibility(project: Project) -> Fields:
    """Of the model that was registered last; what is not known stays empty."""
    models = ArtefactVersion.objects.filter(project=project, artefact__kind="model").select_related("artefact")
    model = models.order_by("registered_at", "id").last()
    if model is None:
        return {}
    inputs = [edge.source for edge in model.incoming.select_related("source__artefact")]
    named = {kind: ", ".join(v.ref for v in inputs if v.artefact.kind == kind) for kind in ("dataset", "code")}
    configuration, environment = _fields(inputs, "configuration"), _fields(inputs, "environment")
    software = [f"{row['package']} {row['version']}" for row in environment.get("software", [])]
    return {
        "algorithm": model.fields.get("algorithm", ""),
        "code-version": named["code"],
        "data-version": named["dataset"],
        "hyper-parameters": _pairs(configuration.get("hyper-parameters", [])),
        "software-versions": ", ".join(software),
        "hardware": environment.get("hardware", ""),
        "random-seeds": ", ".join(configuration.get("seeds", [])),
        "complete": "no" if completeness.gaps(model, inputs) else "yes",
    }


def _fields(inputs: list[ArtefactVersion], kind: str) -> Fields:
    """Those of all inputs of the kind together."""
    return {key: value for v in inputs if v.artefact.kind == kind for key, value in v.fields.items()}


def _pairs(rows: list[dict[str, str]]) -> str:
    return ", ".join(f"{row['name']} = {row['value']}" for row in rows)


FILLERS = {
    "dataset-version-register": data_versions,
    "data-lineage-record": data_lineage,
    "reproducibility-record": reproducibility,
}
