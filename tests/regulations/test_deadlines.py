"""The clock of a serious incident: the shortest deadline that matches, in calendar days from awareness."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulations import files
from regulations.deadlines import clock, seriousness
from regulations.records import Record, Reference

DEADLINES = files.read(files.DATA / "eu-ai-act" / "2026-07-27").body["incident_deadlines"]


def incident(**fields: Any) -> Record:
    return Record("incident", fields, Reference("sample.incident", "1", "Incident"))


@pytest.mark.parametrize(
    ("kind", "days"),
    [
        ("death", 10), ("critical-infrastructure", 2), ("widespread-infringement", 2), ("serious-harm-health", 15),
        ("fundamental-rights", 15), ("property-environment", 15),
    ],
)  # fmt: skip
def test_each_kind_has_its_deadline(kind: str, days: int) -> None:
    runs = clock(incident(kind=kind, aware_at="2026-06-01"), DEADLINES)
    assert runs.due_on == date(2026, 6, 1) + timedelta(days=days)


def test_of_several_deadlines_the_shortest_counts() -> None:
    both = [{"kinds": ["death"], "max_days": 10}, {"kinds": ["death", "fire"], "max_days": 3}]
    assert clock(incident(kind="death", aware_at="2026-06-01"), both).due_on == date(2026, 6, 4)


def test_as_long_as_the_kind_is_not_known_the_shortest_of_all_counts() -> None:
    assert clock(incident(aware_at="2026-06-01"), DEADLINES).due_on == date(2026, 6, 3)


def test_the_day_is_that_in_utc() -> None:
    runs = clock(incident(kind="death", aware_at="2026-06-01T01:00:00+02:00"), DEADLINES)
    assert runs.aware_on == date(2026, 5, 31)


@given(st.integers(0, 30), st.one_of(st.none(), st.integers(0, 30)))
def test_what_is_left_is_counted_until_the_report_or_today(age: int, reported_after: int | None) -> None:
    today, aware = date(2026, 6, 30), date(2026, 6, 30) - timedelta(days=age)
    reported = "" if reported_after is None else str(aware + timedelta(days=reported_after))
    runs = clock(incident(kind="death", aware_at=str(aware), reported_at=reported), DEADLINES)
    assert runs.days_left(today) == 10 - (age if reported_after is None else reported_after)


def test_without_awareness_there_is_no_clock() -> None:
    assert clock(incident(kind="death"), DEADLINES) is None
    assert clock(incident(kind="death", aware_at="in spring"), DEADLINES) is None


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({}, "open"), ({"kind": "death"}, "serious"), ({"kind": "malfunction"}, "not serious"),
        ({"serious": "no"}, "not serious"), ({"serious": "yes"}, "serious"),
        ({"kind": "death", "serious": "no"}, "serious"), ({"kind": "malfunction", "serious": "yes"}, "serious"),
    ],
)  # fmt: skip
def test_an_incident_is_serious_by_its_kind_or_by_judgement(fields: dict[str, str], verdict: str) -> None:
    assert seriousness(incident(**fields), DEADLINES) == verdict
