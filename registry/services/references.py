"""How versions are named by people and machines: `key@label`, in another project `project/key@label`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crispmlq.errors import NotFound
from projects import access
from projects.models import Project
from registry.models import ArtefactVersion

if TYPE_CHECKING:
    from accounts.actors import Actor

REFERENCE = re.compile(r"(?:(?P<project>[a-z0-9-]+)/)?(?P<ref>[a-z0-9-]+@\S+)")


@dataclass(frozen=True)
class Input:
    """A version something is made from. `features`: feature of the result → names in the input it comes from."""

    ref: str
    features: dict[str, list[str]] = field(default_factory=dict)


Resolved = list[tuple[ArtefactVersion, dict[str, list[str]]]]


def resolved(inputs: list[Input], project: Project, by: Actor, errors: dict[str, list[str]]) -> Resolved:
    """The versions, each with its features; what can not be used goes to `errors` under "inputs"."""
    found: Resolved = []
    faults: list[str] = []
    for each in inputs:
        version = find(each.ref, project, by)
        if version is None:
            faults.append(f"There is no version “{each.ref}”, or you may not see it.")
        elif version.state == ArtefactVersion.State.RETIRED:
            faults.append(f"{each.ref} is retired; nothing new is made from it.")
        elif any(version.pk == other.pk for other, _ in found):
            faults.append(f"{each.ref} is named twice.")
        else:
            found.append((version, {name: list(sources) for name, sources in each.features.items()}))
    if faults:
        errors["inputs"] = faults
    return found


def find(ref: str, project: Project, by: Actor) -> ArtefactVersion | None:
    """The version of this name, if there is one that the actor may see."""
    parts = REFERENCE.fullmatch(ref.strip())
    if parts is None:
        return None
    try:
        where = access.project_for(by, parts["project"]) if parts["project"] else project
    except NotFound:
        return None
    return ArtefactVersion.objects.filter(project=where, ref=parts["ref"]).select_related("artefact").first()
