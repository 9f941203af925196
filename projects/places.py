"""Where a row can be looked at: one table from kinds of rows to paths of pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.urls import reverse

from crispmlq.errors import NotFound

if TYPE_CHECKING:
    from projects.models import Project

Place = Callable[[Any], str]


def page(name: str, row: Any, *further: Any) -> str:
    return reverse(f"projects:{name}", args=[row.project.slug, *further])


def _task(row: Any) -> str:
    return page("phase", row, row.phase.number) + f"#{row.key}"


def _method(row: Any) -> str:
    return page("phase", row, row.phase.number) + (f"#{row.task.key}" if row.task else "")


def _gate(row: Any) -> str:
    return page("gate", row, row.phase.number)


def _criterion(row: Any) -> str:
    return page("criteria", row) + f"#{row.key}"


# Kind of row -> its page, and the relations that are read for it.
PLACES: dict[str, tuple[Place, tuple[str, ...]]] = {
    "projects.project": (lambda row: reverse("projects:overview", args=[row.slug]), ()),
    "projects.phase": (lambda row: page("phase", row, row.number), ()),
    "projects.membership": (lambda row: page("people", row), ("user",)),
    "projects.iteration": (lambda row: page("overview", row), ()),
    "projects.requirement": (_task, ("phase",)),
    "projects.task": (_task, ("phase",)),
    "projects.risk": (lambda row: page("risk", row, row.key), ()),
    "projects.qamethod": (_method, ("phase", "task")),
    "projects.criterion": (_criterion, ()),
    "projects.criterionversion": (lambda row: _criterion(row.criterion), ("criterion__project",)),
    "projects.measurement": (lambda row: _criterion(row.version.criterion), ("version__criterion__project",)),
    "projects.document": (lambda row: page("document", row, row.kind), ()),
    "projects.revision": (lambda row: page("document", row, row.document.kind), ("document",)),
    "projects.gate": (_gate, ("phase",)),
    "projects.evaluation": (lambda row: _gate(row.gate), ("gate__phase", "gate__project")),
    "projects.decision": (lambda row: _gate(row.gate), ("gate__phase", "gate__project")),
    "projects.waiver": (lambda row: _gate(row.gate), ("gate__phase", "gate__project")),
}


def _commented(row: Any) -> str:
    """The page of the row that was commented on."""
    return places_of([(row.subject_type, row.subject_id)]).get((row.subject_type, row.subject_id)) or page(
        "overview", row
    )


PLACES["projects.comment"] = (_commented, ())


# Field by which people and programs name a row of the kind within its project, where that is not the id.
KEYS = {
    "projects.project": "slug",
    "projects.phase": "number",
    "projects.membership": "user__username",
    "projects.iteration": "number",
    "projects.document": "kind",
    **dict.fromkeys(
        [f"projects.{noun}" for noun in ("requirement", "task", "risk", "qamethod", "criterion", "gate")], "key"
    ),
}


def register_place(kind: str, place: Place, *related: str) -> None:
    """Say where rows of this kind (`app.model`) are looked at; for apps above this one."""
    PLACES[kind] = (place, related)


def place_of(row: Any) -> str:
    """Path of the row's page; that of its project if it has none of its own."""
    place, _ = PLACES.get(row._meta.label_lower, (lambda each: page("overview", each), ()))
    return place(row)


def places_of(wanted: Iterable[tuple[str, UUID]]) -> dict[tuple[str, UUID], str]:
    """Paths of rows by (kind, id), as far as there is a page for them; one query for each kind."""
    by_kind: dict[str, set[UUID]] = {}
    for kind, key in wanted:
        if kind in PLACES:
            by_kind.setdefault(kind, set()).add(key)
    found: dict[tuple[str, UUID], str] = {}
    for kind, keys in sorted(by_kind.items()):
        for row in rows_of(kind).filter(pk__in=keys):
            found[kind, row.pk] = place_of(row)
    return found


def rows_of(kind: str) -> models.QuerySet:
    """Rows of the kind with all that their pages and names are made of."""
    model = apps.get_model(kind)
    own = () if kind == "projects.project" else ("project",)
    return model._base_manager.select_related(*own, *PLACES[kind][1])


def row_of(project: Project, kind: str, name: str) -> Any:
    """A row of the project by its key or its id. Raises: NotFound: no kind with a page, or no such row."""
    if kind not in PLACES:
        raise NotFound("There is no such kind of record.")
    own = {"pk": project.pk} if kind == "projects.project" else {"project": project}
    row = rows_of(kind).filter(**own).filter(_named(kind, name)).first()
    if row is None:
        raise NotFound("It does not exist in this project.")
    return row


def _named(kind: str, name: str) -> models.Q:
    try:
        return models.Q(pk=UUID(name))
    except ValueError:
        field = KEYS.get(kind)
        if field is None or (field == "number" and not (name.isascii() and name.isdecimal())) or "\0" in name:
            raise NotFound("It does not exist in this project.") from None
        return models.Q(**{field: name})
