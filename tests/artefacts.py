"""Artefacts and versions for tests, made by the services as people and pipelines would."""

from __future__ import annotations

import hashlib
from typing import Any

from projects.models import Project
from registry.kinds import KINDS
from registry.models import Artefact, ArtefactVersion
from registry.services import artefacts, profiles, versions
from registry.services.artefacts import Saying
from registry.services.references import Input
from registry.services.versions import Draft
from tests.cast import Cast

# What a kind can not be registered without.
ABOUT = {
    "data-source": {
        "personal-data": "yes", "replication": "backup", "purpose": "To learn who leaves.",
        "legal-basis": "Contract, GDPR Art. 6(1)(b)", "path-of-use": "Nightly export to the project.",
    },
    "external": {"supplier": "Vendor", "version": "1.0", "licence": "MIT"},
}  # fmt: skip
VALUES = {
    "dataset": {"role": "raw", "team": "Ann"},
    "schema": {"fields": [{"name": "age", "type": "integer", "nullable": "no"}]},
    "environment": {"software": [{"package": "python", "version": "3.11"}], "hardware": "2 cores"},
    "configuration": {"hyper-parameters": [{"name": "depth", "value": "3"}], "seeds": ["7"]},
}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def artefact(
    cast: Cast, kind: str, key: str, owner: str = "olga", project: Project | None = None, **about: Any
) -> Artefact:
    """One that is there already, or a new one."""
    project = project or cast.project
    found = Artefact.objects.filter(project=project, key=key).first()
    return found or artefacts.register(
        project=project, kind=kind, key=key, by=cast.mara,
        saying=Saying(name=key.capitalize(), owner=owner, fields={**ABOUT.get(kind, {}), **about}),
    )  # fmt: skip


def version(
    cast: Cast, kind: str, ref: str, *inputs: str | Input, by: Any = None, owner: str = "olga",
    project: Project | None = None, step: str = "", step_mode: str = "", **values: Any,
) -> ArtefactVersion:  # fmt: skip
    """A version `key@label`, after the newest one if there is any."""
    key, label = ref.split("@")
    of = artefact(cast, kind, key, owner, project)
    last = of.versions.last()
    draft = Draft(
        label=label, sha256=digest(ref) if KINDS[kind].has_hash else "", parent=last.label if last else "",
        reason="As planned." if last else "", fields={**VALUES.get(kind, {}), **values}, step=step,
        step_mode=step_mode or ("automated" if step else ""),
        inputs=[each if isinstance(each, Input) else Input(each) for each in inputs],
    )  # fmt: skip
    return versions.register(artefact=of, draft=draft, by=by or cast.mara)


# What a model is made from, in order: kind, version, inputs, what else is stated.
PARTS: list[tuple[str, str, list[str], dict[str, Any]]] = [
    ("data-source", "crm@1", [], {}),
    ("dataset", "raw@1", ["crm@1"], {"step": "export"}),
    ("dataset", "prepared@1", ["raw@1"], {"step": "prepare", "role": "prepared"}),
    ("code", "training@1", [], {}),
    ("environment", "image@1", [], {}),
    ("configuration", "params@1", [], {}),
]


def parts(cast: Cast, *refs: str) -> None:
    """Those of the parts that are not there yet; all of them, if none is named."""
    there = set(ArtefactVersion.objects.filter(project=cast.project).values_list("ref", flat=True))
    for kind, ref, inputs, more in PARTS:
        if ref not in there and (ref in refs or not refs):
            version(cast, kind, ref, *inputs, **more)


def model(cast: Cast, ref: str = "churn-model@1", data: str = "prepared@1", owner: str = "olga") -> ArtefactVersion:
    """A model with everything it was made from."""
    parts(cast)
    return version(cast, "model", ref, data, "training@1", "image@1", "params@1", step="train", owner=owner)


def profile(cast: Cast, of: ArtefactVersion, *stages: str, mean: str = "5") -> None:
    for stage in stages:
        rows = [{"feature": "tenure", "count": "100", "mean": mean, "std": "2"}]
        profiles.record(version=of, stage=stage, statistics=rows, by=cast.pipeline)
