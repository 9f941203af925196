"""Fields of a kind as a form: what was typed into them, and what they show."""

from __future__ import annotations

from typing import Any

from catalogue.document_kinds import Column, Condition, Field
from projects.document_fields import Kind

MORE_ROWS = 3


def values(kind: Kind, given: Any) -> dict[str, Any]:
    """What stands in a form, by field key; empty rows of tables are left out, and so is what is computed."""
    return {field.key: _value(field, given) for field in kind.fields if not field.computed}


def rows(kind: Kind, values: dict[str, Any], errors: dict[str, list[str]], more: str = "") -> list[dict[str, Any]]:
    """Each field with what it shows, for `_components/typed_fields.html`; the table `more` gets further empty rows."""
    return [_row(kind, field, values.get(field.key), errors, MORE_ROWS * (field.key == more)) for field in kind.fields]


def needed(field: Field | Column, beside: tuple[Field, ...] | tuple[Column, ...]) -> str:
    """When it has to be filled in, in words; nothing where it always has."""
    if field.required_when:
        return f"Needed if {_told(field.required_when, beside)}."
    return "" if field.required else "May stay empty."


def _hints(field: Field) -> list[str]:
    """How its type is to be written."""
    said = {"list": "One entry a line.", "version": "A name without blanks, such as data-1.0.0."}
    least = f"At least {field.at_least} rows." if field.at_least else ""
    return [said.get(field.type, ""), least]


def _value(field: Field, given: Any) -> Any:
    if field.type == "list":
        return [line.strip() for line in given.get(field.key, "").splitlines() if line.strip()]
    if field.type == "table":
        columns = {c.key: given.getlist(f"{field.key}.{c.key}") for c in field.columns if not c.computed}
        count = max(map(len, columns.values()), default=0)
        rows = [{k: v[i].strip() for k, v in columns.items() if i < len(v)} for i in range(count)]
        return [row for row in rows if any(value for key, value in row.items() if key != field.covers)]
    return given.get(field.key, "")


def _row(kind: Kind, field: Field, value: Any, errors: dict[str, list[str]], more: int) -> dict[str, Any]:
    return {
        "field": field,
        "value": "\n".join(value or []) if field.type == "list" else value or "",
        "rows": [_cells(field, row) for row in _table(field, value or [], more)] if field.type == "table" else [],
        "help": " ".join(text for text in (needed(field, kind.fields), *_hints(field), field.help) if text),
        "errors": errors.get(field.key, []),
    }


def _table(field: Field, rows: list[dict[str, Any]], more: int) -> list[dict[str, Any]]:
    """The rows there are, one for each option that is to be covered, and where none are left an empty one."""
    covered = next((column for column in field.columns if column.key == field.covers), None)
    told = {row.get(field.covers) for row in rows}
    untold = [option["key"] for option in covered.options if option["key"] not in told] if covered else []
    shown = [*rows, *({field.covers: key} for key in untold)]
    missing = max(field.at_least, 1) - len(shown)
    return [*shown, *({} for _ in range(max(missing, 0) + more))]


def _cells(field: Field, row: dict[str, Any]) -> list[tuple[Column, Any, str]]:
    return [(column, row.get(column.key, ""), needed(column, field.columns)) for column in field.columns]


def _told(condition: Condition, beside: tuple[Field, ...] | tuple[Column, ...]) -> str:
    place = next(each for each in beside if each.key == condition.field)
    labels = {option["key"]: option["label"] for option in place.options}
    values = " or ".join(f"“{labels.get(value, value.capitalize())}”" for value in condition.one_of)
    return f"“{place.label}” is {values or 'empty'}"
