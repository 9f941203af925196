"""Reads of packs and of classifications: which text is in force, how a project stands under it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from crispmlq.errors import NotFound
from projects.models import Project
from regulations.models import Classification, Entry, PackVersion
from regulations.record_types import RecordType, built_in, record_types


def packs() -> list[PackVersion]:
    """Every loaded version, by key and version."""
    return list(_versions().select_related("put_in_force_by"))


def in_force(at: datetime | None = None) -> dict[str, PackVersion]:
    """By key, the version put into force last (until `at`, if given)."""
    found = _versions().exclude(in_force_since=None).order_by("in_force_since", "version")
    if at is not None:
        found = found.filter(in_force_since__lte=at)
    return {row.key: row for row in found}


def pack_in_force(key: str, at: datetime | None = None) -> PackVersion:
    """Raises: NotFound: no version of this regulation is in force."""
    row = in_force(at).get(key)
    if row is None:
        known = ", ".join(sorted(in_force())) or "none yet: an administrator runs `manage.py load_regulations`"
        raise NotFound(f"No regulation “{key}” is in force here, but: {known}.")
    return row


def version(key: str, number: str = "") -> PackVersion:
    """The version of that number; without, the one in force.

    Raises: NotFound: it was never loaded; the sentence tells which were.
    """
    if not number:
        return pack_in_force(key)
    row = _versions().filter(key=key, version=number).first()
    if row is None:
        loaded = ", ".join(PackVersion.objects.filter(key=key).values_list("version", flat=True)) or "none"
        raise NotFound(f"Version “{number}” of “{key}” was never loaded here, but: {loaded}.")
    return row


def record_types_in_force() -> dict[str, RecordType]:
    """What records the regulations in force ask for; those that come with the product, if none is in force."""
    found: dict[str, RecordType] = {}
    for row in in_force().values():
        if "record_types" in row.pack.body:
            found |= record_types(row.pack.body)
    return found or built_in()


@dataclass(frozen=True)
class UnderRegulation:
    """How a project stands under one regulation that is in force, or under which it was classified.

    `again`: why the signed classification has to be made again; worked out now, since nothing may change silently.
    """

    regulation: str
    in_force: PackVersion | None
    signed: Classification | None
    draft: Classification | None
    again: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return self.signed is not None and not self.again


def classifications(project: Project) -> QuerySet[Classification]:
    """All of them, newest first."""
    found = Classification.objects.filter(project=project).select_related("pack_version", "begun_by", "signed_by")
    return found.defer("pack_version__body")


def standings(project: Project) -> list[UnderRegulation]:
    """One for each regulation, by key; three queries."""
    return standings_of([project])[project.pk]


def standings_of(projects: Iterable[Project]) -> dict[UUID, list[UnderRegulation]]:
    """The same for many projects; as many queries as for one."""
    current = in_force()
    open_or_signed = ["draft", "signed"]
    found = Classification.objects.filter(project__in=projects, state__in=open_or_signed)
    by_project: dict[UUID, dict[tuple[str, str], Classification]] = defaultdict(dict)
    for row in found.select_related("pack_version", "begun_by", "signed_by").defer("pack_version__body"):
        by_project[row.project_id][row.regulation, row.state] = row
    substantial: dict[UUID, list[Entry]] = defaultdict(list)
    changes = Entry.objects.filter(project__in=projects, type="change", fields__substantial="yes")
    for entry in changes.filter(state=Entry.State.RECORDED):
        substantial[entry.project_id].append(entry)
    return {
        project.pk: _standings(project, current, by_project[project.pk], substantial[project.pk])
        for project in projects
    }


def standing(project: Project, regulation: str) -> UnderRegulation:
    """Raises: NotFound: the regulation was never in force, nor was the project classified under it."""
    found = next((each for each in standings(project) if each.regulation == regulation), None)
    if found is None:
        pack_in_force(regulation)
        raise NotFound("There is no such regulation.")
    return found


def _standings(
    project: Project,
    current: dict[str, PackVersion],
    rows: dict[tuple[str, str], Classification],
    changes: list[Entry],
) -> list[UnderRegulation]:
    return [
        UnderRegulation(key, current.get(key), signed, draft, _again(project, current.get(key), signed, draft, changes))
        for key in sorted({*current, *(regulation for regulation, _ in rows)})
        for signed, draft in [(rows.get((key, "signed")), rows.get((key, "draft")))]
    ]


def _again(
    project: Project,
    current: PackVersion | None,
    signed: Classification | None,
    draft: Classification | None,
    changes: list[Entry],
) -> tuple[str, ...]:
    """Why a signed classification has to be made again. `changes`: the substantial ones of the project."""
    if signed is None:
        return ()
    found = []
    if current is not None and current.pk != signed.pack_version_id:
        found.append(f"Another text is in force: {current.pack.text_line}")
    if project.purpose != signed.purpose:
        found.append("The purpose of the project was changed.")
    later = [entry.title for entry in changes if entry.recorded_at > signed.signed_at]
    found += [f"A substantial change was recorded: {title}" for title in later]
    if draft is not None and (draft.answers, draft.roles, draft.role_shifts) != (
        signed.answers, signed.roles, signed.role_shifts,
    ):  # fmt: skip
        found.append(f"Newer answers wait for a signature: classification {draft.number}.")
    return tuple(found)


def _versions() -> QuerySet[PackVersion]:
    """Without the bodies, which are large and seldom looked at; `PackVersion.pack` has what is needed of them."""
    return PackVersion.objects.defer("body")
