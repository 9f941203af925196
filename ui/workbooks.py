"""The first sheet of an XLSX file. Pure; read in a stream, so that a small file can not unfold into all memory."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from ui.numbers import whole

LARGEST_PART = 40 * 1024 * 1024  # unpacked
CHUNK = 64 * 1024
TEXTS = {"v", "t"}
Row = tuple[int, list[str]]  # its number in the sheet, and its cells


class NoWorkbook(ValueError):
    """The message says why."""


def rows(data: bytes, *, most_rows: int, most_columns: int) -> list[Row]:
    """Rows that hold something. Formulas count by the value that was stored with them; dates come as their numbers.

    Raises: NoWorkbook: another kind of file, damaged, protected, or larger inside than is taken.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            strings = _Strings()
            if "xl/sharedStrings.xml" in archive.namelist():
                _read(archive, "xl/sharedStrings.xml", strings)
            sheet = _Sheet(strings.found, most_rows, most_columns)
            _read(archive, _first_sheet(archive), sheet)
            return sheet.found
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, expat.ExpatError, KeyError, EOFError):
        raise NoWorkbook("The file is no XLSX table, or it is damaged or protected.") from None


def _first_sheet(archive: zipfile.ZipFile) -> str:
    """The part that holds the sheet people see first; the names of parts keep another order."""
    sheets, targets = _Elements("sheet"), _Elements("Relationship")
    _read(archive, "xl/workbook.xml", sheets)
    _read(archive, "xl/_rels/workbook.xml.rels", targets)
    if not sheets.found:
        raise NoWorkbook("The file has no sheet.")
    wanted = next((value for name, value in sheets.found[0].items() if name.endswith(" id")), "")
    [target] = [each["Target"] for each in targets.found if each.get("Id") == wanted] or [""]
    return posixpath.normpath(posixpath.join("/xl", target)).removeprefix("/")


def _read(archive: zipfile.ZipFile, name: str, reader: Any) -> None:
    """Hand the elements of a part to `reader.start` and `reader.end`."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, attributes: reader.start(tag.rpartition(" ")[2], attributes)
    parser.EndElementHandler = lambda tag: reader.end(tag.rpartition(" ")[2])
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    left = LARGEST_PART
    with archive.open(name) as part:
        while chunk := part.read(CHUNK):
            left -= len(chunk)
            if left < 0:
                raise NoWorkbook("The file is larger inside than is taken.")
            parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _refuse_doctype(*_: object) -> None:
    raise NoWorkbook("The file holds a document type, which no table needs.")


class _Elements:
    """Attributes of all elements of a name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[dict[str, str]] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == self.name:
            self.found.append(attributes)

    def end(self, tag: str) -> None:
        pass

    def text(self, text: str) -> None:
        pass


class _Texts:
    """Gathers what stands in elements that hold texts, but for the reading aids of Japanese."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.is_text = self.is_aid = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.is_text = tag in TEXTS
        self.is_aid = self.is_aid or tag == "rPh"

    def end(self, tag: str) -> None:
        self.is_text = False
        self.is_aid = self.is_aid and tag != "rPh"

    def text(self, text: str) -> None:
        if self.is_text and not self.is_aid:
            self.parts.append(text)

    def taken(self) -> str:
        found, self.parts = "".join(self.parts), []
        return found


class _Strings(_Texts):
    """The texts that cells share."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def end(self, tag: str) -> None:
        super().end(tag)
        if tag == "si":
            self.found.append(self.taken())


@dataclass
class _Cell:
    at: int
    kind: str


class _Sheet(_Texts):
    def __init__(self, shared: list[str], most_rows: int, most_columns: int) -> None:
        super().__init__()
        self.shared, self.most_rows, self.most_columns = shared, most_rows, most_columns
        self.found: list[Row] = []
        self.number = 0
        self.cells: list[str] = []
        self.cell = _Cell(-1, "")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        super().start(tag, attributes)
        if tag == "row":
            self.number = whole(attributes.get("r", "")) or self.number + 1
            self.cells, self.cell = [], _Cell(-1, "")
        elif tag == "c":
            self.cell = _Cell(_place(attributes.get("r", ""), self.cell.at + 1), attributes.get("t", ""))

    def end(self, tag: str) -> None:
        super().end(tag)
        if tag == "c":
            self._keep(self._value(self.taken()))
        elif tag == "row" and any(cell.strip() for cell in self.cells):
            self.found.append((self.number, self.cells))
            if len(self.found) > self.most_rows:
                raise NoWorkbook(f"Give at most {self.most_rows - 1} rows at once.")

    def _keep(self, value: str) -> None:
        if not value:
            return
        if self.cell.at >= self.most_columns:
            raise NoWorkbook(f"Give at most {self.most_columns} columns.")
        self.cells += [""] * (self.cell.at + 1 - len(self.cells))
        self.cells[self.cell.at] = value

    def _value(self, text: str) -> str:
        if self.cell.kind == "s":
            at = whole(text)
            return self.shared[at] if at is not None and at < len(self.shared) else ""
        if self.cell.kind == "b":
            return "yes" if text == "1" else "no"
        return text


def _place(name: str, following: int) -> int:
    """A1 -> 0, B7 -> 1."""
    letters = re.match("[A-Z]{1,3}", name)
    if letters is None:
        return following
    at = 0
    for letter in letters[0]:
        at = at * 26 + ord(letter) - 64
    return at - 1
