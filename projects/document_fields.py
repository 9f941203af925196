"""What the fields of a document, or of another typed record, may hold as its kind says."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from audit.canon import decimal_of, decimal_text, rounded
from catalogue.definitions import Column, Field
from crispmlq.errors import Invalid

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
    if errors:
        raise Invalid("Some fields can not be stored like this.", errors=errors)
    return stored


def lacking(kind: Kind, stored: dict[str, Any]) -> list[Field]:
    """Required fields that are empty."""
    return [field for field in kind.fields if field.required and field.key not in stored]


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
    missing = [column.label for key, column in columns.items() if column.required and key not in stored]
    if stored and missing:
        raise ValueError(f"Row {number} lacks {', '.join(missing)}.")
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
