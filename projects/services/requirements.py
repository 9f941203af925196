"""Requirements and constraints of a phase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.ids import uuid7
from crispmlq.errors import Invalid
from projects.models import Phase, Requirement
from projects.services.doing import doing, require_known, required_text
from projects.services.phases import require_open
from projects.states import require_move

if TYPE_CHECKING:
    from accounts.actors import Actor


def confirm(*, requirement: Requirement, note: str, by: Actor, expected: int | None = None) -> Requirement:
    """Confirm that the project meets the requirement; `note` says how.

    Raises:
        PhaseClosed, IllegalMove, and as `doing`.
    """
    note = required_text(note, "note", "Say in a sentence how the project meets it.")
    with doing("requirement.confirmed", by=by, on=requirement, right="work", expected=expected) as now:
        require_open(now.row.phase, "confirm a requirement")
        _confirm(now.row, note, by, now.act.at)
        now.row.save()
        return now.row


def confirm_many(*, phase: Phase, keys: list[str], note: str, by: Actor) -> list[Requirement]:
    """Confirm several requirements of one phase in one act.

    Raises:
        Invalid: a key is unknown in the phase. And as `confirm`.
    """
    note = required_text(note, "note", "Say in a sentence how the project meets them.")
    with doing("requirements.confirmed", by=by, on=phase, right="work") as now:
        require_open(now.row, "confirm requirements")
        require_known(keys, phase.requirement_set.values_list("key", flat=True), f"a requirement of {phase}")
        rows = list(phase.requirement_set.select_for_update().filter(key__in=keys))
        for row in rows:
            _confirm(row, note, by, now.act.at)
        Requirement.objects.bulk_update(rows, ["state", "note", "confirmed_by", "confirmed_at"])
        return rows


def reopen(*, requirement: Requirement, reason: str, by: Actor) -> Requirement:
    reason = required_text(reason, "reason", "Say why it has to be looked at again.")
    with doing("requirement.reopened", by=by, on=requirement, right="work", reason=reason) as now:
        require_open(now.row.phase, "reopen a requirement")
        require_move(now.row, Requirement.State.OPEN)
        now.row.state, now.row.confirmed_by, now.row.confirmed_at = Requirement.State.OPEN, None, None
        now.row.save()
        return now.row


def add(*, phase: Phase, kind: str, text: str, by: Actor) -> Requirement:
    """Add a requirement of the project's own."""
    text = required_text(text, "text", "Say what is required.")
    if kind not in Requirement.Kind.values:
        raise Invalid("Choose requirement or constraint.", errors={"kind": ["Choose requirement or constraint."]})
    row = Requirement(project_id=phase.project_id, phase=phase, kind=kind, text=text, is_own=True)
    row.key = f"own-{uuid7().hex[-12:]}"
    with doing("requirement.added", by=by, on=phase, right="work") as now:
        require_open(now.row, "add a requirement")
        row.position = phase.requirement_set.count() + 1
        row.save()
        now.act.subject = row
        return row


def _confirm(row: Requirement, note: str, by: Actor, at: object) -> None:
    require_move(row, Requirement.State.CONFIRMED)
    row.state, row.note, row.confirmed_by_id, row.confirmed_at = Requirement.State.CONFIRMED, note, by.user.pk, at
