"""Waivers: one person asks, another grants, until a date, for checks that may be waived at all."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils import timezone

from catalogue.definitions import of
from crispmlq.errors import Conflict, Invalid, NotAllowed
from policies import selectors as policies
from projects.gates import policy
from projects.models import Gate, Waiver
from projects.services.doing import doing, required_text
from projects.states import require_move

if TYPE_CHECKING:
    from accounts.actors import Actor


def request(*, gate: Gate, check_key: str, reason: str, expires_on: date, by: Actor) -> Waiver:
    """Ask for a waiver, while the gate is open.

    Raises:
        Invalid: no reason, a past date or an unknown check. NotAllowed: the check can not be waived.
        Conflict: the gate is submitted or passed, or a waiver of the check waits already.
    """
    reason = required_text(reason, "reason", "Say why the check need not be met; the report prints it.")
    if expires_on <= timezone.localdate():
        raise Invalid("Choose a date in the future.", errors={"expires_on": ["Choose a date in the future."]})
    with doing("waiver.requested", by=by, on=gate, right="submit gates", reason=reason) as now:
        _require_open(now.row)
        check = next((c for c in of(now.project.catalogue).gate(gate.key).checks if c.key == check_key), None)
        if check is None:
            raise Invalid("This gate has no such check.", errors={"check": ["This gate has no such check."]})
        if not policy.is_waivable(check, policies.in_force().values):
            raise NotAllowed("This check protects what can not be traded away; it can not be waived.")
        if gate.waivers.filter(check_key=check_key, state=Waiver.State.REQUESTED).exists():
            raise Conflict("A waiver of this check waits for an answer already.")
        waiver = Waiver(
            project=now.project, gate=now.row, check_key=check_key, reason=reason, expires_on=expires_on,
            requested_by_id=by.user.pk, requested_at=now.act.at,
        )  # fmt: skip
        waiver.save()
        return waiver


def grant(*, waiver: Waiver, by: Actor) -> Waiver:
    """Raises: NotAllowed: who asked can not grant. Conflict: the gate is not open. NoRight; IllegalMove."""
    with doing("waiver.granted", by=by, on=waiver, right="grant waivers") as now:
        _require_open(now.row.gate)
        return _answer(now.row, Waiver.State.GRANTED, by, now.act.at)


def refuse(*, waiver: Waiver, reason: str, by: Actor) -> Waiver:
    reason = required_text(reason, "reason", "Say why.")
    with doing("waiver.refused", by=by, on=waiver, right="grant waivers", reason=reason) as now:
        return _answer(now.row, Waiver.State.REFUSED, by, now.act.at)


def _require_open(gate: Gate) -> None:
    if gate.state != Gate.State.OPEN:
        raise Conflict(
            f"The gate is {gate.get_state_display().lower()}; its waivers are settled before it is submitted.",
            state=gate.state,
        )


def _answer(waiver: Waiver, state: str, by: Actor, at: object) -> Waiver:
    require_move(waiver, state)
    if waiver.requested_by_id == by.user.pk:
        raise NotAllowed("You asked for this waiver; another person has to answer.")
    waiver.state, waiver.decided_by_id, waiver.decided_at = state, by.user.pk, at
    waiver.save()
    return waiver
