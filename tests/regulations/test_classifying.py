"""From facts to classes and duties: worked cases, and what holds for all facts."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from crispmlq.errors import Invalid
from regulations import classifying, files
from regulations.definitions import pack_of

CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text())
ACT = pack_of(files.read(files.DATA / "eu-ai-act" / "2026-07-27").body)
BOOLEANS = sorted(key for key, fact in ACT.facts.items() if fact.type == "boolean")
SOME_FACTS = st.dictionaries(st.sampled_from(BOOLEANS), st.sampled_from([True, False, None]), max_size=25)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_worked_case(case):
    facts = classifying.read_facts(ACT, case["facts"])
    result = classifying.classify(ACT, facts)
    selected = classifying.select(ACT, facts, result, case.get("roles"), case.get("shifts", []))
    due = {each.obligation.id: each.due_on for each in selected.due}
    assert list(result.outcomes) == case["outcomes"]
    assert list(result.decided_by) == case.get("decided_by", list(result.decided_by))
    assert list(result.open_facts) == case.get("open_facts", [])
    assert set(case.get("due", [])) <= due.keys()
    assert not set(case.get("not_due", [])) & due.keys()
    assert {key: due[key] for key in case.get("on", {})} == case.get("on", {})
    assert set(case.get("lifted", [])) <= {obligation.id for obligation, _ in selected.lifted}


def test_every_class_and_every_rule_has_a_worked_case():
    outcomes = {outcome for case in CASES for outcome in case["outcomes"]}
    assert outcomes == ACT.outcomes.keys() - {"transparency-public-text"}


def test_text_of_public_interest_without_editor_is_told():
    result = classifying.classify(ACT, {"ai-system": True, "eu-deployer": True, "public-interest-text": True})
    assert result.outcomes == ("transparency-public-text",)


@given(facts=SOME_FACTS)
@settings(max_examples=300)
def test_an_answer_never_raises_the_rank_above_what_was_shown(facts):
    """What is shown for unknown facts is undetermined, or at least as high as for every way to answer them."""
    result = classifying.classify(ACT, facts)
    if not result.is_determined:
        return
    shown = ACT.outcomes[result.first].rank or 0
    for answer in (True, False):
        answered = {key: answer if value is None else value for key, value in facts.items()}
        later = classifying.classify(ACT, answered)
        ends_earlier = later.first in {"not-ai-system", "out-of-scope"}
        assert ends_earlier or (ACT.outcomes[later.first].rank or 0) <= shown


@given(facts=SOME_FACTS, answers=st.dictionaries(st.sampled_from(BOOLEANS), st.booleans()))
@settings(max_examples=300)
def test_no_answer_brings_a_duty_that_was_not_due_or_open_before(facts, answers):
    facts, roles = {"ai-system": True, "eu-market": True} | facts, ["provider", "deployer"]
    selected = classifying.select(ACT, facts, classifying.classify(ACT, facts), roles)
    before = {due.obligation.id for due in selected.due}
    before |= {obligation.id for obligation, _ in (*selected.lifted, *selected.open)}
    answered = {key: answers.get(key, False) if value is None else value for key, value in facts.items()}
    later = classifying.classify(ACT, answered)
    assert {
        due.obligation.id for due in classifying.select(ACT, answered, later, ["provider", "deployer"]).due
    } <= before


@given(facts=SOME_FACTS)
@settings(max_examples=200)
def test_open_facts_are_unknown_ones_and_answering_all_facts_decides(facts):
    result = classifying.classify(ACT, facts)
    assert all(facts.get(key, False) is None for key in result.open_facts)
    decided = classifying.classify(ACT, {key: value or False for key, value in facts.items()})
    assert decided.is_determined
    assert decided.open_facts == ()


@given(facts=SOME_FACTS, asked=st.sampled_from(BOOLEANS))
@settings(max_examples=200)
def test_a_fact_that_is_not_open_decides_nothing(facts, asked):
    unknown = {**facts, asked: None}
    result = classifying.classify(ACT, unknown)
    if asked not in result.open_facts:
        assert classifying.classify(ACT, {**unknown, asked: True}).outcomes == result.outcomes
        assert classifying.classify(ACT, {**unknown, asked: False}).outcomes == result.outcomes


def test_answers_that_contradict_each_other_are_named():
    result = classifying.classify(ACT, {"ai-system": True, "eu-market": True, "sme": True, "smc": True})
    assert [each.id for each in result.contradictions] == ["c-sizes"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"no-such": True}, "knows no fact “no-such”"),
        ({"exempt-6-3": True}, "worked out from other facts"),
        ({"ai-system": "yes"}, "yes or no question"),
        ({"annex-i-section": "C"}, "one of none, A, B"),
        ({"training-flop": "much"}, "a number of floating-point operations"),
        ({"training-flop": float("inf")}, "a number of"),
        ({"training-flop": True}, "a number of"),
        ({"training-flop": "1e999999"}, "a number of"),
        ({"training-flop": -1}, "a number of"),
        ({"training-flop": "1e-9999999"}, "a number of"),  # ten million digits
        ({"training-flop": "1_000"}, "a number of"),
        ({"training-flop": "٣"}, "a number of"),
        ({"training-flop": 10**5000}, "a number of"),
        ({"training-flop": ["1"]}, "a number of"),
    ],
)
def test_a_fact_that_can_not_be_read_is_refused(given, says):
    with pytest.raises(Invalid) as refusal:
        classifying.read_facts(ACT, given)
    assert says in refusal.value.errors[next(iter(given))][0]


def test_of_many_facts_that_can_not_be_read_the_first_are_named():
    with pytest.raises(Invalid) as refusal:
        classifying.read_facts(ACT, {f"{number}-{'x' * 1000}": True for number in range(10_000)})
    assert len(refusal.value.errors) == classifying.NAMED
    assert len(refusal.value.message) < 4000


def test_numbers_may_come_as_text_and_false_means_not_given():
    assert classifying.read_facts(ACT, {"training-flop": "1e26"}) == {"training-flop": Decimal("1e26")}
    assert classifying.read_facts(ACT, {"annex-i-section": False}) == {"annex-i-section": False}


def test_a_role_nobody_knows_is_refused_with_those_that_exist():
    with pytest.raises(Invalid, match="knows no role “seller”, but: provider, deployer"):
        classifying.require_roles(ACT, ["provider", "seller"])
    with pytest.raises(Invalid, match="knows no role shift “x”"):
        classifying.require_roles(ACT, ["provider"], ["x"])
