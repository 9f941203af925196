"""Versions of the registry by the label people and pipelines use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crispmlq.errors import Invalid
from registry.models import ArtefactVersion

if TYPE_CHECKING:
    from projects.models import Project


def labelled(project: Project, label: str, kind: str, field: str) -> ArtefactVersion:
    """The project's version `<artefact>@<version>` of this kind.

    Raises: Invalid: under `field`, what is wrong with the label.
    """
    row = ArtefactVersion.objects.filter(project=project, ref=label.strip()).select_related("artefact").first()
    if row is None:
        sentence = f"“{label}” is not registered. Name a version as <artefact>@<version>."
        raise Invalid("Register the version first.", errors={field: [sentence]})
    if row.artefact.kind != kind:
        sentence = f"{row} is of the kind “{row.artefact.kind}”, needed is “{kind}”."
        raise Invalid("This version is of another kind.", errors={field: [sentence]})
    return row
