"""What the project's models are made from, for the dossier: parts with their owners, bought parts, automated steps."""

from __future__ import annotations

from typing import Any

from audit.canon import plain
from projects.models import Project
from registry.models import ArtefactVersion

Data = dict[str, Any]
SAID = ("supplier", "version", "licence")  # of a part of others


def parts(project: Project) -> Data:
    """Three queries at most."""
    found = ArtefactVersion.objects.filter(project=project).select_related("artefact__owner", "author")
    versions = list(found.order_by("artefact__kind", "artefact__name", "number"))
    external = project.artefact_set.filter(kind="external").select_related("owner")
    steps = [version for version in versions if version.step]
    return {
        "versions": [_version(version) for version in versions],
        "external": [
            {
                "name": e.name,
                "owner": str(e.owner or ""),
                **{k: e.fields[k] for k in ("supplier", "version", "licence")},
            }
            for e in external
        ],
        "pre_trained": [
            {"model": version.ref, **part}
            for version in versions
            for part in version.fields.get("pre-trained-parts", [])
        ],
        "steps": len(steps),
        "automated_steps": sum(version.step_mode == ArtefactVersion.Mode.AUTOMATED for version in steps),
    }


def _version(version: ArtefactVersion) -> Data:
    return {
        "ref": version.ref,
        "name": version.artefact.name,
        "kind": version.definition.name,
        "owner": str(version.artefact.owner or ""),
        "state": version.get_state_display(),
        "sha256": version.sha256,
        "step": version.step,
        "step_mode": version.get_step_mode_display(),
        "registered_at": plain(version.registered_at),
        "author": str(version.author),
    }
