"""How a project stands to a regulation, read from its rows: those of now, or of a past time."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from audit.past import Present
from crispmlq.errors import Conflict
from projects.models import Project
from regulations import record_types, selectors, sources
from regulations.coverage import Assigned, Confirmed, Coverage, cover
from regulations.definitions import Pack
from regulations.interview import Interview
from regulations.models import Classification, Confirmation, PackVersion, Responsibility
from regulations.records import Records, Reference
from regulations.sources.collecting import Rows


class NotClassified(Conflict):
    code, title = "not_classified", "Not classified yet"


def of_project(project: Project, regulation: str) -> Coverage:
    """The coverage of now. About a query for each kind of row, however many rows.

    Raises: NotClassified: nobody answered its questions yet. NotFound: no such regulation is in force.
    """
    rows = Present(project.pk)
    return of_rows(rows, regulation, sources.collect(rows), timezone.localdate())


def of_rows(rows: Rows, regulation: str, records: Records, today: date) -> Coverage:
    """The same of given rows, with the records that were collected from them. Raises: as `of_project`."""
    version, interview, is_signed = _basis(rows, regulation)
    types = record_types.built_in()
    return cover(
        interview, records, types, _confirmed(rows, version), _assigned(rows, regulation), today, is_signed=is_signed
    )


def packs(rows: Rows, at: datetime) -> dict[str, Pack]:
    """By regulation, the text the project stands under: the one it was classified by, else that in force then."""
    in_force = {key: version.pack for key, version in selectors.in_force(at).items()}
    return in_force | {row.regulation: row.pack for row in classifications(rows)}


def classifications(rows: Rows) -> list[Classification]:
    """For each regulation the one that counts, by key."""
    keys = sorted({row.regulation for row in rows.rows(Classification)})
    return [row for key in keys if (row := classification_of(rows, key)) is not None]


def classification_of(rows: Rows, regulation: str) -> Classification | None:
    """The signed one; while there is none, the draft."""
    found = [row for row in rows.rows(Classification) if row.regulation == regulation]
    for state in (Classification.State.SIGNED, Classification.State.DRAFT):
        for row in found:
            if row.state == state:
                return row
    return None


def _basis(rows: Rows, regulation: str) -> tuple[PackVersion, Interview, bool]:
    row = classification_of(rows, regulation)
    if row is not None:
        return row.pack_version, row.interview(), row.state == Classification.State.SIGNED
    version = selectors.pack_in_force(regulation, rows.at)
    if version.pack.facts:
        raise NotClassified(f"The questions of “{version.pack.name}” are not answered yet: begin its classification.")
    return version, Interview(version.pack, {}, ()), True  # a framework that one follows by choice asks nothing


def _confirmed(rows: Rows, version: PackVersion) -> dict[str, Confirmed]:
    """The newest of each obligation."""
    return {
        row.obligation: Confirmed(
            verdict=row.verdict,
            reason=row.reason,
            by=str(row.confirmed_by),
            at=row.confirmed_at,
            evidence=row.evidence,
            source=Reference(row._meta.label_lower, str(row.pk), str(row)),
        )
        for row in rows.rows(Confirmation)
        if row.pack.key == version.key
    }


def _assigned(rows: Rows, regulation: str) -> dict[str, Assigned]:
    return {
        row.obligation: Assigned(str(row.owner), row.owner_id, row.due_on)
        for row in rows.rows(Responsibility)
        if row.regulation == regulation
    }
