"""Profiles side by side: statistics by feature and segment over the stages, and how far they lie apart. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from audit.canon import decimal_text, rounded

Row = Mapping[str, Any]
# Distances from which two distributions count as apart: standard deviations of the mean, and total variation.
APART = Decimal("0.25")


@dataclass(frozen=True)
class Comparison:
    """One feature in one segment. `by_stage`: its statistics, None where the stage has none; `distance`: of each stage
    from the first that has one, in standard deviations of the mean or, for categories, as total variation."""

    feature: str
    segment: str
    by_stage: Mapping[str, Row | None]
    distance: Mapping[str, str]

    @property
    def missing(self) -> list[str]:
        return [stage for stage, row in self.by_stage.items() if row is None]

    @property
    def apart(self) -> list[str]:
        return [stage for stage, distance in self.distance.items() if Decimal(distance) >= APART]


def compare(statistics: Mapping[str, Sequence[Row]]) -> list[Comparison]:
    """By feature and segment, in the order they first appear; `statistics` by stage."""
    keys = dict.fromkeys(_key(row) for rows in statistics.values() for row in rows)
    found = {stage: {_key(row): row for row in rows} for stage, rows in statistics.items()}
    compared = []
    for key in keys:
        by_stage = {stage: rows.get(key) for stage, rows in found.items()}
        given = {stage: row for stage, row in by_stage.items() if row is not None}
        first, *others = given
        distances = {stage: _distance(given[first], given[stage]) for stage in others}
        compared.append(Comparison(*key, by_stage, {s: d for s, d in distances.items() if d is not None}))
    return compared


def _key(row: Row) -> tuple[str, str]:
    return row["feature"], row.get("segment", "")


def _distance(base: Row, other: Row) -> str | None:
    if base.get("categories") and other.get("categories"):
        return _variation(counts(base["categories"]), counts(other["categories"]))
    if base.get("mean") is None or other.get("mean") is None or not Decimal(base.get("std") or 0):
        return None
    return _text(abs(Decimal(other["mean"]) - Decimal(base["mean"])) / Decimal(base["std"]))


def _variation(base: Mapping[str, Decimal], other: Mapping[str, Decimal]) -> str | None:
    total, further = sum(base.values()), sum(other.values())
    if not total or not further:
        return None
    names = base.keys() | other.keys()
    apart = sum(abs(base.get(n, Decimal(0)) / total - other.get(n, Decimal(0)) / further) for n in names)
    return _text(apart / 2)


def counts(text: str) -> dict[str, Decimal]:
    """From “yes: 3, no: 5”; parts without a number are left out."""
    found = {}
    for part in text.split(","):
        name, _, number = part.rpartition(":")
        if name.strip() and number.strip().isascii() and number.strip().isdigit():
            found[name.strip()] = Decimal(number.strip())
    return found


def _text(value: Decimal) -> str:
    return decimal_text(rounded(value, 4))


@dataclass(frozen=True)
class Checks:
    """The checks of one feature: failures and rows looked at by check; None where it was not done."""

    feature: str
    results: Sequence[tuple[int, int] | None]  # (failed, looked at)

    @property
    def is_unchecked(self) -> bool:
        return not any(self.results)

    @property
    def failed(self) -> int:
        return sum(result[0] for result in self.results if result)


def summary(rows: Iterable[Row], expected: Iterable[str]) -> tuple[list[str], list[Checks]]:
    """Names of the checks, and a line for each feature that was checked or is expected, such as by the schema."""
    found = {
        (row["feature"], row["check"]): (int(row["failed"]), int(row["failed"]) + int(row["passed"])) for row in rows
    }
    names = list(dict.fromkeys(check for _, check in found))
    features = dict.fromkeys([*expected, *(feature for feature, _ in found)])
    return names, [Checks(feature, [found.get((feature, name)) for name in names]) for feature in features]
