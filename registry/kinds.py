"""The kinds of artefacts, as data: what is said of each, and what a version of it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from jsonschema import Draft202012Validator

from catalogue.document_kinds import Field, field_of
from catalogue.validation import SCHEMA

_FILE = Path(__file__).parent / "kinds.yaml"
_KEYS = {"type": "array", "items": {"type": "string"}}
_FIELDS = {"type": "array", "items": {"$ref": "#/$defs/field"}}
_KIND = {
    "type": "object",
    "properties": {
        "key": {"type": "string"},
        "name": {"type": "string"},
        "plural": {"type": "string"},
        "news": {"enum": ["always", "breaking", "never"]},
        "has_hash": {"type": "boolean"},
        "is_chained": {"type": "boolean"},
        "needs_owner": {"type": "boolean"},
        "needs": _KEYS,
        "about": _FIELDS,
        "fields": _FIELDS,
        "complete": {"type": "object", "properties": {"fields": _KEYS, "inputs": _KEYS}, "additionalProperties": False},
    },
    "required": ["key", "name", "plural", "news", "about", "fields"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Form:
    """Fields that are filled in together."""

    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Kind:
    key: str
    name: str
    plural: str
    news: Literal["always", "breaking", "never"]  # which new versions concern what was made from earlier ones
    about: Form  # what is said of the artefact
    version: Form  # what each version states
    has_hash: bool  # a version is known by the SHA-256 of its content
    is_chained: bool  # each version names the one it changes, and why
    needs_owner: bool
    needs: tuple[str, ...]  # kinds a version is refused without
    complete_inputs: tuple[str, ...]  # kinds, and
    complete_fields: tuple[str, ...]  # fields, without which a version counts as incomplete


def _build(row: Mapping[str, Any]) -> Kind:
    complete = row.get("complete", {})
    return Kind(
        key=row["key"], name=row["name"], plural=row["plural"], news=row["news"],
        about=Form(tuple(map(field_of, row["about"]))), version=Form(tuple(map(field_of, row["fields"]))),
        has_hash=row.get("has_hash", False), is_chained=row.get("is_chained", False),
        needs_owner=row.get("needs_owner", False), needs=tuple(row.get("needs", ())),
        complete_inputs=tuple(complete.get("inputs", ())), complete_fields=tuple(complete.get("fields", ())),
    )  # fmt: skip


def read(path: Path = _FILE) -> dict[str, Kind]:
    """The kinds of a file, by key.

    Raises: ValueError: the file is not of the right shape, or names a kind or field there is not.
    """
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    shape = {"$defs": SCHEMA["$defs"], "type": "array", "items": _KIND}
    faults = [f"{'/'.join(map(str, e.path))}: {e.message}" for e in Draft202012Validator(shape).iter_errors(rows)]
    if faults:
        raise ValueError(f"{path.name}: {'; '.join(faults)}")
    kinds = {row["key"]: _build(row) for row in rows}
    for kind in kinds.values():
        fields = {field.key for field in kind.version.fields}
        unknown = ({*kind.needs, *kind.complete_inputs} - set(kinds)) | (set(kind.complete_fields) - fields)
        if unknown:
            raise ValueError(f"{path.name}: “{kind.key}” names {', '.join(sorted(unknown))}, which there is not.")
    return kinds


KINDS = read()
