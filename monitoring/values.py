"""The values of a delivery: read from what was sent, and kept as text. Pure, and quick for ten thousand of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from audit.canon import decimal_of, decimal_text
from monitoring.rules import ENVIRONMENTS

MOST = 10_000
MOST_ERRORS = 100
DIGITS = 15  # what a float gives back exactly
KINDS = ("measured", "forecast")
TAKES = frozenset({"value", "at", "environment", "segment", "lower", "upper", "kind", "count"})
CLOCK_TOLERANCE = timedelta(minutes=5)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)

Errors = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Value:
    """One value as it was delivered. `at` counts milliseconds since 1970."""

    value: str
    at: int
    environment: str
    segment: str = ""
    lower: str | None = None
    upper: str | None = None
    kind: str = "measured"
    count: int | None = None

    @property
    def place(self) -> tuple[str, str, str]:
        """What series it belongs to, within its signal."""
        return self.environment, self.segment, self.kind

    @property
    def numbers(self) -> tuple[float, float | None, float | None, int | None]:
        return float(self.value), _float(self.lower), _float(self.upper), self.count


def read(rows: Any, now: datetime) -> tuple[list[Value], Errors]:
    """The values sent, and what is wrong with them by row and field (`"3.value"`), at most a hundred."""
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST:
        return [], {"readings": [f"Send a list of 1 to {MOST:,} readings."]}
    latest = now + CLOCK_TOLERANCE
    values: list[Value] = []
    errors: Errors = {}
    for number, row in enumerate(rows):
        try:
            values.append(_value(row, latest))
        except _Wrong as wrong:
            errors[f"{number}.{wrong.field}".rstrip(".")] = [wrong.sentence]
            if len(errors) == MOST_ERRORS:
                break
    return values, errors


def as_text(values: list[Value]) -> str:
    """Canonical JSON; parts with their usual value are left out."""
    return json.dumps([_shortened(value) for value in values], sort_keys=True, separators=(",", ":"))


def of_text(text: str) -> Iterator[Value]:
    for row in json.loads(text):
        yield Value(**row)


def moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)


def _shortened(value: Value) -> dict[str, Any]:
    row: dict[str, Any] = {"value": value.value, "at": value.at, "environment": value.environment}
    for name, usual in (("segment", ""), ("lower", None), ("upper", None), ("kind", "measured"), ("count", None)):
        found = getattr(value, name)
        if found != usual:
            row[name] = found
    return row


class _Wrong(Exception):
    def __init__(self, field: str, sentence: str) -> None:
        self.field, self.sentence = field, sentence


def _value(row: Any, latest: datetime) -> Value:
    if not isinstance(row, dict):
        raise _Wrong("", "A reading is an object.")
    if unknown := sorted(row.keys() - TAKES):
        raise _Wrong(str(unknown[0])[:40], f"Unknown; known are: {', '.join(sorted(TAKES))}.")
    environment = row.get("environment")
    if environment not in ENVIRONMENTS:
        raise _Wrong("environment", f"One of {', '.join(ENVIRONMENTS)}.")
    kind = row.get("kind", "measured")
    if kind not in KINDS:
        raise _Wrong("kind", f"One of {', '.join(KINDS)}.")
    segment = row.get("segment") or ""
    if not isinstance(segment, str) or len(segment) > 80 or not segment.isprintable():
        raise _Wrong("segment", "Up to 80 printable characters.")
    count = row.get("count")
    if count is not None and (type(count) is not int or not 0 <= count < 2**53):
        raise _Wrong("count", "A whole number from 0.")
    value, lower, upper = (_number(row, name) for name in ("value", "lower", "upper"))
    if value is None:
        raise _Wrong("value", "This is needed.")
    if (lower is not None and lower > value) or (upper is not None and upper < value):
        raise _Wrong("value", "The value lies outside its own interval.")
    at = _time(row.get("at"))
    if kind == "measured" and at > latest:
        raise _Wrong("at", "This lies in the future; only forecasts may.")
    return Value(
        decimal_text(value), round(at.timestamp() * 1000), environment, segment, _text(lower), _text(upper), kind, count
    )


def _number(row: dict[str, Any], name: str) -> Decimal | None:
    given = row.get(name)
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, (int, float, str)):
        raise _Wrong(name, "Give a number.")
    try:
        number = decimal_of(str(given))
    except ValueError:
        raise _Wrong(name, "Give a finite number: digits, with a point for decimals.") from None
    digits = len(number.normalize().as_tuple().digits)
    if digits > DIGITS or number.adjusted() > 17 or number.adjusted() < -17:
        raise _Wrong(name, f"Use at most {DIGITS} digits.")
    return number


def _time(given: Any) -> datetime:
    try:
        at = datetime.fromisoformat(given)
    except (TypeError, ValueError):
        raise _Wrong("at", "Give a time with its zone, such as 2026-11-24T10:00:00Z.") from None
    if at.tzinfo is None or at < EARLIEST:
        raise _Wrong("at", "Give a time with its zone, such as 2026-11-24T10:00:00Z.")
    return at


def _text(number: Decimal | None) -> str | None:
    return None if number is None else decimal_text(number)


def _float(text: str | None) -> float | None:
    return None if text is None else float(text)
