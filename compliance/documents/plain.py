"""A report as canonical JSON and back. In it, references are numbers: places in the list at the end, from 1."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from audit.canon import canonical
from compliance.documents import blocks
from compliance.documents.blocks import Block, Cited, ReportDocument
from regulations.records import Reference

Marks = Mapping[Reference, int]
# Name in JSON -> class.
BLOCKS = {kind.__name__.lower(): kind for kind in get_args(Block)}
NAMES = {kind: name for name, kind in BLOCKS.items()}


def marks(document: ReportDocument) -> dict[Reference, int]:
    return {cited.reference: at for at, cited in enumerate(document.references, 1)}


def as_json(document: ReportDocument) -> bytes:
    return canonical(_plain(document, marks(document)))


def from_json(data: bytes) -> ReportDocument:
    """The document these bytes were made from."""
    found = json.loads(data)
    known = [Reference(**cited["reference"]) for cited in found.get("references", [])]
    return _made(ReportDocument, found, known)


def _plain(value: Any, known: Marks) -> Any:
    """Fields that hold their default are left out."""
    if isinstance(value, tuple):
        return [_plain(each, known) for each in value]
    if isinstance(value, Reference):
        return known[value]
    if isinstance(value, Cited):
        return {
            "reference": {field.name: getattr(value.reference, field.name) for field in fields(Reference)},
            "event": value.event,
            "digest": value.digest,
            "path": value.path,
        }
    if not is_dataclass(value):
        return value
    said = {"block": NAMES[type(value)]} if type(value) in NAMES else {}
    for field in fields(value):
        own = getattr(value, field.name)
        if field.default is MISSING or own != field.default:
            said[field.name] = _plain(own, known)
    return said


def _made(wanted: Any, value: Any, known: list[Reference]) -> Any:
    if get_origin(wanted) is tuple:
        inner = get_args(wanted)[0]
        return tuple(_made(inner, each, known) for each in value)
    if wanted is Reference:
        return known[value - 1]
    if wanted is Cited:
        return Cited(**(value | {"reference": Reference(**value["reference"])}))
    if wanted == Block:
        wanted = BLOCKS[value["block"]]
    if not is_dataclass(wanted):
        return value
    hints = _hints(wanted)
    return wanted(**{name: _made(hints[name], own, known) for name, own in value.items() if name != "block"})


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind, vars(blocks))
