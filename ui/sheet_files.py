"""Tables out of files: CSV, XLSX and YAML or JSON, as rows of texts under their headings.

Files come from strangers: sizes are bounded before anything is unpacked, and XML with a document type is refused.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import yaml

MOST_ROWS = 5_000
MOST_COLUMNS = 60
LARGEST = 5 * 1024 * 1024
LARGEST_PART = 40 * 1024 * 1024  # unpacked
NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


class Unreadable(ValueError):
    """The file is no table; the message says why."""


@dataclass(frozen=True)
class Table:
    """`rows` have one text for each heading; `line` of the first is where people find it in their program."""

    headings: list[str]
    rows: list[list[str]]


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
            rows = _yaml(data)
        case _:
            raise Unreadable("Give a file that ends in .csv, .xlsx, .yaml or .json.")
    return _table([row for row in rows if any(cell.strip() for cell in row)])


def _table(rows: list[list[str]]) -> Table:
    if len(rows) < 2:
        raise Unreadable("The first row names the columns; below it there has to be at least one row.")
    if len(rows) > MOST_ROWS + 1 or max(map(len, rows)) > MOST_COLUMNS:
        raise Unreadable(f"Give at most {MOST_ROWS} rows and {MOST_COLUMNS} columns at once.")
    headings = [cell.strip() for cell in rows[0]]
    while headings and not headings[-1]:
        headings.pop()
    if "" in headings or len({heading.lower() for heading in headings}) < len(headings):
        raise Unreadable("Every column needs a name of its own in the first row.")
    width = len(headings)
    return Table(headings, [(row + [""] * width)[:width] for row in rows[1:]])


def _csv(data: bytes) -> list[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("Save the CSV file as UTF-8.") from None
    separator = max(",;\t", key=text.partition("\n")[0].count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as fault:
        raise Unreadable(f"The CSV file can not be read: {fault}.") from None
    return [[_unquoted(cell) for cell in row] for row in rows]


def _unquoted(cell: str) -> str:
    """Without the apostrophe by which an export keeps text from being a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in {"=", "+", "-", "@", "\t", "\r"} else cell


def _yaml(data: bytes) -> list[list[str]]:
    """A list of objects, each with the same kind of keys; JSON is YAML too."""
    try:
        if re.search(rb"(^|[\s\[{,:-])[&*][\w-]", data):
            raise Unreadable("Anchors and aliases are not taken.")
        found = yaml.safe_load(data)
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        if isinstance(fault, Unreadable):
            raise
        raise Unreadable("The file is no YAML or JSON.") from None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise Unreadable("Give a list of objects, one for each row.")
    headings = list(dict.fromkeys(str(key) for row in found for key in row))
    by_name = [{str(key): value for key, value in row.items()} for row in found]
    return [headings, *[[_text(row.get(heading)) for heading in headings] for row in by_name]]


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
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _xlsx(data: bytes) -> list[list[str]]:
    """The first sheet. Formulas count by the value that was stored with them; dates come as their numbers."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            sheets = sorted(name for name in names if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name))
            if not sheets:
                raise Unreadable("The file has no sheet.")
            shared = _shared(_part(archive, "xl/sharedStrings.xml")) if "xl/sharedStrings.xml" in names else []
            return _rows(_part(archive, sheets[0]), shared)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ElementTree.ParseError, KeyError, EOFError):
        raise Unreadable("The file is no XLSX table, or it is protected.") from None


def _part(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    with archive.open(name) as part:
        text = part.read(LARGEST_PART + 1)
    if len(text) > LARGEST_PART or b"<!DOCTYPE" in text:
        raise Unreadable("The file is larger inside than is taken, or holds a document type.")
    return ElementTree.fromstring(text)


def _shared(root: ElementTree.Element) -> list[str]:
    return ["".join(t.text or "" for t in item.iterfind(".//m:t", NS)) for item in root.iterfind("m:si", NS)]


def _rows(root: ElementTree.Element, shared: list[str]) -> list[list[str]]:
    found = []
    for row in root.iterfind("m:sheetData/m:row", NS):
        cells: list[str] = []
        for cell in row.iterfind("m:c", NS):
            at = _place(cell.get("r", ""), len(cells))
            if at >= MOST_COLUMNS:
                raise Unreadable(f"Give at most {MOST_COLUMNS} columns.")
            cells += [""] * (at + 1 - len(cells))
            cells[at] = _value(cell, shared)
        found.append(cells)
        if len(found) > MOST_ROWS + 1:
            raise Unreadable(f"Give at most {MOST_ROWS} rows at once.")
    return found


def _place(name: str, following: int) -> int:
    letters = re.match("[A-Z]{1,3}", name)
    if letters is None:
        return following
    at = 0
    for letter in letters[0]:
        at = at * 26 + ord(letter) - 64
    return at - 1


def _value(cell: ElementTree.Element, shared: list[str]) -> str:
    kind, value = cell.get("t", ""), cell.findtext("m:v", "", NS)
    if kind == "inlineStr":
        return "".join(t.text or "" for t in cell.iterfind(".//m:t", NS))
    if kind == "s":
        return shared[int(value)] if value.isdecimal() and int(value) < len(shared) else ""
    if kind == "b":
        return "yes" if value == "1" else "no"
    return value
