"""What the fields of a document kind refer to has to be there: other fields, columns, tasks."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any

Fault = tuple[tuple[str | int, ...], str, str]  # where in the kind, name of the broken rule, sentence
Places = Mapping[str, Mapping[str, Any]]


def faults(kind: Mapping[str, Any], tasks: Container[str]) -> Iterator[Fault]:
    fields = _by_key(kind["fields"])
    for i, field in enumerate(kind["fields"]):
        at, columns = ("fields", i), _by_key(field.get("columns", ()))
        yield from _place(at, field, fields, fields)
        for j, column in enumerate(field.get("columns", ())):
            yield from _place((*at, "columns", j), column, columns, {})
        if "unless" in field:
            yield from _condition((*at, "unless"), field["unless"], fields)
        if "covers" in field and columns.get(field["covers"], {}).get("type") != "choice":
            yield (*at, "covers"), "known-column", f"“{field['covers']}” is no column with options."
    for i, evidence in enumerate(kind["evidence"]):
        if evidence.get("field", next(iter(fields))) not in fields:
            yield ("evidence", i), "known-field", f"There is no field “{evidence['field']}”."
    for i, consequence in enumerate(kind.get("consequences", ())):
        yield from _consequence(("consequences", i), consequence, fields, tasks)


def _place(at: tuple[str | int, ...], place: Mapping[str, Any], beside: Places, tables: Places) -> Iterator[Fault]:
    if "required_when" in place:
        yield from _condition((*at, "required_when"), place["required_when"], beside)
    formula = place.get("computed")
    if formula is None:
        return
    if "table" in formula:
        columns = _by_key(tables.get(formula["table"], {}).get("columns", ()))
        names, known = ("column", "at_least", "at_most", "judged"), columns
        if not columns:
            yield (*at, "computed"), "known-field", f"“{formula['table']}” is no table beside it."
            return
    else:
        names, known = ("of", "minus"), beside
    for name in names:
        if name in formula and formula[name] not in known:
            yield (*at, "computed"), "known-column", f"There is no “{formula[name]}”."
    options = {option["key"] for option in place.get("options", ())} or {"yes", "no"}
    if not set(formula.get("gives", ())) <= options:
        yield (*at, "computed"), "known-option", "It gives what the field has no option for."
    if "lower_is_better_when" in formula:
        yield from _condition((*at, "computed"), formula["lower_is_better_when"], beside)


def _condition(at: tuple[str | int, ...], condition: Mapping[str, Any], beside: Places) -> Iterator[Fault]:
    place = beside.get(condition["field"])
    if place is None:
        yield at, "known-field", f"There is no “{condition['field']}” beside it."
        return
    options = {option["key"] for option in place.get("options", ())}
    options |= {"yes", "no"} if place["type"] == "yes_no" else set()
    for value in condition.get("one_of", ()):
        if value not in options:
            yield at, "known-option", f"“{condition['field']}” has no option “{value}”."


def _consequence(
    at: tuple[str | int, ...], consequence: Mapping[str, Any], fields: Places, tasks: Container[str]
) -> Iterator[Fault]:
    beside = fields
    if "table" in consequence:
        beside = _by_key(fields.get(consequence["table"], {}).get("columns", ()))
    yield from _condition((*at, "when"), consequence["when"], beside)
    tells = consequence.get("risk", {}).get("tells")
    if tells and ("table" not in consequence or tells not in beside):
        yield (*at, "risk"), "known-column", f"There is no column “{tells}”."
    for task in consequence.get("reopens", ()):
        if task not in tasks:
            yield (*at, "reopens"), "known-task", f"There is no “{task}”."


def _by_key(places: Any) -> dict[str, Any]:
    return {place["key"]: place for place in places}
