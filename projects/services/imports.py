"""Rows out of a table: tasks, risks, requirements, criteria, measurements. All come in, or none.

Each row goes through the service a person would use, so that every rule, right and event is the same; what they refuse
is told by row. A trial run does all of it and takes it back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from audit.canon import decimal_of
from crispmlq.errors import Conflict, DomainError, Invalid, NotAllowed
from projects import access
from projects.models import Criterion, Membership, Phase, Project
from projects.services import criteria, measurements, requirements, risks, tasks
from ui.sheet_files import Table

if TYPE_CHECKING:
    from decimal import Decimal

    from accounts.actors import Actor

MOST_ROWS = 1000
MOST_FAULTS = 100
DAY_ZERO = datetime(1899, 12, 30, tzinfo=UTC)  # of spreadsheets
OF_SPREADSHEET = re.compile(r"[0-9]{5}(\.[0-9]{1,20})?", re.ASCII)  # days since then
Values = dict[str, Any]


@dataclass(frozen=True)
class Column:
    key: str
    label: str
    read: Callable[[str], Any] = str
    is_needed: bool = False
    names: Sequence[str] = ()  # other headings it is known by


@dataclass(frozen=True)
class Kind:
    title: str
    columns: Sequence[Column]
    make: Callable[[Project, Values, Actor], Any]

    def mapping(self, headings: Sequence[str]) -> dict[str, str]:
        """Column key -> heading that names it, by key or label."""
        by_name = {_plain(heading): heading for heading in headings}
        found = {}
        for column in self.columns:
            known = (by_name.get(_plain(name)) for name in (column.key, column.label, *column.names))
            if heading := next(filter(None, known), None):
                found[column.key] = heading
        return found


@dataclass(frozen=True)
class Fault:
    """`row` as the program shows it in which the table was written."""

    row: int
    column: str
    message: str


@dataclass(frozen=True)
class Outcome:
    """`made`: rows that were stored; none in a trial, and none with a fault."""

    rows: int
    made: int
    faults: list[Fault]
    mapping: dict[str, str]
    ignored: list[str]  # headings nothing is read from


class RowsRefused(Invalid):
    code, title = "rows_refused", "Some rows can not be taken"


def bring_in(
    *, project: Project, kind: str, table: Table, by: Actor, mapping: Mapping[str, str] | None = None,
    dry_run: bool = False,
) -> Outcome:  # fmt: skip
    """Store the rows of a table in one transaction. `mapping` leads from keys of columns to headings of the table.

    Raises:
        RowsRefused: a row can not be taken (`data["faults"]`); in a trial they are told instead.
        Invalid: an unknown kind, too many rows, or a column that is needed and not mapped. NoRight; ProjectFrozen.
    """
    project = access.project_for(by, project.slug)
    access.require(by, project, "work")
    access.require_writable(project)
    definition = _kind(kind)
    chosen = _mapping(definition, table, mapping)
    if len(table.rows) > MOST_ROWS:
        raise Invalid(f"Give at most {MOST_ROWS} rows at once.", errors={"file": [f"At most {MOST_ROWS} rows."]})
    with transaction.atomic():
        faults = _make_all(project, definition, table, chosen, by)
        transaction.set_rollback(dry_run or bool(faults))
    ignored = [heading for heading in table.headings if heading not in chosen.values()]
    made = 0 if dry_run or faults else len(table.rows)
    outcome = Outcome(len(table.rows), made, faults[:MOST_FAULTS], chosen, ignored)
    if faults and not dry_run:
        first = faults[0]
        raise RowsRefused(
            f"Row {first.row}: {first.message} Nothing was imported.",
            faults=[vars(fault) for fault in outcome.faults],
        )
    return outcome


def _kind(kind: str) -> Kind:
    if kind not in KINDS:
        raise Invalid("There is nothing of this kind to import.", errors={"kind": [f"One of {', '.join(KINDS)}."]})
    return KINDS[kind]


def _mapping(kind: Kind, table: Table, given: Mapping[str, str] | None) -> dict[str, str]:
    chosen = kind.mapping(table.headings) if given is None else {k: v for k, v in given.items() if v}
    errors = {key: ["There is no such column."] for key in set(chosen) - {column.key for column in kind.columns}}
    errors |= {key: [f"The file has no column “{v}”."] for key, v in chosen.items() if v not in table.headings}
    for column in kind.columns:
        if column.is_needed and column.key not in chosen:
            errors[column.key] = [f"Say which column holds “{column.label}”."]
    if errors:
        raise Invalid(" ".join(message for messages in errors.values() for message in messages), errors=errors)
    return chosen


def _make_all(project: Project, kind: Kind, table: Table, mapping: dict[str, str], by: Actor) -> list[Fault]:
    at = {heading: place for place, heading in enumerate(table.headings)}
    faults: list[Fault] = []
    for number, cells in zip(table.lines, table.rows, strict=True):
        values, wrong = _values(kind, {key: cells[at[heading]].strip() for key, heading in mapping.items()})
        faults += [Fault(number, column, message) for column, message in wrong]
        if wrong:
            continue
        try:
            kind.make(project, values, by)
        except NotAllowed:
            raise
        except Invalid as refusal:
            found = refusal.errors or {"": [refusal.message]}
            faults += [Fault(number, column, message) for column, messages in found.items() for message in messages]
        except DomainError as refusal:
            faults.append(Fault(number, "", refusal.message))
    return faults


def _values(kind: Kind, texts: dict[str, str]) -> tuple[Values, list[tuple[str, str]]]:
    """Read values, and what can not be read: (column, why)."""
    values: Values = {}
    wrong = []
    for column in kind.columns:
        text = texts.get(column.key, "")
        if not text:
            if column.is_needed:
                wrong.append((column.key, f"“{column.label}” is empty."))
            continue
        try:
            values[column.key] = column.read(text)
        except ValueError as fault:
            wrong.append((column.key, str(fault)))
    return values, wrong


def _plain(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def _choice(text: str) -> str:
    return text.strip().lower().replace(" ", "_")


def _phase(text: str) -> int:
    if text.removeprefix("Phase ").strip() not in set("123456"):
        raise ValueError("Give the number of a phase, 1 to 6.")
    return int(text.removeprefix("Phase ").strip())


def _day(text: str) -> date:
    """ISO, with or without a time of day, or the number a spreadsheet stores a date as."""
    if OF_SPREADSHEET.fullmatch(text):
        return (DAY_ZERO + timedelta(days=float(text))).date()
    try:
        return date.fromisoformat(text) if len(text) <= len("2026-11-25") else datetime.fromisoformat(text).date()
    except ValueError:
        raise ValueError("Give a date, such as 2026-11-25.") from None


def _moment(text: str) -> datetime:
    if OF_SPREADSHEET.fullmatch(text):
        return DAY_ZERO + timedelta(seconds=round(float(text) * 86_400))
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("Give a time, such as 2026-11-25T09:00:00Z.") from None


def _number(text: str) -> Decimal:
    try:
        return decimal_of(text)
    except ValueError:
        raise ValueError("Give a number, with a point for decimals.") from None


def _in_phase(project: Project, values: Values) -> Phase:
    return project.phase_set.get(number=values.pop("phase"))


def _task(project: Project, values: Values, by: Actor) -> None:
    assignee, due_on = values.pop("assignee", None), values.pop("due_on", None)
    task = tasks.add(phase=_in_phase(project, values), by=by, **values)
    if assignee is None and due_on is None:
        return
    member = Membership.objects.filter(project=project, user__username=assignee).first()
    if assignee is not None and member is None:
        raise Invalid("No member.", errors={"assignee": [f"{assignee} is no member of the project."]})
    tasks.assign(task=task, user_id=member and member.user_id, due_on=due_on, by=by)


def _risk(project: Project, values: Values, by: Actor) -> None:
    risks.add(phase=_in_phase(project, values), by=by, **values)


def _requirement(project: Project, values: Values, by: Actor) -> None:
    kind = values.pop("kind", "requirement")
    requirements.add(phase=_in_phase(project, values), kind=kind, by=by, **values)


def _criterion(project: Project, values: Values, by: Actor) -> None:
    head = {name: values.pop(name) for name in ("key", "level", "name")}
    criteria.propose(project=project, demand=criteria.Demand(**values), by=by, **head)


def _measurement(project: Project, values: Values, by: Actor) -> None:
    key = values.pop("criterion")
    criterion = Criterion.objects.filter(project=project, key=key).first()
    if criterion is None:
        raise Invalid("No criterion.", errors={"criterion": [f"There is no criterion “{key}”."]})
    if "unit" not in values:
        raise Conflict("Say in which unit it was measured.")
    measurements.record(criterion=criterion, reading=measurements.Reading(**values), by=by)


PHASE = Column("phase", "Phase", _phase, is_needed=True)
KINDS: dict[str, Kind] = {
    "tasks": Kind(
        "Tasks",
        (
            Column("name", "Task", is_needed=True, names=["Name", "Title"]), Column("aim", "Aim", is_needed=True),
            PHASE, Column("assignee", "Assignee"), Column("due_on", "Due", _day),
        ),
        _task,
    ),
    "risks": Kind(
        "Risks",
        (
            Column("name", "Risk", is_needed=True, names=["Name", "Title"]),
            Column("what_goes_wrong", "What goes wrong", is_needed=True), PHASE,
            Column("category", "Category", _choice, is_needed=True),
            Column("severity", "Severity", _choice, is_needed=True, names=["Default severity"]),
            Column("likelihood", "Likelihood", _choice, is_needed=True, names=["Default likelihood"]),
        ),
        _risk,
    ),
    "requirements": Kind(
        "Requirements",
        (Column("text", "Requirement", is_needed=True, names=["Text"]), PHASE, Column("kind", "Kind", _choice)),
        _requirement,
    ),
    "criteria": Kind(
        "Criteria",
        (
            Column("key", "Key", is_needed=True), Column("name", "Criterion", is_needed=True, names=["Name"]),
            Column("level", "Level", _choice, is_needed=True), Column("metric", "Metric", is_needed=True),
            Column("unit", "Unit", is_needed=True), Column("direction", "Direction", _choice, is_needed=True),
            Column("threshold", "Threshold", _number, is_needed=True), Column("upper", "Upper", _number),
            Column("floor", "Floor", _number), Column("baseline", "Baseline", _number),
            Column("method", "Method", is_needed=True),
            Column("owner_name", "Owner", is_needed=True), Column("justification", "Justification"),
            Column("supports", "Supports"),
        ),
        _criterion,
    ),
    "measurements": Kind(
        "Measurements",
        (
            Column("criterion", "Criterion", is_needed=True), Column("value", "Value", _number, is_needed=True),
            Column("unit", "Unit"), Column("environment", "Environment", str.lower, is_needed=True),
            Column("measured_at", "Measured at", _moment, is_needed=True), Column("lower", "Lower", _number),
            Column("upper", "Upper", _number), Column("subject_version", "Model"),
            Column("dataset", "Dataset"), Column("note", "Note"),
        ),
        _measurement,
    ),
}  # fmt: skip
