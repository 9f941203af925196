"""Alarms: acknowledged by a person, closed by one where the rule asks for it, repeated until somebody looks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import audit
from audit import SYSTEM
from monitoring.models import Alarm
from monitoring.services import reactions
from projects.services.doing import doing, required_text
from projects.states import require_move

if TYPE_CHECKING:
    from accounts.actors import Actor

REPEATED_AFTER = timedelta(hours=1)


def acknowledge(*, alarm: Alarm, by: Actor, note: str = "") -> Alarm:
    """Say that somebody looks at it; it is not repeated any more."""
    with doing("alarm.acknowledged", by=by, on=alarm, right="operate") as now:
        require_move(now.row, Alarm.State.ACKNOWLEDGED)
        now.row.state, now.row.note = Alarm.State.ACKNOWLEDGED, note.strip()
        now.row.acknowledged_by_id, now.row.acknowledged_at = by.user.pk, now.act.at
        now.row.save()
        return now.row


def close(*, alarm: Alarm, reason: str, by: Actor) -> Alarm:
    """End it by a person; a further violation raises a new one."""
    reason = required_text(reason, "reason", "Say why the alarm is over.")
    with doing("alarm.closed", by=by, on=alarm, right="operate", reason=reason) as now:
        require_move(now.row, Alarm.State.CLOSED)
        now.row.state, now.row.note = Alarm.State.CLOSED, reason
        now.row.closed_by_id, now.row.closed_at = by.user.pk, now.act.at
        now.row.save()
        return now.row


def repeat(alarm: Alarm, now: datetime) -> bool:
    """Tell once more of an alarm that nobody acknowledged for an hour; it is locked. Whether anybody was told."""
    if alarm.state != Alarm.State.OPEN or alarm.told_at is None or now - alarm.told_at < REPEATED_AFTER:
        return False
    with audit.act("alarm.repeated", by=SYSTEM, subject=alarm):
        alarm.told_at, alarm.told = now, alarm.told + 1
        alarm.save()
        reactions.tell_of(alarm)
    return True
