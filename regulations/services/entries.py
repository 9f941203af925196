"""Entries: what a project records for a regulation by hand or by program. Never changed, only replaced or withdrawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps

from audit.governed import GovernedModel
from audit.past import Present
from crispmlq.errors import Invalid
from evidence.models import Blob
from evidence.services import blobs
from projects import document_fields
from projects.models import Project
from projects.places import PLACES
from projects.services.doing import Doing, doing, required_text
from projects.services.quota import require_room
from projects.states import require_move
from regulations import selectors
from regulations.models import Entry
from regulations.record_types import RecordType
from regulations.sources import collect

if TYPE_CHECKING:
    from accounts.actors import Actor

MOST_ROWS = 500


@dataclass(frozen=True)
class File:
    name: str
    media_type: str
    data: bytes
    claimed_sha256: str | None = None


@dataclass(frozen=True)
class Draft:
    """What an entry is to say. `about`: rows of the project as `projects.risk/<id>`."""

    fields: dict[str, Any]
    about: tuple[str, ...] = ()
    file: File | None = None


def record(*, project: Project, kind: str, draft: Draft, by: Actor) -> Entry:
    """Record something of this type, or what rows of the project do not say of themselves.

    Raises:
        Invalid: an unknown type, field or row, a value of the wrong type, a required field left empty, or one that the
            row itself tells. QuotaExceeded: the file does not fit any more.
    """
    of = type_of(kind)
    with doing("entry.recorded", by=by, on=project, right="work") as now:
        return _write(now, of, draft, by)


def replace(*, entry: Entry, draft: Draft, reason: str, by: Actor, expected: int | None = None) -> Entry:
    """Record a newer entry in place of this one; the file stays, if no other is given.

    Raises: as `record`. IllegalMove: it was replaced or withdrawn before.
    """
    reason = required_text(reason, "reason", "Say why it changes.")
    with doing("entry.replaced", by=by, on=entry, right="work", reason=reason, expected=expected) as now:
        old: Entry = now.row
        require_move(old, Entry.State.REPLACED)
        old.state = Entry.State.REPLACED
        old.save(update_fields=["state"])
        return _write(now, type_of(old.type), draft, by, replaces=old, reason=reason)


def withdraw(*, entry: Entry, reason: str, by: Actor, expected: int | None = None) -> Entry:
    """Say that it does not count any more.

    Raises: Invalid: no reason. IllegalMove: it was replaced or withdrawn before.
    """
    reason = required_text(reason, "reason", "Say why it is withdrawn.")
    with doing("entry.withdrawn", by=by, on=entry, right="work", reason=reason, expected=expected) as now:
        row: Entry = now.row
        require_move(row, Entry.State.WITHDRAWN)
        row.state, row.withdrawal_reason = Entry.State.WITHDRAWN, reason
        row.withdrawn_by_id, row.withdrawn_at = by.user.pk, now.act.at
        row.save()
        return row


def type_of(name: str) -> RecordType:
    """Raises: Invalid: no regulation in force speaks of it."""
    types = selectors.record_types_in_force()
    if name not in types:
        said = f"There is no record type “{name}”."
        raise Invalid(said, errors={"type": [said]})
    return types[name]


def _write(now: Doing, kind: RecordType, draft: Draft, by: Actor, **replacing: Any) -> Entry:
    rows = _rows(now.project, draft.about)
    stored = document_fields.cleaned(kind, draft.fields)
    told = _told_by(now.project, kind, rows)
    if twice := sorted(stored.keys() & told):
        said = ["The row itself says this; change it there."]
        raise Invalid("Some of this is said by the row itself.", errors=dict.fromkeys(twice, said))
    missing = [field for field in document_fields.lacking(kind, stored) if field.key not in told]
    if missing:
        raise Invalid("Something is missing.", errors={field.key: ["This is needed."] for field in missing})
    if not stored:
        raise Invalid("It says nothing yet.", errors={kind.fields[0].key: ["Fill in at least one field."]})
    entry = Entry(
        project=now.project, type=kind.id, title=_title(kind, stored, rows), fields=stored,
        about=[{"kind": row._meta.label_lower, "id": str(row.pk), "name": str(row)[:160]} for row in rows],
        blob=_stored(now.project, draft.file, replacing.get("replaces")), recorded_by=by.user,
        by_machine=by.is_machine, recorded_at=now.act.at, **replacing,
    )  # fmt: skip
    entry.save()
    now.act.subject = entry
    return entry


def _rows(project: Project, about: Iterable[str]) -> list[GovernedModel]:
    """Raises: Invalid: too many, no kind of row with a page, or none of the project."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for each in dict.fromkeys(about):
        kind, _, key = each.partition("/")
        by_kind[kind].append(key)
    if sum(map(len, by_kind.values())) > MOST_ROWS:
        raise Invalid(f"An entry speaks of up to {MOST_ROWS} rows.", errors={"about": [f"At most {MOST_ROWS}."]})
    return [row for kind, keys in by_kind.items() for row in _rows_of(project, kind, keys)]


def _rows_of(project: Project, kind: str, keys: list[str]) -> list[GovernedModel]:
    found = {}
    if kind in PLACES and (ids := [key for key in map(_uuid, keys) if key]):
        model = apps.get_model(kind)
        found = model._base_manager.filter(**{model.audit_log_field: project.pk}).in_bulk(ids)
    if strangers := [key for key in keys if _uuid(key) not in found]:
        said = f"Not a row of the project: {kind}/{strangers[0]}."
        raise Invalid(said, errors={"about": [said]})
    return list(found.values())


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _told_by(project: Project, kind: RecordType, rows: list[GovernedModel]) -> set[str]:
    """Fields that one of these rows tells itself, as a record of the type."""
    if not rows:
        return set()
    wanted = {(row._meta.label_lower, str(row.pk)) for row in rows}
    found = collect(Present(project.pk), with_entries=False).of(kind.id)
    return {key for r in found if (r.source.kind, r.source.id) in wanted for key in r.fields}


def _title(kind: RecordType, stored: dict[str, Any], rows: list[GovernedModel]) -> str:
    """What it is about, or the first thing it says."""
    if rows:
        return f"{rows[0]}"[:150] + (f" and {len(rows) - 1} more" if len(rows) > 1 else "")
    key = next(field.key for field in kind.fields if field.key in stored)
    return " ".join(kind.told(key, stored[key]).split())[:160]


def _stored(project: Project, file: File | None, replaced: Entry | None) -> Blob | None:
    if file is None:
        return replaced.blob if replaced else None
    require_room(project, len(file.data))
    return blobs.store(
        owner_id=project.pk, name=file.name, media_type=file.media_type, data=file.data,
        claimed_sha256=file.claimed_sha256,
    )  # fmt: skip
