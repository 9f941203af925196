"""Only what can still decide is asked, until the class and the duties are decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulations import classifying, files
from regulations.definitions import Expression, Fact, Pack, pack_of
from regulations.interview import Interview
from regulations.logic import Logic
from tests.classified import HIRING

ACT = pack_of(files.read(files.DATA / "eu-ai-act" / "2026-07-27").body)
GDPR = pack_of(files.read(files.DATA / "gdpr" / "2018-05-25").body)
MOST_ROUNDS = 60
SEEDS = st.integers(0, 10**9)


def values_of(fact: Fact) -> list[Any]:
    return {"boolean": [True, False], "number": ["1e20", "1e26"], "enum": list(fact.values)}[fact.type]


def no(fact: Fact) -> Any:
    return {"boolean": False, "number": "1e20", "enum": "none"}[fact.type]


def any_answer(random: Random, fact: Fact, tendency: float) -> Any:
    """Mostly what leads on into the questions: a system in the Union that nothing excludes."""
    if random.random() < 0.9 and (fact.id in {"ai-system", "eu-market"} or fact.stage == "scope"):
        return fact.id in {"ai-system", "eu-market"}
    return random.choice(values_of(fact)) if random.random() < tendency else no(fact)


def follow(pack: Pack, roles: list[str], choose: Callable[[Fact], Any]) -> tuple[Interview, list[str]]:
    """The interview at its end, and the facts that were asked."""
    answers: dict[str, Any] = {}
    for _ in range(MOST_ROUNDS):
        interview = Interview(pack, answers, roles)
        if not interview.questions:
            return interview, list(answers)
        for fact in interview.questions:
            assert fact.id not in answers
            answers[fact.id] = choose(fact)
    raise AssertionError("It does not end.")


def decides(interview: Interview, fact: Fact) -> bool:
    """Whether the other questions could be answered so that a rule or a duty hangs on this one alone."""
    pack, facts = interview.pack, interview.facts
    conditions = [rule.condition for rule in pack.rules]
    conditions += [each.when for each in pack.obligations.values() if each.when is not None]
    conditions += [each.condition for each in pack.transitions if each.condition is not None]
    logic = Logic(pack, facts)
    open_ones = [each for each in conditions if fact.id in logic.open_facts(each)]
    return any(_hangs(pack, each, fact, filled) for each in open_ones for filled in _lone(pack, each, fact, facts))


def _hangs(pack: Pack, condition: Expression, fact: Fact, filled: dict[str, Any]) -> bool:
    ways = [filled | classifying.read_facts(pack, {fact.id: value}) for value in values_of(fact)]
    return {Logic(pack, way).truth(condition) for way in ways} >= {True, False}


def _lone(pack: Pack, condition: Expression, fact: Fact, facts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Ways to answer the questions beside the fact so that they leave the condition to it."""
    condition = pack.derived.get(condition, condition) if isinstance(condition, str) else condition
    if condition == fact.id or (isinstance(condition, dict) and condition.get("fact") == fact.id):
        yield facts
    elif isinstance(condition, dict) and "not" in condition:
        yield from _lone(pack, condition["not"], fact, facts)
    elif isinstance(condition, dict) and ("all" in condition or "any" in condition):
        parts = condition.get("all", condition.get("any"))
        for place, part in enumerate(parts):
            for filled in _forced(pack, [*parts[:place], *parts[place + 1 :]], "all" in condition, facts, fact):
                yield from _lone(pack, part, fact, filled)


def _forced(
    pack: Pack, parts: list[Expression], wanted: bool, facts: dict[str, Any], fact: Fact
) -> Iterator[dict[str, Any]]:
    """Ways to make every part true, or every one false, without the fact."""
    if not parts:
        yield facts
        return
    for filled in _made(pack, parts[0], wanted, facts, fact):
        yield from _forced(pack, parts[1:], wanted, filled, fact)


def _made(pack: Pack, part: Expression, wanted: bool, facts: dict[str, Any], fact: Fact) -> Iterator[dict[str, Any]]:
    part = pack.derived.get(part, part) if isinstance(part, str) else part
    if isinstance(part, dict) and "not" in part:
        yield from _made(pack, part["not"], not wanted, facts, fact)
    elif isinstance(part, dict) and ("all" in part or "any" in part):
        parts = part.get("all", part.get("any"))
        if ("all" in part) is wanted:
            yield from _forced(pack, parts, wanted, facts, fact)
        else:
            for each in parts:
                yield from _made(pack, each, wanted, facts, fact)
    elif isinstance(part, dict) and "no_outcome" in part:
        yield facts
    else:
        key = part if isinstance(part, str) else part["fact"]
        asked = pack.facts[key]
        values = [facts[key]] if facts[key] is not None else [] if key == fact.id else values_of(asked)
        for value in values:
            read = value if facts[key] is not None else classifying.read_facts(pack, {key: value})[key]
            if Logic(pack, {key: read}).truth(part) is wanted:
                yield facts | {key: read}


@given(seed=SEEDS, roles=st.sampled_from([["provider"], ["deployer"], list(ACT.roles)]))
@settings(max_examples=40, deadline=None)
def test_whatever_one_answers_it_ends_decided(seed, roles):
    random = Random(seed)
    tendency = random.random()
    interview, _ = follow(ACT, roles, lambda fact: any_answer(random, fact, tendency))
    assert interview.result.is_determined
    assert interview.open_facts == []


@given(seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_nothing_is_asked_that_can_not_decide(seed):
    random = Random(seed)
    answers: dict[str, Any] = {}
    while (interview := Interview(ACT, answers, ["provider", "deployer"])).questions:
        asked = random.choice(interview.questions)
        assert asked.id in interview.open_facts
        assert decides(interview, asked), asked.id
        answers[asked.id] = any_answer(random, asked, 0.3)


@given(seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_who_does_not_know_is_not_asked_again_and_never_gets_a_lower_class(seed):
    random = Random(seed)
    interview, asked = follow(ACT, ["provider"], lambda fact: random.choice([None, any_answer(random, fact, 0.3)]))
    assert len(asked) == len(set(asked))
    hangs_on_others = {"free-open-source-system"}
    assert set(interview.unknown) | hangs_on_others >= set(interview.open_facts)
    for answer in (True, False):
        later = classifying.classify(ACT, {k: answer if v is None else v for k, v in interview.facts.items()})
        if interview.result.is_determined and later.first not in {"not-ai-system", "out-of-scope"}:
            assert (ACT.outcomes[later.first].rank or 0) <= (ACT.outcomes[interview.result.first].rank or 0)


def test_what_is_no_ai_system_is_asked_two_questions():
    interview, asked = follow(ACT, ["provider"], lambda fact: False)
    assert asked == ["ai-system", "gpai-model"]
    assert interview.result.outcomes == ("not-ai-system",)


def test_an_ordinary_system_is_asked_stage_by_stage_and_follow_ups_only_where_needed():
    interview, asked = follow(ACT, ["deployer"], lambda fact: HIRING.get(fact.id, no(fact)))
    assert interview.result.outcomes == ("high-risk-annex-iii",)
    assert not {"distorts-behaviour", "ai-is-product", "training-flop", "editorial-control"} & set(asked)
    stages = [ACT.facts[key].stage for key in asked]
    assert stages.index("prohibited") < stages.index("annex-iii") < stages.index("circumstances")


def test_a_licence_matters_only_once_nothing_else_applies():
    minimal = {key: value for key, value in HIRING.items() if key != "a3-4a"}
    interview, asked = follow(ACT, ["provider"], lambda fact: minimal.get(fact.id, no(fact)))
    assert [key for key in asked if ACT.facts[key].stage != "circumstances"][-1] == "free-open-source-system"
    assert interview.result.outcomes == ("minimal",)
    _, asked = follow(ACT, ["provider"], lambda fact: HIRING.get(fact.id, no(fact)))
    assert "free-open-source-system" not in asked


@pytest.mark.parametrize(
    ("answers", "grounds"),
    [
        ({"personal-data": False}, {"personal-data"}),
        ({"personal-data": True, "eu-establishment": True, "household-only": True}, {"household-only"}),
        ({"personal-data": True, "eu-establishment": True}, {"personal-data", "eu-establishment"}),
    ],
)
def test_the_grounds_are_the_answers_that_made_a_rule_hold(answers, grounds):
    assert set(Interview(GDPR, answers, ["controller"]).result.grounds) == grounds


def test_transitional_rules_that_could_move_a_date_are_asked_for():
    interview = Interview(ACT, HIRING, ["provider"])
    assert "placed-before-high-risk-date" in interview.open_facts
