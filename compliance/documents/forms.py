"""The forms of a report: how each is made, what it is called, and the tables in it as files of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from compliance.documents.blocks import ReportDocument, Table, tables_in
from compliance.documents.html import as_html
from compliance.documents.pdf import as_pdf
from compliance.documents.plain import as_json
from crispmlq.errors import NotFound
from ui import sheets


@dataclass(frozen=True)
class Form:
    """`field` of a report that holds the file."""

    field: str
    media_type: str
    make: Callable[[ReportDocument], bytes]


@dataclass(frozen=True)
class File:
    name: str
    media_type: str
    data: bytes


def _as_docx(document: ReportDocument) -> bytes:
    """python-docx is imported here: it takes half a second."""
    from compliance.documents.docx import as_docx

    return as_docx(document)


FORMS = {
    "pdf": Form("pdf", "application/pdf", as_pdf),
    "html": Form("html", "text/html", as_html),
    "docx": Form("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", _as_docx),
    "json": Form("data", "application/json", as_json),
}
TABLE_FORMS = ("csv", "xlsx")


def table_file(document: ReportDocument, number: int, form: str) -> File:
    """One table of the report, by its place from 1.

    Raises: NotFound: there is no such table, or tables have no such form.
    """
    found = tables_in(document)
    if form not in TABLE_FORMS or not 1 <= number <= len(found):
        raise NotFound(f"The report has {len(found)} tables, each as csv and xlsx.")
    table = found[number - 1]
    headings = [column.title for column in table.columns]
    name = f"{document.slug}-{document.kind}-table-{number}.{form}"
    return File(name, sheets.TYPES[form], sheets.write(form, headings, _rows(table)))


def _rows(table: Table) -> list[list[str | Decimal]]:
    kinds = [column.kind for column in table.columns]
    return [[_value(c.text, kind) for c, kind in zip(row, kinds, strict=True)] for row in table.rows]


def _value(text: str, kind: str) -> str | Decimal:
    """Numbers as numbers, so that a spreadsheet can reckon with them."""
    if kind != "number":
        return text
    try:
        found = Decimal(text)
    except InvalidOperation:
        return text
    return found if found.is_finite() else text
