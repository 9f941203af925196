"""What was served when, with everything it was made from."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

from registry import lineage
from releases import selectors

if TYPE_CHECKING:
    from projects.models import Project
    from registry.models import ArtefactVersion

# Kind of artefact -> under which word a version of it is filled in.
KINDS = {
    "model": "model", "service": "service", "dataset": "data", "data-source": "data", "schema": "data", "code": "code",
    "pipeline": "code", "configuration": "configuration", "environment": "environment",
}  # fmt: skip


def in_force(project: Project, at: datetime) -> dict[str, list[str]]:
    """References of the versions served at a time and of all they were made from, by kind; two queries."""
    served = selectors.served_at(project, at).select_related(
        "model__artefact", "release__configuration__artefact", "release__pipeline__artefact",
        "release__service__artefact",
    )  # fmt: skip
    named: list[ArtefactVersion] = []
    for serving in served:
        parts = [serving.model]
        if serving.release_id:
            parts += [serving.release.configuration, serving.release.pipeline, serving.release.service]
        named += [part for part in parts if part is not None]
    found: dict[str, list[str]] = defaultdict(list)
    for version in [*named, *lineage.upstream([version.pk for version in named])]:
        word = KINDS.get(version.artefact.kind)
        if word and version.ref not in found[word]:
            found[word].append(version.ref)
    return {kind: names for kind, names in found.items() if names}


def current(project: Project) -> list[str]:
    """References of the models served now; one query."""
    return [serving.model.ref for serving in selectors.served_now(project) if serving.model_id]
