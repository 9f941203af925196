"""How a project stands to each obligation, from facts, records and what reviewers confirmed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulations import coverage, crosswalk, files, record_types
from regulations.coverage import Confirmed
from regulations.definitions import pack_of
from regulations.interview import Interview
from regulations.records import Record, Records, Reference

ACT = pack_of(files.read(files.DATA / "eu-ai-act" / "2026-07-27").body)
TYPES = record_types.built_in()
RECRUITMENT = {"ai-system": True, "eu-market": True, "a3-4a": True}
TODAY = date(2026, 11, 25)


def record(of: str, key: str = "1", **fields: object) -> Record:
    return Record(of, fields, Reference("regulations.entry", f"{of}-{key}", f"{of} {key}"))


def covered(*records: Record, facts=RECRUITMENT, roles=("provider",), confirmed=None, today=TODAY) -> coverage.Coverage:
    basis = Interview(ACT, dict.fromkeys(ACT.facts, False) | facts, roles)
    return coverage.cover(basis, Records.from_list(records), TYPES, confirmed or {}, {}, today)


def said(standing: coverage.Standing, verdict: str = "met") -> Confirmed:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    source = Reference("regulations.confirmation", "1", "Confirmation")
    return Confirmed(verdict, "Looked at it.", "Lena", at, standing.evidence.digest, source)


def test_every_obligation_has_a_standing_in_the_order_of_the_text():
    found = covered()
    assert [s.obligation.id for s in found.standings] == list(ACT.obligations)
    assert sum(found.counts.values()) == 227
    assert found.counts["met"] == 0


def test_what_does_not_apply_says_which_fact_makes_it_so():
    found = covered().by_id
    assert found["art-50-1"].because == ("The system is not of the class: Transparency: direct interaction.",)
    assert found["art-26-1"].because == ("It binds deployer, which is not your role.",)
    assert found["art-10-2-f"].status != "not_applicable"
    assert "special categories" in found["art-4a-1"].because[0]


def test_a_transitional_rule_is_named_where_it_lifts_a_duty():
    standing = covered(facts=RECRUITMENT | {"placed-before-high-risk-date": True}).by_id["art-9-1"]
    assert standing.status == "not_applicable"
    assert standing.because[0].startswith("Art. 111(2): High-risk systems placed")


def test_an_open_question_asks_for_review_with_the_question():
    standing = covered(facts=RECRUITMENT | {"special-data-for-bias": None}).by_id["art-4a-1"]
    assert standing.status == "needs_review"
    assert "special categories" in standing.because[0]


@pytest.mark.parametrize(
    ("unknown", "obligation"),
    [("interacts-directly", "art-50-1"), ("gpai-model", "art-53-1-a"), ("real-world-test", "art-60-4")],
)
def test_beside_a_class_that_stands_nothing_is_ruled_out_by_what_nobody_knows(unknown, obligation):
    roles = ("provider", "gpai-provider")
    assert covered(roles=roles).by_id[obligation].status == "not_applicable"
    found = covered(facts=RECRUITMENT | {unknown: None}, roles=roles)
    assert found.basis.result.outcomes == ("high-risk-annex-iii",)
    assert found.by_id[obligation].status == "needs_review"
    assert ACT.facts[unknown].question in found.by_id[obligation].because[0]


def test_while_nothing_is_answered_every_obligation_is_still_to_be_looked_at():
    basis = Interview(ACT, {}, ("provider",))
    found = coverage.cover(basis, Records(), TYPES, {}, {}, TODAY)
    assert {each.status for each in found.standings} == {"needs_review", "not_applicable"}
    assert all("not your role" in each.because[0] for each in found.standings if not each.applies)
    assert "further questions" in found.by_id["art-9-1"].because[0]


def test_records_alone_meet_what_they_decide():
    log = record("log-policy", retention_months="12", owner="Ops")
    assert covered().by_id["art-19-1"].status == "open"
    assert covered(log).by_id["art-19-1"].status == "met"
    short = record("log-policy", retention_months="3", owner="Ops")
    assert covered(short).by_id["art-19-1"].status == "partly"


def test_what_records_only_support_waits_for_a_reviewer_and_then_counts():
    training = record("training-record", audience="Staff", topic="Limits", given_on="2026-01-01")
    standing = covered(training).by_id["art-4-1"]
    assert standing.status == "needs_review"
    assert covered(training, confirmed={"art-4-1": said(standing)}).by_id["art-4-1"].status == "met"


def test_no_word_makes_up_for_records_that_are_missing():
    empty = covered().by_id["art-4-1"]
    assert covered(confirmed={"art-4-1": said(empty)}).by_id["art-4-1"].status == "open"


def test_a_confirmation_falls_back_when_what_it_rests_on_changes():
    training = record("training-record", audience="Staff", topic="Limits", given_on="2026-01-01")
    confirmed = {"art-4-1": said(covered(training).by_id["art-4-1"])}
    another = record("training-record", "2", audience="Ops", topic="Logs", given_on="2026-02-01")
    standing = covered(training, another, confirmed=confirmed).by_id["art-4-1"]
    assert (standing.status, standing.confirmed.holds_for(standing.evidence)) == ("needs_review", False)
    assert "confirmed again" in standing.because[-1]


def test_what_no_record_can_show_is_stated_by_a_reviewer():
    standing = covered(facts=RECRUITMENT | {"special-data-for-bias": True}).by_id["art-4a-1-d"]
    assert standing.status == "open"
    told = covered(facts=RECRUITMENT | {"special-data-for-bias": True}, confirmed={"art-4a-1-d": said(standing)})
    assert told.by_id["art-4a-1-d"].status == "met"


def test_a_duty_sleeps_until_what_wakes_it_is_recorded():
    assert "Nothing to report so far" in covered().by_id["art-73-4"].because[0]
    death = record("incident", kind="death", aware_at="2026-11-20")
    assert covered(death).by_id["art-73-4"].status in {"open", "partly"}


def test_gaps_come_by_date_of_the_law_and_the_next_date_lies_ahead():
    found = covered()
    dates = [standing.due_on for standing in found.gaps]
    assert dates == sorted(dates)
    assert found.next_date == "2027-12-02"
    assert found.gaps[0].obligation.id == "art-4-1"


@given(st.lists(st.sampled_from(sorted(TYPES)), max_size=12))
def test_more_records_never_make_a_duty_that_is_met_by_their_existence_open(kinds):
    before = covered()
    after = covered(*(record(kind, str(n)) for n, kind in enumerate(kinds)))
    for standing in before.standings:
        if standing.obligation.checks and all(check["test"] == "exists" for check in standing.obligation.checks):
            assert after.by_id[standing.obligation.id].evidence.passed >= standing.evidence.passed


@pytest.mark.parametrize("key", ["gdpr/2018-05-25", "nist-ai-rmf/1.0", "iso-42001/2023"])
def test_the_crosswalk_leads_from_the_act_to_the_frameworks(key):
    other = pack_of(files.read(files.DATA / key).body)
    found = crosswalk.of(ACT, [other, ACT])
    assert found
    assert all(set(by) == {other.name} for by in found.values())
    back = {theirs.id for by in found.values() for rows in by.values() for theirs in rows}
    assert back <= other.obligations.keys()
