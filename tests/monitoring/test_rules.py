"""When a value is a reason to act: pure functions of points."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring import rules
from monitoring.rules import Around, Point

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)


def points(*values: float) -> list[Point]:
    return [Point(value) for value in values]


def state(rule: dict[str, Any], *values: float, **around: Any) -> str:
    return rules.judge({"key": "r", "reaction": "alarm", **rule}, points(*values), Around(**around)).state


@pytest.mark.parametrize(
    ("rule", "good", "violated"),
    [
        ({"kind": "at_least", "threshold": "0.9"}, [0.9], [0.8999]),
        ({"kind": "at_most", "threshold": "5"}, [5], [5.1]),
        ({"kind": "range", "low": "0", "high": "0.1"}, [0.1], [0.11]),
        ({"kind": "allowed", "values": ["0", "1"]}, [1], [2]),
        ({"kind": "trend", "direction": "falling", "n": 3}, [0.99, 0.98, 0.97, 0.97], [0.99, 0.98, 0.97, 0.96]),
        ({"kind": "trend", "direction": "rising", "n": 2}, [1, 2, 2], [1, 2, 3]),
        ({"kind": "jump", "by": "0.1", "window": 3}, [0.9, 0.9, 0.9, 0.85], [0.9, 0.9, 0.9, 0.7]),
        ({"kind": "count", "threshold": "10", "window": 2}, [50, 4, 5], [1, 5, 5]),
    ],
)
def test_each_kind_knows_good_from_violated(rule: dict[str, Any], good: list[float], violated: list[float]) -> None:
    assert state(rule, *good) == rules.GOOD
    assert state(rule, *violated) == rules.VIOLATED


@pytest.mark.parametrize(
    "rule", [{"kind": "trend", "direction": "falling", "n": 3}, {"kind": "jump", "by": "0.1", "window": 3}]
)
def test_too_few_values_are_unknown_and_not_good(rule: dict[str, Any]) -> None:
    assert state(rule, 0.9, 0.8) == rules.UNKNOWN
    assert state(rule) == rules.UNKNOWN


def test_a_slow_decay_within_the_threshold_is_seen_by_its_trend_alone() -> None:
    values = (0.99, 0.98, 0.97, 0.96, 0.95)
    assert state({"kind": "at_least", "threshold": "0.9"}, *values) == rules.GOOD
    assert state({"kind": "trend", "direction": "falling", "n": 4}, *values) == rules.VIOLATED


def test_a_rule_may_use_the_bound_of_the_interval() -> None:
    point = Point(0.92, lower=0.85, upper=0.97)
    rule = {"key": "r", "reaction": "alarm", "kind": "at_least", "threshold": "0.9"}
    assert rules.judge(rule, [point]).state == rules.GOOD
    assert rules.judge({**rule, "bound": "lower"}, [point]).state == rules.VIOLATED
    assert rules.judge({**rule, "bound": "lower"}, [Point(0.92)]).state == rules.UNKNOWN


def test_divergence_is_met_here_and_missed_there() -> None:
    rule = {
        "kind": "divergence", "other": "retention", "met": {"kind": "at_least", "threshold": "0.9"},
        "missed": {"kind": "at_least", "threshold": "0.8"},
    }  # fmt: skip
    assert state(rule, 0.95, signals={"retention": Point(0.7)}) == rules.VIOLATED
    assert state(rule, 0.95, signals={"retention": Point(0.85)}) == rules.GOOD
    assert state(rule, 0.85, signals={"retention": Point(0.7)}) == rules.GOOD
    assert state(rule, 0.95) == rules.UNKNOWN


def test_the_difference_to_another_environment_is_bounded() -> None:
    rule = {"kind": "difference", "environment": "development", "by": "0.2"}
    assert state(rule, 0.5, environments={"development": Point(1.0)}) == rules.VIOLATED
    assert state(rule, 0.9, environments={"development": Point(1.0)}) == rules.GOOD
    assert state(rule, 0.9) == rules.UNKNOWN


def test_control_values_have_to_agree() -> None:
    assert state({"kind": "control"}, 1, control=("ab", "ab")) == rules.GOOD
    assert state({"kind": "control"}, 1, control=("ab", "")) == rules.VIOLATED
    assert state({"kind": "control"}, 1) == rules.UNKNOWN


def test_silence_is_neither_good_nor_judged_without_an_interval() -> None:
    assert rules.is_silent(60, 61) is True
    assert rules.is_silent(60, None) is True
    assert rules.is_silent(60, 60) is False
    assert rules.is_silent(None, None) is None


@given(st.lists(NUMBERS, min_size=1, max_size=20), NUMBERS)
def test_a_level_looks_at_the_last_value_alone(values: list[float], threshold: float) -> None:
    rule = {"kind": "at_least", "threshold": f"{threshold:.6f}"}
    assert state(rule, *values) == state(rule, values[-1])
    assert (state(rule, *values) == rules.GOOD) == (values[-1] >= float(f"{threshold:.6f}"))


@given(st.lists(NUMBERS, min_size=5, max_size=12), NUMBERS)
def test_trend_and_jump_do_not_care_where_zero_is(values: list[float], shift: float) -> None:
    whole = [float(round(value)) for value in values]
    moved = [value + round(shift) for value in whole]
    for rule in ({"kind": "trend", "direction": "falling", "n": 4}, {"kind": "jump", "by": "0.5", "window": 4}):
        assert state(rule, *whole) == state(rule, *moved)


@given(st.lists(NUMBERS, min_size=4, max_size=10))
def test_a_trend_can_not_rise_and_fall(values: list[float]) -> None:
    both = [state({"kind": "trend", "direction": d, "n": 3}, *values) for d in ("falling", "rising")]
    assert both != [rules.VIOLATED, rules.VIOLATED]


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ("at_least", "kinds"),
        ({"kind": "guess"}, "kinds"),
        ({"key": "a", "kind": "at_least", "reaction": "alarm"}, "threshold"),
        ({"key": "a", "kind": "at_least", "reaction": "alarm", "threshold": 0.9}, "number as a text"),
        ({"key": "a", "kind": "at_least", "reaction": "alarm", "threshold": "NaN"}, "number as a text"),
        ({"key": "a", "kind": "at_least", "reaction": "shout", "threshold": "1"}, "reaction"),
        ({"key": "a", "kind": "at_least", "reaction": "task", "threshold": "1"}, "task"),
        ({"key": "a", "kind": "range", "reaction": "alarm", "low": "2", "high": "1"}, "above"),
        ({"key": "a", "kind": "trend", "reaction": "alarm", "direction": "falling", "n": 60}, "59"),
        ({"key": "a", "kind": "silence", "reaction": "alarm", "n": 3}, "takes no"),
        ({"key": "a", "kind": "divergence", "reaction": "alarm", "other": "b", "met": {}, "missed": {}}, "met"),
    ],
)
def test_a_rule_that_can_not_be_judged_is_told_why(rule: Any, word: str) -> None:
    assert word in " ".join(rules.faults(rule))


@pytest.mark.parametrize("kind", rules.KINDS)
def test_every_kind_is_told_in_words(kind: str) -> None:
    level = {"kind": "at_least", "threshold": "1"}
    parts = {
        "number": "1", "numbers": ["1"], "window": 2, "text": "other", "bound": "lower", "direction": "falling",
        "environment": "development", "level": level,
    }  # fmt: skip
    rule = {"key": "a", "kind": kind, "reaction": "alarm"}
    rule |= {name.removesuffix("?"): parts[shape] for name, shape in rules.KINDS[kind].takes.items()}
    assert rules.faults(rule) == []
    assert rules.said({**rule, "segment": "each"}).endswith(", in each segment")
