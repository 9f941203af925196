"""Rows from a file in two steps: read and tried, with every fault and the mapping of columns; then imported."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from crispmlq.errors import DomainError, Invalid, NotAllowed, NotFound
from projects import access
from projects.services import imports
from projects.views.commands import done
from projects.views.pages import show
from ui import sheet_files
from ui.sheet_files import Table

PREVIEW = 5


@require_http_methods(["GET", "HEAD", "POST"])
def rows(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    kind = imports.KINDS.get(name)
    if kind is None:
        raise NotFound("There is nothing of this kind to import.")
    context: dict[str, Any] = {"name": name, "kind": kind, "kinds": imports.KINDS.items()}
    if request.method == "POST":
        access.require(request.actor, project, "work")
        try:
            table = _table(request)
            given = {c.key: request.POST.get(f"map-{c.key}", "") for c in kind.columns}
            mapping = given if "table" in request.POST else kind.mapping(table.headings)
            context |= {
                "table": sheet_files.as_text(table), "preview": table.rows[:PREVIEW],
                "headings": table.headings, "count": len(table.rows),
                "columns": [(c, mapping.get(c.key, "")) for c in kind.columns],
            }  # fmt: skip
            is_trial = request.POST.get("step") != "import"
            outcome = imports.bring_in(
                project=project, kind=name, table=table, mapping=mapping, dry_run=is_trial, by=request.actor
            )
            if not is_trial:
                said = f"{outcome.made} row{'s' * (outcome.made != 1)} imported."
                return done(request, said, reverse("projects:list", args=[slug, name]))
            context["outcome"] = outcome
        except NotAllowed:
            raise
        except DomainError as refusal:
            context["error"] = refusal
    return show(request, "projects/import.html", project, tab="lists", **context)


def _table(request: HttpRequest) -> Table:
    """Of the file, or as the first step has read it. Raises: Invalid."""
    file = request.FILES.get("file")
    try:
        if file is not None:
            if file.size > sheet_files.LARGEST:
                raise sheet_files.Unreadable("The file is too large.")
            return sheet_files.read(file.name, file.read())
        if "table" not in request.POST:
            raise sheet_files.Unreadable("Choose a file.")
        return sheet_files.of_text(request.POST["table"])
    except sheet_files.Unreadable as fault:
        raise Invalid(str(fault), errors={"file": [str(fault)]}) from None
