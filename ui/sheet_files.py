"""Tables out of files: CSV, XLSX and YAML or JSON, as rows of texts under their headings.

Files come from strangers: sizes are bounded before anything is unpacked. Nothing is dropped without a word: a row that
does not fit under the headings is refused.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from typing import Any

from ui import strange_yaml, workbooks
from ui.workbooks import Row

MOST_ROWS = 5_000
MOST_COLUMNS = 60
LARGEST = 5 * 1024 * 1024  # of a file, and of all texts in it
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Unreadable(ValueError):
    """The file is no table; the message says why."""


@dataclass(frozen=True)
class Table:
    """`rows` have one text for each heading; `lines` say where people find them in the program the file comes from."""

    headings: list[str]
    rows: list[list[str]]
    lines: list[int]


def read(name: str, data: bytes) -> Table:
    """The table in a file, by the ending of its name: csv, xlsx, yaml, yml or json. Raises: Unreadable."""
    if not data or len(data) > LARGEST:
        raise Unreadable(f"The file is empty or larger than {LARGEST // 1024 // 1024} MB.")
    ending = name.rpartition(".")[2].lower()
    match ending:
        case "csv":
            rows = _csv(data)
        case "xlsx":
            rows = _xlsx(data)
        case "yaml" | "yml" | "json":
            rows = _objects(ending, data)
        case _:
            raise Unreadable("Give a file that ends in .csv, .xlsx, .yaml or .json.")
    return _table([row for row in rows if any(cell.strip() for cell in row[1])])


def as_text(table: Table) -> str:
    """To be kept in a form between two steps."""
    return json.dumps([[1, table.headings], *zip(table.lines, table.rows, strict=True)], ensure_ascii=False)


def of_text(text: str) -> Table:
    """What `as_text` gave, checked again: forms come from strangers too. Raises: Unreadable."""
    try:
        rows = [(int(line), [str(cell) for cell in cells]) for line, cells in json.loads(text)]
    except (ValueError, TypeError, RecursionError):
        raise Unreadable("The table was damaged on its way. Choose the file again.") from None
    return _table(rows)


def _table(rows: list[Row]) -> Table:
    if len(rows) < 2:
        raise Unreadable("The first row names the columns; below it there has to be at least one row.")
    if len(rows) > MOST_ROWS + 1 or max(len(cells) for _, cells in rows) > MOST_COLUMNS:
        raise Unreadable(f"Give at most {MOST_ROWS} rows and {MOST_COLUMNS} columns at once.")
    if sum(len(cell) for _, cells in rows for cell in cells) > LARGEST:
        raise Unreadable("The file is larger inside than is taken.")
    headings = [cell.strip() for cell in rows[0][1]]
    while headings and not headings[-1]:
        headings.pop()
    if "" in headings or len({heading.lower() for heading in headings}) < len(headings):
        raise Unreadable("Every column needs a name of its own in the first row.")
    return Table(headings, [_fitted(row, len(headings)) for row in rows[1:]], [line for line, _ in rows[1:]])


def _fitted(row: Row, width: int) -> list[str]:
    line, cells = row
    if any(cell.strip() for cell in cells[width:]):
        raise Unreadable(
            f"Row {line} has more cells than the first row has names; put texts with separators in quotes."
        )
    if any(UNSTORABLE.search(cell) for cell in cells):
        raise Unreadable(f"Row {line} holds a character that can not be stored.")
    return (cells + [""] * width)[:width]


def _csv(data: bytes) -> list[Row]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("Save the CSV file as UTF-8.") from None
    separator = max(",;\t", key=text.partition("\n")[0].count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as fault:
        raise Unreadable(f"The CSV file can not be read: {fault}.") from None
    return [(line, [_unquoted(cell) for cell in row]) for line, row in enumerate(rows, 1)]


def _unquoted(cell: str) -> str:
    """Without the apostrophe by which an export keeps text from being a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in {"=", "+", "-", "@", "\t", "\r"} else cell


def _xlsx(data: bytes) -> list[Row]:
    try:
        return workbooks.rows(data, most_rows=MOST_ROWS + 1, most_columns=MOST_COLUMNS)
    except workbooks.NoWorkbook as fault:
        raise Unreadable(str(fault)) from None


def _objects(ending: str, data: bytes) -> list[Row]:
    """A list of objects; numbers and dates as they were written, so that none is rounded."""
    found = _json(data) if ending == "json" else _yaml(data)
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise Unreadable("Give a list of objects, one for each row.")
    headings = list(dict.fromkeys(str(key) for row in found for key in row))
    by_name = [{str(key): value for key, value in row.items()} for row in found]
    rows = ([_text(row.get(heading)) for heading in headings] for row in by_name)
    return [(1, headings), *enumerate(rows, 2)]


def _json(data: bytes) -> Any:
    try:
        return json.loads(data, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise Unreadable("The file is no JSON.") from None


def _yaml(data: bytes) -> Any:
    try:
        return strange_yaml.load(data.decode(), strange_yaml.AsWritten)
    except UnicodeDecodeError:
        raise Unreadable("Save the YAML file as UTF-8.") from None
    except ValueError as fault:
        raise Unreadable(str(fault)) from None


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return "; ".join(map(_text, value))
        case dict():
            raise Unreadable("A value is an object; give texts, numbers and lists of them.")
    return str(value)
