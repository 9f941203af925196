"""Short ways for builders to write blocks from rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from audit.canon import decimal_text
from audit.governed import GovernedModel
from compliance.documents.blocks import Column, Pair, Paragraph, Status, Table, Text
from regulations.records import Record, Reference

DASH = "–"


def ref(row: GovernedModel | Record | Reference) -> Reference:
    """The reference to a row, to the row a record was read from, or to a file."""
    if isinstance(row, Reference):
        return row
    if isinstance(row, Record):
        return row.source
    return Reference(row._meta.label_lower, str(row.pk), str(row), getattr(row, "sha256", "") or "")


def said(value: Any) -> str:
    """A value as print has it: times to the minute in UTC, decimals without trailing zeros, a dash for nothing."""
    match value:
        case None | "" | [] | ():
            return DASH
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case Decimal():
            return decimal_text(value)
        case list() | tuple():
            return ", ".join(map(said, value))
    return str(value)


def cell(value: Any, *rows: GovernedModel | Record | Reference, status: Status = "") -> Text:
    """`value` as the statement it is; it rests on `rows`."""
    return Text(said(value), tuple(map(ref, rows)), status)


def paragraph(text: str, *rows: GovernedModel | Record | Reference) -> Paragraph:
    return Paragraph(text, tuple(map(ref, rows)))


def pair(label: str, value: Any, *rows: GovernedModel | Record | Reference) -> Pair:
    return Pair(label, value if isinstance(value, Text) else cell(value, *rows))


def table(title: str, columns: Sequence[Column | str], rows: Iterable[Sequence[Any]], empty: str = "") -> Table:
    """Columns may be given by title alone, and cells as plain values."""
    made = tuple(Column(column) if isinstance(column, str) else column for column in columns)
    lines = tuple(tuple(each if isinstance(each, Text) else cell(each) for each in row) for row in rows)
    return Table(title, made, lines, **({"empty": empty} if empty else {}))


def number(title: str, width: int = 1) -> Column:
    return Column(title, width, "number")


def code(title: str, width: int = 3) -> Column:
    return Column(title, width, "code")


def text(title: str, width: int = 2) -> Column:
    return Column(title, width)
