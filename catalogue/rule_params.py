"""The parameters of gate rules: declared by each rule, held against what a catalogue's check gives it.

A rule reads its parameters long after the catalogue was loaded, when a gate is judged; a fault has to be found before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Fault = tuple[str, str, str]  # parameter ("" for all of them), name of the broken rule, sentence
Known = Mapping[str, Any]  # "role", "kind", "risk", "gate", "task" -> the keys there are; kinds with their definition


@dataclass(frozen=True)
class Param:
    """One parameter. Its shape, and what its texts stand for.

    `names` says what they are keys of: role, kind, risk, gate, task, or what a document kind holds: field, column,
    option, cell (column to option). For those, `of` is the parameter that names the kind, the table or the field.
    """

    shape: str = "text"  # one of SHAPES
    names: str = ""
    of: str = ""
    types: tuple[str, ...] = ()  # of the field or column; none: any
    is_filled: bool = False  # the rule can not do without a value, so the field or column has to be a required one
    one_of: tuple[str, ...] = ()
    is_required: bool = True
    choice: str = ""  # of the parameters with the same word exactly one is given; at most one, if none is required


Declared = Mapping[str, Param]

SHAPES = {
    "text": "a text",
    "texts": "a list of texts",
    "groups": "a list of lists of texts",
    "cells": "a column and its value",
    "count": "a whole number from 1",
    "true": "true",
}


def faults(declared: Declared, given: Mapping[str, Any], known: Known) -> Iterator[Fault]:
    """What is wrong with the parameters of a check; what they refer to is looked at once their shape is right."""
    yield from _misplaced(declared, given)
    for name, value in given.items():
        param = declared.get(name)
        if param is None:
            continue
        if not _has_shape(param.shape, value):
            yield name, "param-type", f"“{name}” takes {SHAPES[param.shape]}."
        elif param.one_of and not set(_texts(value)) <= set(param.one_of):
            yield name, "param-value", f"“{name}” takes of these: {', '.join(param.one_of)}."
        else:
            yield from _unknown(declared, given, name, known)


def _misplaced(declared: Declared, given: Mapping[str, Any]) -> Iterator[Fault]:
    for name in given:
        if name not in declared:
            yield name, "known-param", f"It takes no “{name}”, but {', '.join(declared) or 'nothing'}."
    for name, param in declared.items():
        if param.is_required and not param.choice and name not in given:
            yield "", "needed-param", f"It needs “{name}”."
    for choice in sorted({param.choice for param in declared.values()} - {""}):
        names = [name for name, param in declared.items() if param.choice == choice]
        count, is_needed = sum(name in given for name in names), any(declared[name].is_required for name in names)
        if count > 1 or (is_needed and count == 0):
            yield "", "one-param", f"It needs exactly one of {', '.join(names)}."


def _has_shape(shape: str, value: Any) -> bool:
    match shape:
        case "text":
            return isinstance(value, str) and value != ""
        case "texts":
            return isinstance(value, list) and value != [] and all(_has_shape("text", each) for each in value)
        case "groups":
            return isinstance(value, list) and value != [] and all(_has_shape("texts", each) for each in value)
        case "cells":
            return isinstance(value, dict) and value != {} and all(_has_shape("text", v) for v in value.values())
        case "count":
            return type(value) is int and value >= 1
    return value is True


def _texts(value: Any) -> list[str]:
    """All texts of a value, groups laid flat."""
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []


def _unknown(declared: Declared, given: Mapping[str, Any], name: str, known: Known) -> Iterator[Fault]:
    param, value = declared[name], given[name]
    if param.names in known:
        rule = "known-document" if param.names == "kind" else f"known-{param.names}"
        for key in _texts(value):
            if key not in known[param.names]:
                yield name, rule, f"There is no “{key}”."
    elif param.names in {"field", "column"}:
        yield from _unfit_places(declared, given, name, known)
    elif param.names == "option":
        for place in _places(declared, given, param.of, known):
            for key in _texts(value):
                yield from _unfit_option(name, place, key)
    elif param.names == "cell":
        for table in _places(declared, given, param.of, known):
            columns = {column["key"]: column for column in table.get("columns", ())}
            for key, option in value.items():
                if key not in columns:
                    yield name, "known-column", f"“{table['key']}” has no column “{key}”."
                else:
                    yield from _unfit_option(name, columns[key], option)


def _unfit_places(declared: Declared, given: Mapping[str, Any], name: str, known: Known) -> Iterator[Fault]:
    param = declared[name]
    holders, keys = _holders(declared, given, name, known), _texts(given[name])
    if declared[param.of].shape == "text":  # several fields or columns of the one it names
        holders *= len(keys)
    if len(holders) != len(keys):
        if _has_shape(declared[param.of].shape, given.get(param.of)):
            yield name, "param-type", f"“{name}” takes one for each of “{param.of}”."
        return
    for holder, key in zip(holders, keys, strict=True):
        if holder is None:
            continue
        place = holder[1].get(key)
        if place is None:
            yield name, f"known-{param.names}", f"“{holder[0]}” has no {param.names} “{key}”."
            continue
        if param.types and place["type"] not in param.types:
            yield name, f"{param.names}-type", f"“{key}” is of type {place['type']}, not {' or '.join(param.types)}."
        if param.is_filled and not place.get("required", True):
            yield name, f"{param.names}-filled", f"“{key}” may stay empty; the rule can not do without it."


def _unfit_option(name: str, place: Mapping[str, Any], value: str) -> Iterator[Fault]:
    """A value that the field or column can never have."""
    if place["type"] in {"table", "list"}:
        yield name, "known-option", f"“{place['key']}” is of type {place['type']} and never equals one text."
    if place["type"] not in {"choice", "yes_no"}:
        return
    options = ["yes", "no"] if place["type"] == "yes_no" else [option["key"] for option in place["options"]]
    if value not in options:
        yield name, "known-option", f"“{place['key']}” has no option “{value}”, but {', '.join(options)}."


def _holders(
    declared: Declared, given: Mapping[str, Any], name: str, known: Known
) -> list[tuple[str, dict[str, Any]] | None]:
    """For each text of a field or column parameter: what holds it, and the fields or columns there by key."""
    param = declared[name]
    if not _has_shape(declared[param.of].shape, given.get(param.of)):
        return []
    if param.names == "column":
        return [
            (table["key"], {c["key"]: c for c in table.get("columns", ())})
            for table in _places(declared, given, param.of, known)
        ] or [None]
    kinds = [known["kind"].get(key) for key in _texts(given[param.of])]
    return [kind and (kind["key"], {field["key"]: field for field in kind["fields"]}) for kind in kinds]


def _places(declared: Declared, given: Mapping[str, Any], name: str, known: Known) -> list[dict[str, Any]]:
    """The fields or columns a parameter names, as far as they exist."""
    if not _has_shape(declared[name].shape, given.get(name)):
        return []
    pairs = zip(_holders(declared, given, name, known), _texts(given[name]), strict=False)
    return [holder[1][key] for holder, key in pairs if holder is not None and key in holder[1]]
