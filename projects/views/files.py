"""Lists as files: `?format=csv`, `xlsx` or `json` beside the filters of the page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from crispmlq.errors import NotFound
from projects.models import Project
from projects.tables import TABLES, Asked
from ui import sheets


def sheet(name: str, form: str, headings: list[str], rows: Any) -> HttpResponse:
    """A table as a file to be saved. Raises: NotFound: no such form."""
    if form not in sheets.TYPES:
        raise NotFound(f"A list is there as {', '.join(sheets.TYPES)}.")
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(sheets.write(form, headings, rows), content_type=sheets.TYPES[form], headers=headers)


def file_of(request: HttpRequest, project: Project, name: str) -> HttpResponse | None:
    """With `?format=`: the rows of the list that the filters leave, as a file; else nothing."""
    form = request.GET.get("format")
    if not form:
        return None
    table, asked = TABLES[name], asked_of(request)
    rows = asked.apply(table, table.rows(project))
    headings = table.keys if form == "json" else table.labels
    return sheet(f"{project.slug}-{name}", form, headings, map(table.cells, rows))


def asked_of(request: HttpRequest) -> Asked:
    given = {key: value for key, value in request.GET.items() if "\0" not in value}
    return Asked(given, given.get("q", "").strip()[:100], given.get("sort", ""))
