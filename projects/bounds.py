"""What a number says of a criterion; the one answer for gates, pages and reports."""

from __future__ import annotations

from decimal import Decimal

ON_TRACK, AT_RISK, MISSED = "on_track", "at_risk", "missed"
STATUSES = {ON_TRACK: "On track", AT_RISK: "At risk", MISSED: "Missed"}
# The phase from which a criterion of a level has to have a value.
DUE_IN = {"ml": 3, "business": 4, "economic": 5}


def reaches(value: Decimal, direction: str, threshold: Decimal, upper: Decimal | None) -> bool:
    """`threshold` is the upper bound of "at_most", else the lower one; `upper` that of "between" alone."""
    if direction == "at_most":
        return value <= threshold
    return value >= threshold and (upper is None or value <= upper)


def holds_floor(
    value: Decimal, direction: str, threshold: Decimal, upper: Decimal | None, floor: Decimal | None
) -> bool:
    """Whether a value is at least bearable. In a range the floor loosens the lower bound alone."""
    if floor is None:
        return reaches(value, direction, threshold, upper)
    if direction == "at_most":
        return value <= floor
    return value >= floor and (upper is None or value <= upper)


def status(
    value: Decimal | None,
    direction: str,
    threshold: Decimal,
    upper: Decimal | None,
    floor: Decimal | None,
    *,
    is_due: bool,
) -> str:
    """How a criterion stands: missed below its floor, at risk below its threshold or without a value that is due."""
    if value is None:
        return AT_RISK if is_due else ON_TRACK
    if reaches(value, direction, threshold, upper):
        return ON_TRACK
    return AT_RISK if floor is not None and holds_floor(value, direction, threshold, upper, floor) else MISSED
