"""The ten tests of the check language: when each passes, fails or stays open, and that it says why."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulations.checks import FAILED, OPEN, PASSED, TESTS, BrokenCheck, Outcome, check_of, is_triggered, judge
from regulations.record_types import built_in
from regulations.records import Record, Records, Reference

TODAY = date(2026, 11, 25)
TYPES = built_in()


def record(of: str, number: int = 1, to: tuple[Reference, ...] = (), /, **fields: Any) -> Record:
    return Record(of, fields, Reference(f"sample.{of}", str(number), f"{of} {number}"), to)


def said(told: dict[str, Any], *records: Record, today: date = TODAY) -> Outcome:
    return judge(check_of(told, TYPES), Records.from_list(records), today)


def result(told: dict[str, Any], *records: Record, today: date = TODAY) -> str:
    return said(told, *records, today=today).result


# ----- exists, count-min -----


@given(st.integers(0, 6), st.integers(1, 6))
def test_as_many_as_are_asked_for_have_to_be_there(there: int, least: int) -> None:
    found = [record("security-measure", n) for n in range(there)]
    outcome = said({"record": "security-measure", "test": "count-min", "min": least}, *found)
    assert outcome.result == (PASSED if there >= least else FAILED)
    assert len(outcome.references) == there
    assert result({"record": "security-measure", "test": "exists"}, *found) == (PASSED if there else FAILED)


def test_what_is_missing_is_said() -> None:
    assert said({"record": "training-record", "test": "exists"}).because == "Training: none is recorded."
    filtered = {"record": "document", "where": {"kind": "copyright-policy"}, "test": "exists"}
    assert said(filtered, record("document", kind="other")).because == (
        "Document (Kind: Copyright policy): none is recorded."
    )


# ----- all-have -----


@given(st.lists(st.sampled_from([None, "", [], "said", "no"]), max_size=6))
def test_every_record_has_to_say_it(values: list[Any]) -> None:
    told = {"record": "risk", "test": "all-have", "fields": ["treatment"]}
    found = [record("risk", n, treatment=value) for n, value in enumerate(values)]
    empty = [each.source for each in found if each.fields["treatment"] in (None, "", [])]
    outcome = said(told, *found)
    assert outcome.result == (PASSED if values and not empty else FAILED)
    assert values == [] or list(outcome.references) == (empty or [each.source for each in found])


def test_gaps_are_told_field_by_field_and_only_some_records_are_named() -> None:
    told = {"record": "risk", "test": "all-have", "fields": ["treatment", "owner"]}
    found = [record("risk", n, owner="Mara" if n else "") for n in range(7)]
    assert said(told, *found).because == (
        "Risk: Treatment is not given in “risk 0”, “risk 1”, “risk 2”, “risk 3”, “risk 4” and 2 more; "
        "Responsible is not given in “risk 0”."
    )


def test_a_plain_no_is_an_answer() -> None:
    told = {"record": "intended-use", "test": "all-have", "fields": ["affects_minors"]}
    assert result(told, record("intended-use", affects_minors="no")) == PASSED


# ----- any-is -----


def test_one_record_with_the_value_is_enough() -> None:
    told = {"record": "dataset", "test": "any-is", "field": "use", "value": "testing"}
    train, test = record("dataset", 1, use="training"), record("dataset", 2, use="testing")
    assert said(told, train).because == "Data set: none is recorded with “Use: Testing”."
    assert said(told, train, test) == Outcome(PASSED, "Data set: 1 record with “Use: Testing”.", (test.source,))


# ----- field-min -----


@given(st.lists(st.one_of(st.none(), st.just("long"), st.integers(0, 20).map(str)), max_size=5))
def test_every_number_has_to_reach_the_minimum(values: list[str | None]) -> None:
    told = {"record": "document", "test": "field-min", "field": "retention_years", "min": 10}
    found = [record("document", n, retention_years=value) for n, value in enumerate(values)]
    reached = [value not in (None, "long") and Decimal(value) >= 10 for value in values]
    assert result(told, *found) == (PASSED if reached and all(reached) else FAILED)


def test_an_unknown_number_is_told_apart_from_one_that_is_too_low() -> None:
    told = {"record": "log-policy", "test": "field-min", "field": "retention_months", "min": 6}
    assert said(told, record("log-policy", 1), record("log-policy", 2, retention_months="3")).because == (
        "Policy of logging: Months they are kept is not given as a number in “log-policy 1”; "
        "Months they are kept is below 6 in “log-policy 2”."
    )


# ----- none-open -----


@given(st.lists(st.sampled_from(["open", "done"]), max_size=5))
def test_nothing_may_be_open(states: list[str]) -> None:
    found = [record("corrective-action", n, status=state) for n, state in enumerate(states)]
    told = {"record": "corrective-action", "test": "none-open"}
    assert result(told, *found) == (FAILED if "open" in states else PASSED)


# ----- before -----

BEFORE = {
    "record": "success-criterion", "test": "before", "field": "set_on",
    "other_record": "qa-result", "other_field": "tested_on",
}  # fmt: skip
MOMENTS = st.lists(st.dates(date(2026, 1, 1), date(2026, 1, 4)).map(str), max_size=3)


@given(MOMENTS, MOMENTS)
def test_the_earliest_has_to_lie_before_the_earliest(first: list[str], second: list[str]) -> None:
    found = [record("success-criterion", n, set_on=at) for n, at in enumerate(first)]
    found += [record("qa-result", n, tested_on=at) for n, at in enumerate(second)]
    if first and second:
        assert result(BEFORE, *found) == (PASSED if min(first) < min(second) else FAILED)
    else:
        assert result(BEFORE, *found) == OPEN


def test_times_of_one_day_are_compared_and_a_day_without_time_is_not_taken_to_be_earlier() -> None:
    early, late, day = "2026-11-25T10:00:00+00:00", "2026-11-25T12:30:00+01:00", "2026-11-25"
    cases = [(early, late, PASSED), (late, early, FAILED), (day, late, FAILED), (early, day, FAILED)]
    for first, second, verdict in cases:
        criterion, tested = record("success-criterion", set_on=first), record("qa-result", tested_on=second)
        assert result(BEFORE, criterion, tested) == verdict, (first, second)
    mixed = [record("qa-result", 1, tested_on=late), record("qa-result", 2, tested_on=day)]
    assert result(BEFORE, record("success-criterion", set_on=early), *mixed) == FAILED


def test_it_is_open_which_date_is_missing() -> None:
    assert said(BEFORE).because == "Success criterion: “Set on” is not recorded yet."
    criterion = record("success-criterion", set_on="2026-01-01")
    assert said(BEFORE, criterion, record("qa-result")).because == "Test result: “Tested on” is not recorded yet."


# ----- linked -----


def test_every_record_has_to_point_to_one_of_the_other_type() -> None:
    told = {"record": "data-transformation", "test": "linked", "other_record": "dataset"}
    data = record("dataset", 1)
    linked, loose = record("data-transformation", 1, (data.source,)), record("data-transformation", 2)
    elsewhere = record("data-transformation", 3, (Reference("sample.dataset", "9", "gone"),))
    assert result(told, data) == OPEN
    assert result(told, data, linked) == PASSED
    assert said(told, data, linked, loose, elsewhere).because == (
        "Step of data preparation: no link to a record “Data set” in “data-transformation 2”, “data-transformation 3”."
    )


# ----- fresh -----


@given(st.lists(st.integers(-5, 400), max_size=4))
def test_the_newest_may_not_be_too_old_and_what_lies_ahead_does_not_count(ages: list[int]) -> None:
    told = {"record": "risk", "test": "fresh", "max_age_days": 180}
    found = [record("risk", n, reviewed_on=str(TODAY - timedelta(days=age))) for n, age in enumerate(ages)]
    past = [age for age in ages if age >= 0]
    assert result(told, *found) == (PASSED if past and min(past) <= 180 else FAILED)


def test_any_of_the_dates_of_a_record_tells_its_age() -> None:
    told = {"record": "risk", "test": "fresh", "max_age_days": 30}
    assert result(told, record("risk", reviewed_on="2026-01-01", accepted_on="2026-11-20T10:00:00Z")) == PASSED
    assert said(told, record("risk")).because == "Risk: no date of a record is known."


# ----- within-days -----

WITHIN = {"record": "incident", "test": "within-days", "from": "aware_at", "to": "reported_at", "days": 15}


@given(st.integers(0, 40), st.one_of(st.none(), st.integers(-3, 40)))
def test_the_second_time_has_to_follow_in_time(aware_days_ago: int, reported_after: int | None) -> None:
    aware = TODAY - timedelta(days=aware_days_ago)
    reported = "" if reported_after is None else str(aware + timedelta(days=reported_after))
    outcome = said(WITHIN, record("incident", aware_at=str(aware), reported_at=reported))
    if reported_after is None:
        assert outcome.result == (OPEN if aware_days_ago <= 15 else FAILED)
    else:
        assert outcome.result == (PASSED if 0 <= reported_after <= 15 else FAILED)


def test_one_late_record_is_enough_to_fail_and_is_named() -> None:
    kept = record("incident", 1, aware_at="2026-11-01", reported_at="2026-11-03")
    late = record("incident", 2, aware_at="2026-11-01T10:00:00Z", reported_at="2026-11-16T10:00:01Z")
    running = record("incident", 3, aware_at="2026-11-20")
    assert result(WITHIN, kept) == PASSED
    assert said(WITHIN, kept, running).references == (running.source,)
    assert said(WITHIN, kept, late, running) == Outcome(
        FAILED,
        "Incident: “Reported on” is not within 15 days after “Known since” in “incident 2”.",
        (late.source,),
    )
    assert result(WITHIN, record("incident", reported_at="2026-11-03")) == FAILED


# ----- of all -----


@pytest.mark.parametrize("told", [
    {"record": "risk", "test": "exists"},
    {"record": "risk", "test": "all-have", "fields": ["owner"]},
    {"record": "risk", "test": "any-is", "field": "source", "value": "monitoring"},
    {"record": "risk", "test": "count-min", "min": 2},
    {"record": "document", "test": "field-min", "field": "retention_years", "min": 10},
    {"record": "risk", "test": "none-open"},
    {"record": "risk", "test": "before", "field": "reviewed_on", "other_record": "change", "other_field": "applied_on"},
    {"record": "risk", "test": "linked", "other_record": "requirement"},
    {"record": "risk", "test": "fresh", "max_age_days": 10},
    WITHIN,
], ids=lambda told: told["test"])  # fmt: skip
def test_with_no_record_at_all_it_never_passes_but_where_nothing_can_be_open(told: dict[str, Any]) -> None:
    outcome = said(told)
    assert (outcome.result == PASSED) == (told["test"] == "none-open")
    assert outcome.because.endswith(".")
    assert outcome.references == ()


def test_all_ten_tests_are_there() -> None:
    assert set(TESTS) == {
        "exists", "all-have", "any-is", "count-min", "field-min", "none-open", "before", "linked", "fresh",
        "within-days",
    }  # fmt: skip


@pytest.mark.parametrize(("told", "fault"), [
    ({"record": "ghost", "test": "exists"}, "There is no record type “ghost”."),
    ({"record": "risk", "test": "looks-good"}, "There is no test “looks-good”."),
    ({"record": "risk"}, "There is no test “None”."),
    ({"record": "risk", "test": "all-have"}, "The test “all-have” needs “fields”."),
    ({"record": "risk", "test": "exists", "min": 1}, "The test “exists” knows no “min”."),
    ({"record": "risk", "test": "all-have", "fields": ["mood"]}, "Records of “risk” have no field “mood”."),
    ({"record": "risk", "test": "any-is", "field": "source", "value": "talk"}, "“source” of “risk” is never “talk”."),
    ({"record": "risk", "where": {"source": "rumour"}, "test": "exists"}, "“source” of “risk” is never “rumour”."),
    ({"record": "dataset", "test": "none-open"}, "Records of “dataset” have no field “status”."),
    ({"record": "dataset", "test": "fresh", "max_age_days": 1}, "Nothing tells how old a record of “dataset” is."),
    ({"record": "risk", "test": "linked", "other_record": "ghost"}, "There is no record type “ghost”."),
    (BEFORE | {"other_field": "mood"}, "Records of “qa-result” have no field “mood”."),
])  # fmt: skip
def test_what_no_record_could_answer_is_an_error_of_the_pack(told: dict[str, Any], fault: str) -> None:
    with pytest.raises(BrokenCheck, match=fault.replace("(", r"\(")):
        check_of(told, TYPES)


def test_a_duty_is_dormant_until_one_of_its_triggers_is_recorded() -> None:
    triggers = [
        {"record": "incident", "where": {"kind": "death"}},
        {"record": "incident", "where": {"kind": "critical-infrastructure"}},
    ]
    harmless, grave = record("incident", kind="malfunction"), record("incident", kind="critical-infrastructure")
    assert is_triggered([], Records(), TYPES)
    assert not is_triggered(triggers, Records.from_list([harmless]), TYPES)
    assert is_triggered(triggers, Records.from_list([harmless, grave]), TYPES)
    with pytest.raises(BrokenCheck, match="no record type “ghost”"):
        is_triggered([{"record": "ghost"}], Records(), TYPES)
