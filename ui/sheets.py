"""Tables as files: CSV, XLSX and JSON. Pure: headings and rows in, bytes out, the same for the same input.

No cell is ever a formula. In CSV, text that a spreadsheet would take for one begins with an apostrophe; in XLSX, text
is stored as text.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID
from xml.sax.saxutils import escape

Rows = Iterable[Sequence[Any]]

# A spreadsheet takes a cell that begins with one of these for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LONGEST_CELL = 32_767  # of XLSX
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


def write(form: str, headings: Sequence[str], rows: Rows) -> bytes:
    """The table in one of the forms of `TYPES`."""
    return _FORMS[form](headings, rows)


def plain(value: Any) -> str | int | float | Decimal | None:
    """A cell: numbers stay numbers, everything else is text; lists are joined by semicolons."""
    match value:
        case None | "":
            return None
        case bool():
            return "yes" if value else "no"
        case int() | float() | Decimal():
            return value
        case date():
            return value.isoformat()
        case list() | tuple() if all(isinstance(each, str | int) for each in value):
            return "; ".join(map(str, value)) or None
        case list() | tuple() | dict():
            return json.dumps(value, ensure_ascii=False, default=str) if value else None
        case UUID():
            return str(value)
    return str(value)


def safe(cell: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def as_csv(headings: Sequence[str], rows: Rows) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([safe(heading) for heading in headings])
    for row in rows:
        cells = map(plain, row)
        writer.writerow(["" if c is None else safe(c) if isinstance(c, str) else _number(c) for c in cells])
    return text.getvalue().encode()


def as_json(headings: Sequence[str], rows: Rows) -> bytes:
    """Values keep their shape; decimals are strings, as everywhere in the API."""
    found = [dict(zip(headings, row, strict=True)) for row in rows]
    return json.dumps(found, ensure_ascii=False, indent=1, default=_as_text).encode()


def as_xlsx(headings: Sequence[str], rows: Rows) -> bytes:
    """One sheet with a bold, frozen first row."""
    lines = [_row(1, headings, style=1)]
    lines += [_row(at, map(plain, row)) for at, row in enumerate(rows, 2)]
    sheet = _SHEET.format(rows="".join(lines), last=f"{_column(len(headings) - 1)}{len(lines)}")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**_PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), _HEAD + text, zipfile.ZIP_DEFLATED)
    return file.getvalue()


_FORMS: dict[str, Callable[[Sequence[str], Rows], bytes]] = {"csv": as_csv, "xlsx": as_xlsx, "json": as_json}


def _as_text(value: Any) -> str:
    return (
        value.isoformat() if isinstance(value, date) else _number(value) if isinstance(value, Decimal) else str(value)
    )


def _number(value: Any) -> str:
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def _row(number: int, cells: Iterable[Any], style: int = 0) -> str:
    found = "".join(_cell(f"{_column(at)}{number}", cell, style) for at, cell in enumerate(cells) if cell is not None)
    return f'<row r="{number}">{found}</row>'


def _cell(place: str, cell: Any, style: int) -> str:
    styled = f' s="{style}"' if style else ""
    if not isinstance(cell, str):
        return f'<c r="{place}"{styled}><v>{_number(cell)}</v></c>'
    text = escape(UNPRINTABLE.sub("", cell)[:LONGEST_CELL])
    return f'<c r="{place}"{styled} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _column(at: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA."""
    name = ""
    while at >= 0:
        name, at = chr(65 + at % 26) + name, at // 26 - 1
    return name


_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = (
    f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    '<sheetData>{rows}</sheetData><autoFilter ref="A1:{last}"/></worksheet>'
)
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(
            f'<Override PartName="/xl/{part}.xml" '
            f'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
            for part, kind in (("workbook", "sheet.main"), ("worksheets/sheet1", "worksheet"), ("styles", "styles"))
        )
        + "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="Table" sheetId="1" r:id="r1"/></sheets>'
        "</workbook>"
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="2"><xf/><xf fontId="1" applyFont="1"/></cellXfs></styleSheet>'
    ),
}
