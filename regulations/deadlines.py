"""Until when a serious incident has to be reported: pure functions of records and of a pack's `incident_deadlines`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from regulations.records import Record

Seriousness = Literal["serious", "not serious", "open"]
Deadline = Mapping[str, Any]


@dataclass(frozen=True)
class Clock:
    """`deadline` is the shortest that matches; in calendar days, of which that of awareness is not one."""

    deadline: Deadline
    aware_on: date
    reported_on: date | None

    @property
    def due_on(self) -> date:
        return self.aware_on + timedelta(days=self.deadline["max_days"])

    def days_left(self, today: date) -> int:
        """Until the report is due, counted from when it was made, or from today; below zero it is late."""
        return (self.due_on - (self.reported_on or today)).days


def seriousness(incident: Record, deadlines: Sequence[Deadline]) -> Seriousness:
    """By its kind, or by what was judged. Open as long as neither is recorded."""
    kind, judged = incident.fields.get("kind"), incident.fields.get("serious")
    if judged == "yes" or any(kind in each["kinds"] for each in deadlines):
        return "serious"
    return "not serious" if kind or judged == "no" else "open"


def clock(incident: Record, deadlines: Sequence[Deadline]) -> Clock | None:
    """As long as its kind is not known, the shortest deadline of all counts. None: awareness is not recorded."""
    aware_on = _day(incident.fields.get("aware_at"))
    if aware_on is None or not deadlines:
        return None
    kind = incident.fields.get("kind")
    matching = [each for each in deadlines if kind in each["kinds"]] or list(deadlines)
    shortest = min(matching, key=lambda each: each["max_days"])
    return Clock(shortest, aware_on, _day(incident.fields.get("reported_at")))


def _day(value: Any) -> date | None:
    """The day, in UTC."""
    try:
        at = datetime.fromisoformat(str(value or ""))
    except ValueError:
        return None
    return (at.astimezone(UTC) if at.tzinfo else at).date()
