"""Every list of a project as a page that filters, sorts and pages, and the same as a file."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from crispmlq.errors import NotFound
from jobs.models import Job
from projects import access
from projects.page_selectors import members
from projects.places import PLACES, place_of
from projects.services import imports, portable
from projects.tables import TABLES, Asked, Column, Table, is_sortable
from projects.views.files import asked_of, file_of
from projects.views.pages import show

PAGE = 50
# What can be done to several rows of a list at once: the part of the page with its form.
BULK = {"tasks": "projects/_bulk_tasks.html", "qa-methods": "projects/_bulk_methods.html"}


@require_safe
def index(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    found = [(table, table.model._base_manager.filter(project=project).count()) for table in TABLES.values()]
    mine = Job.objects.filter(kind=portable.EXPORT, project_id=project.pk, requested_by=request.user.pk)
    return show(
        request, "projects/lists.html", project, tab="lists", lists=found, export=mine.order_by("-created_at").first()
    )


@require_safe
def table(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    found = TABLES.get(name)
    if found is None:
        raise NotFound("There is no such list.")
    if answer := file_of(request, project, name):
        return answer
    asked = asked_of(request)
    rows = Paginator(asked.apply(found, found.rows(project)), PAGE).get_page(request.GET.get("page"))
    people = members(project)
    return show(
        request, "projects/list.html", project, tab="lists", table=found, page=rows, asked=asked,
        heads=[_head(found, column, asked) for column in found.columns[: found.shown]],
        rows=[_row(found, row) for row in rows],
        filters=[(c, asked.given.get(c.key, ""), _options(found, c, people)) for c in found.columns if c.is_filter],
        bulk=BULK.get(name), members=people, importable=imports.KINDS,
    )  # fmt: skip


def _row(found: Table, row: Any) -> dict[str, Any]:
    columns = found.columns[: found.shown]
    kind = row._meta.label_lower
    return {
        "row": row,
        "url": place_of(row) if kind in PLACES and kind != "projects.comment" else "",
        "cells": [(column, _shown(found, column, row)) for column in columns],
    }


def _shown(found: Table, column: Column, row: Any) -> Any:
    value = column.of(row)
    return found.choices(column).get(value, value) if isinstance(value, str) else value


def _head(found: Table, column: Column, asked: Asked) -> dict[str, Any]:
    """A heading: whether one can sort by it, how it is sorted, and the value of `sort` behind its link."""
    is_down = asked.sort == f"-{column.key}"
    is_up = asked.sort == column.key
    return {
        "column": column, "is_sortable": is_sortable(found, column), "sort": f"-{column.key}" if is_up else column.key,
        "order": "ascending" if is_up else "descending" if is_down else "",
    }  # fmt: skip


def _options(found: Table, column: Column, people: list[Any]) -> list[tuple[str, str]]:
    if column.path == "phase__number":
        return [(str(number), f"Phase {number}") for number in range(1, 7)]
    if column.path.endswith("__username"):
        return [(member.user.username, member.user.display_name) for member in people]
    return list(found.choices(column).items())
