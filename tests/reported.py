"""Reports for tests, and what stands in them."""

from __future__ import annotations

from typing import Any

from compliance.documents import blocks, frame, html
from compliance.documents.kinds import kind_of
from projects.models import Project


def built(project: Project, kind: str = "dossier", **changes: Any) -> blocks.ReportDocument:
    return frame.build(kind_of(kind), project, **changes)


def table(document: blocks.ReportDocument, title: str) -> list[dict[str, str]]:
    """Rows of the table as texts by the title of their column."""
    found = next(table for table in blocks.tables_in(document) if table.title == title)
    heads = [column.title for column in found.columns]
    return [dict(zip(heads, (cell.text for cell in row), strict=True)) for row in found.rows]


def has(document: blocks.ReportDocument, title: str) -> bool:
    return any(table.title == title for table in blocks.tables_in(document))


def section(document: blocks.ReportDocument, key: str) -> blocks.Section:
    return next(b for b in blocks.walk(document.sections) if isinstance(b, blocks.Section) and b.key == key)


def page(document: blocks.ReportDocument) -> str:
    return html.as_html(document).decode()
