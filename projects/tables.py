"""Lists of a project as tables: which columns each has, how it is filtered and sorted, and the same as a file.

A list costs one query, whatever its columns. Values are those of the API; pages show their labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from projects.models import (
    Comment,
    Criterion,
    Decision,
    Document,
    Iteration,
    Measurement,
    Membership,
    Project,
    QAMethod,
    Requirement,
    Risk,
    RiskRating,
    Task,
    Waiver,
)
from projects.places import PLACES


@dataclass(frozen=True)
class Column:
    """`path` leads from the row to the value, by names joined with two underscores."""

    key: str
    label: str
    path: str
    is_filter: bool = False

    def of(self, row: Any) -> Any:
        for name in self.path.split("__"):
            row = getattr(row, name) if row is not None else None
        return row


@dataclass(frozen=True)
class Table:
    name: str
    title: str
    model: type[models.Model]
    columns: Sequence[Column]
    search: Sequence[str] = ()  # paths of texts
    but: Mapping[str, Any] = field(default_factory=dict)  # rows left out
    prefetch: Sequence[str] = ()
    shown: int = 7  # columns on a page; a file has all

    def rows(self, project: Project) -> models.QuerySet:
        found = self.model._base_manager.filter(project=project)
        found = found.exclude(**self.but) if self.but else found
        order = self.model._meta.ordering or ["pk"]
        return found.select_related("project", *self._relations).prefetch_related(*self.prefetch).order_by(*order)

    def cells(self, row: Any) -> list[Any]:
        return [column.of(row) for column in self.columns]

    @property
    def keys(self) -> list[str]:
        return [column.key for column in self.columns]

    @property
    def labels(self) -> list[str]:
        return [column.label for column in self.columns]

    def choices(self, column: Column) -> dict[Any, str]:
        """Labels of the values a column may have."""
        try:
            found = _field(self.model, column.path)
        except FieldDoesNotExist:
            return {}
        return dict(found.flatchoices) if found.choices else {}

    @cached_property
    def _relations(self) -> list[str]:
        own = {f.name for f in self.model._meta.concrete_fields if f.is_relation}
        paths = [column.path for column in self.columns if column.path.partition("__")[0] in own]
        of_page = PLACES[self.model._meta.label_lower][1] if self.model._meta.label_lower in PLACES else ()
        return sorted({path.rpartition("__")[0] for path in paths} - {""} | set(of_page))


def _field(model: type[models.Model], path: str) -> models.Field:
    *steps, last = path.split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model
    return model._meta.get_field(last)


def _columns(*given: str, filters: str = "") -> tuple[Column, ...]:
    """From `key`, `key=path` or `key=path|Label`."""
    found = []
    for text in given:
        rest, _, label = text.partition("|")
        key, _, path = rest.partition("=")
        label = label or key.replace("_", " ").capitalize()
        found.append(Column(key, label, path or key, key in filters.split()))
    return tuple(found)


PHASE = "phase=phase__number"
TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "tasks", "Tasks", Task,
            _columns(
                "key", "name|Task", PHASE, "state", "assignee=assignee__username", "due_on|Due", "is_required|Required",
                "group", "aim", "depends_on", "document_kinds", "result", "reason", "iteration",
                "handed_in_by=handed_in_by__username", "finished_at", "is_own|Own", filters="phase state assignee",
            ),
            search=("name", "aim", "key"),
        ),
        Table(
            "requirements", "Requirements", Requirement,
            _columns(
                "key", "text|Requirement", PHASE, "kind", "state", "note|How it is met",
                "confirmed_by=confirmed_by__username", "confirmed_at", "is_own|Own", filters="phase kind state",
            ),
            search=("text", "note", "key"),
        ),
        Table(
            "risks", "Risks", Risk,
            _columns(
                "key", "name|Risk", PHASE, "category", "state", "severity", "likelihood", "rating",
                "what_goes_wrong", "task=task__key", "default_severity", "default_likelihood", "rated_at",
                "accepted_by=accepted_by__username", "accepted_as", "acceptance_reason", "accepted_until", "is_own|Own",
                filters="phase category state severity",
            ),
            search=("name", "what_goes_wrong", "key"), but={"task__state": Task.State.NOT_APPLICABLE}, shown=8,
        ),
        Table(
            "ratings", "Ratings of risks", RiskRating,
            _columns(
                "risk=risk__key", "severity", "likelihood", "rating", "is_residual|Residual", "reason", "iteration",
                "rated_by=rated_by__username", "rated_at", filters="severity",
            ),
        ),
        Table(
            "qa-methods", "QA methods", QAMethod,
            _columns(
                "key", "name|QA method", PHASE, "state", "task=task__key", "mitigates", "finding", "what_it_does",
                "evidence_kinds", "performed_by=performed_by__username", "performed_at",
                "reviewed_by=reviewed_by__username", "reviewed_at", "review_note", filters="phase state",
            ),
            search=("name", "what_it_does", "key"),
        ),
        Table(
            "criteria", "Criteria", Criterion,
            _columns(
                "key", "name|Criterion", "level", "version=shown__number", "state=shown__state", "metric=shown__metric",
                "unit=shown__unit", "direction=shown__direction", "threshold=shown__threshold", "upper=shown__upper",
                "floor=shown__floor", "baseline=shown__baseline", "method=shown__method", "owner=shown__owner_name",
                filters="level",
            ),
            search=("name", "key"), prefetch=("versions",), shown=9,
        ),
        Table(
            "measurements", "Measurements", Measurement,
            _columns(
                "criterion=version__criterion__key", "criterion_version=version__number|Version", "value", "lower",
                "upper", "environment", "measured_at", "iteration", "subject_version|Model", "note",
                "recorded_by=recorded_by__username", "recorded_at", "by_machine", filters="environment",
            ),
            search=("version__criterion__key", "note"),
        ),
        Table(
            "documents", "Documents", Document,
            _columns(
                "kind", "title|Document", PHASE, "revision=newest__number", "state=newest__state",
                "author=newest__author__username", "created_at=newest__created_at", "decided_at=newest__decided_at",
                filters="phase",
            ),
            search=("title", "kind"), prefetch=("revisions__author",),
        ),
        Table(
            "decisions", "Decisions at gates", Decision,
            _columns(
                "gate=gate__name", "outcome", "iteration", "reason", "condition", "to_phase",
                "decided_by=decided_by__username", "decided_at", "facts_sha256=facts__sha256", filters="outcome",
            ),
        ),
        Table(
            "waivers", "Waivers", Waiver,
            _columns(
                "gate=gate__name", "check=check_key", "state", "reason", "expires_on",
                "requested_by=requested_by__username", "requested_at", "decided_by=decided_by__username", "decided_at",
                filters="state",
            ),
        ),
        Table(
            "iterations", "Iterations", Iteration,
            _columns(
                "number", "origin", "from_phase", "to_phase", "reason", "opened_by=opened_by__username", "opened_at",
                "reopened_tasks", filters="origin",
            ),
        ),
        Table(
            "members", "Members", Membership,
            _columns("user=user__username", "name=user__display_name", "roles", "is_active=user__is_active|Active"),
        ),
        Table(
            "comments", "Comments", Comment,
            _columns("on=subject_name", "kind=subject_type", "text", "author=author__username", "written_at"),
        ),
    )
}  # fmt: skip


def register_table(table: Table) -> None:
    """Add a list of an app above this one."""
    TABLES[table.name] = table


@dataclass(frozen=True)
class Asked:
    """What of a table is wanted: `given` by filter key, a text to search, and a column to sort by."""

    given: Mapping[str, str]
    text: str = ""
    sort: str = ""

    def apply(self, table: Table, rows: models.QuerySet) -> models.QuerySet:
        """What fits nothing gives no rows; a column that can not be sorted by is left out."""
        for column in table.columns:
            value = self.given.get(column.key, "")
            if not (column.is_filter and value):
                continue
            if column.path == "phase__number" and value not in set("123456"):
                return rows.none()
            rows = rows.filter(**{column.path: value})
        if self.text:
            wanted = models.Q()
            for path in table.search:
                wanted |= models.Q(**{f"{path}__icontains": self.text})
            rows = rows.filter(wanted)
        return self._sorted(table, rows)

    def _sorted(self, table: Table, rows: models.QuerySet) -> models.QuerySet:
        column = next((c for c in table.columns if c.key == self.sort.removeprefix("-")), None)
        if column is None or not is_sortable(table, column):
            return rows
        place = models.F(column.path)
        order = place.desc(nulls_last=True) if self.sort.startswith("-") else place.asc(nulls_last=True)
        return rows.order_by(order, "pk")


def is_sortable(table: Table, column: Column) -> bool:
    try:
        return not isinstance(_field(table.model, column.path), models.JSONField | models.TextField)
    except FieldDoesNotExist:
        return False
