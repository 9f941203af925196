"""What the fields of a document, or of another typed record, may hold as its kind says."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from audit.canon import decimal_of, decimal_text, rounded
from catalogue.document_kinds import Column, Field
from crispmlq.errors import Invalid
from projects.document_computed import computed

SHA256 = re.compile(r"^[0-9a-f]{64}$")
VERSION = re.compile(r"^[\w.:@/+-]{1,120}$")
MOST_ROWS = 10_000
LONGEST_TEXT = 100_000


class Kind(Protocol):
    """Whatever has fields, such as a kind of document."""

    @property
    def fields(self) -> tuple[Field, ...]: ...


def cleaned(kind: Kind, values: dict[str, Any]) -> dict[str, Any]:
    """The values in their stored form: texts trimmed, numbers as decimal strings, empty ones left out.

    What is computed is added; who gives another value for it is refused.

    Raises:
        Invalid: unknown fields and values of the wrong type, each under its field's key.
    """
    fields = {field.key: field for field in kind.fields}
    errors = {key: ["There is no such field."] for key in values if key not in fields}
    stored = {}
    for key, field in fields.items():
        try:
            value = _clean(field, values.get(key))
        except ValueError as error:
            errors[key] = [str(error)]
            continue
        if value not in (None, "", []):
            stored[key] = value
    if not errors:
        errors = {key: [said] for key, said in _compute(kind.fields, stored)}
    if errors:
        raise Invalid("Some fields can not be stored like this.", errors=errors)
    return stored


def lacking(kind: Kind, stored: dict[str, Any]) -> list[Field]:
    """Required fields that are empty."""
    return [field for field in kind.fields if field.key not in stored and _is_needed(field, stored)]


def unready(kind: Kind, stored: dict[str, Any]) -> dict[str, str]:
    """Why it can not be reviewed yet, by field: empty ones, and tables that say too little."""
    found = {field.key: "This is needed before it can be reviewed." for field in lacking(kind, stored)}
    for field in kind.fields:
        rows = stored.get(field.key) or []
        is_excused = field.unless is not None and field.unless.holds(stored)
        if len(rows) < field.at_least and not is_excused and field.key not in found:
            unless = f", unless “{_label(kind, field.unless.field)}” says otherwise" if field.unless else ""
            found[field.key] = f"At least {field.at_least} rows are needed{unless}."
        if rows and (untold := _untold(field, rows)):
            found[field.key] = f"No row yet for {', '.join(untold)}."
    return found


def _is_needed(field: Field | Column, values: dict[str, Any]) -> bool:
    if field.computed:
        return False
    return field.required_when.holds(values) if field.required_when else field.required


def _untold(field: Field, rows: list[dict[str, Any]]) -> list[str]:
    """Labels of the options of the column `covers` that stand in no row."""
    if not field.covers:
        return []
    column = next(column for column in field.columns if column.key == field.covers)
    told = {row.get(column.key) for row in rows}
    return [option["label"] for option in column.options if option["key"] not in told]


def _label(kind: Kind, key: str) -> str:
    return next(field.label for field in kind.fields if field.key == key)


def _compute(fields: tuple[Field, ...] | tuple[Column, ...], stored: dict[str, Any]) -> list[tuple[str, str]]:
    """Fill in what is computed; gives back where another value was given."""
    refused = []
    for field in fields:
        if not field.computed:
            continue
        given, value = stored.pop(field.key, None), computed(field.computed, stored)
        if value is not None:
            stored[field.key] = value
        if given is not None and given != value:
            refused.append((field.key, f"This is computed: {value or 'nothing yet'}. Leave it out."))
    return refused


def _clean(field: Field | Column, value: Any) -> Any:
    if value in (None, "", []):
        return None
    if field.type == "table":
        return _table(field, value)
    if field.type == "list":
        if not isinstance(value, list) or len(value) > MOST_ROWS:
            raise ValueError("Give a list of texts.")
        return [text for text in (_text(field, each) for each in value) if text]
    if field.type in {"choice", "yes_no"}:
        return _choice(field, value)
    return _SIMPLE[field.type](field, value)


def _table(field: Field, value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise ValueError("Give a list of rows.")
    if len(value) > MOST_ROWS:
        raise ValueError(f"At most {MOST_ROWS} rows fit; attach a file instead.")
    columns = {column.key: column for column in field.columns}
    rows = []
    for number, row in enumerate(value, 1):
        unknown = sorted(set(row) - set(columns))
        if unknown:
            raise ValueError(f"Row {number} has a column that does not exist: {', '.join(unknown)}.")
        rows.append(_row(number, row, columns))
    return [row for row in rows if row]


def _row(number: int, row: dict[str, Any], columns: dict[str, Column]) -> dict[str, Any]:
    stored = {}
    for key, column in columns.items():
        try:
            value = _clean(column, row.get(key))
        except ValueError as error:
            raise ValueError(f"Row {number}, {column.label}: {error}") from None
        if value is not None:
            stored[key] = value
    missing = [column.label for key, column in columns.items() if key not in stored and _is_needed(column, stored)]
    if stored and missing:
        raise ValueError(f"Row {number} lacks {', '.join(missing)}.")
    for key, said in _compute(tuple(columns.values()), stored):
        raise ValueError(f"Row {number}, {columns[key].label}: {said}")
    return stored


def _choice(field: Field | Column, value: Any) -> str:
    options = ["yes", "no"] if field.type == "yes_no" else [option["key"] for option in field.options]
    if value not in options:
        raise ValueError(f"One of {', '.join(options)}.")
    return value


def _text(_: Any, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("Give a text.")
    if "\0" in value or len(value) > LONGEST_TEXT:
        raise ValueError(f"Give a text of at most {LONGEST_TEXT} characters, without NUL.")
    return value.strip()


def _number(_: Any, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        raise ValueError("Give a number.")
    try:
        number = decimal_of(str(value).strip())
    except ValueError:
        raise ValueError("Give a number.") from None
    if number.adjusted() >= 18:
        raise ValueError("Give a number of at most 18 digits before the point.")
    return decimal_text(rounded(number, 12))


def _integer(field: Any, value: Any) -> str:
    text = _number(field, value)
    if "." in text:
        raise ValueError("Give a whole number.")
    return text


def _date(_: Any, value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise ValueError("Give a date as YYYY-MM-DD.") from None


def _sha256(_: Any, value: Any) -> str:
    text = str(value).strip().lower()
    if not SHA256.match(text):
        raise ValueError("Give the 64 hexadecimal digits of a SHA-256.")
    return text


def _version(_: Any, value: Any) -> str:
    text = str(value).strip()
    if not VERSION.match(text):
        raise ValueError("Give a version name without blanks, up to 120 characters.")
    return text


_SIMPLE: dict[str, Callable[[Any, Any], str]] = {
    "text": _text,
    "long_text": _text,
    "number": _number,
    "integer": _integer,
    "date": _date,
    "sha256": _sha256,
    "version": _version,
}
