"""What a version still lacks to be understood and made again. Pure: looks at what it is given."""

from __future__ import annotations

from collections.abc import Iterable

from registry.kinds import KINDS
from registry.models import ArtefactVersion


def gaps(version: ArtefactVersion, inputs: Iterable[ArtefactVersion]) -> list[str]:
    """Names of fields and inputs that are missing; `inputs`: those it was directly made from."""
    kind, found = version.definition, list(inputs)
    lacking = _empty_fields(version)
    for wanted in (*kind.needs, *kind.complete_inputs):
        given = [source for source in found if source.artefact.kind == wanted]
        if not given:
            lacking.append(KINDS[wanted].name.lower())
        else:
            fullest = min(given, key=lambda source: len(_empty_fields(source)))
            lacking += [f"{name} of {fullest}" for name in _empty_fields(fullest)]
    return lacking


def _empty_fields(version: ArtefactVersion) -> list[str]:
    wanted = version.definition.complete_fields
    fields = version.definition.version.fields
    return [field.label.lower() for field in fields if field.key in wanted and field.key not in version.fields]
