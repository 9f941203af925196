"""When is a value a reason to act? Rules are data of a signal; they are judged here, without database and clock.

A rule: {"key", "kind", "reaction", and what the kind takes}, numbers as texts. It may also have "segment" (a name, or
"each" for every segment apart from the total; without it the total alone), "severity", "closes" ("itself" or
"person"), "only_observation" (applies during the close watch after a release alone), and what its reaction takes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from audit.canon import decimal_of

Rule = Mapping[str, Any]

GOOD, VIOLATED, UNKNOWN = "good", "violated", "unknown"
LONGEST_WINDOW = 60
REACTIONS = {
    "alarm": "Alarm",
    "incident": "Incident",
    "update_trigger": "Trigger of an update decision",
    "task": "Task",
    "count": "Only counted",
}
SEVERITIES = ("low", "medium", "high", "critical")
CLOSES = ("itself", "person")
ENVIRONMENTS = ("development", "training", "validation", "test", "production-like", "operation")


@dataclass(frozen=True)
class Point:
    value: float
    lower: float | None = None
    upper: float | None = None
    count: int | None = None


@dataclass(frozen=True)
class Around:
    """What else a rule may look at: the same signal in other environments, other signals, the delivery's control."""

    environments: Mapping[str, Point] = field(default_factory=dict)
    signals: Mapping[str, Point] = field(default_factory=dict)
    control: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Finding:
    state: str
    because: str


Judge = Callable[[Rule, Sequence[Point], Around], Finding]


@dataclass(frozen=True)
class Kind:
    """What a kind of rule takes (name -> shape; a question mark marks what may be missing), and how it judges."""

    label: str
    takes: Mapping[str, str]
    judge: Judge
    is_threshold: bool = False  # says by itself what is good, so that a signal needs no baseline beside it


def judge(rule: Rule, points: Sequence[Point], around: Around | None = None) -> Finding:
    """The rule on the last of `points`, which are in order of time."""
    if not points:
        return Finding(UNKNOWN, "There is no value.")
    return KINDS[rule["kind"]].judge(rule, points, around or Around())


def applies_to(rule: Rule, segment: str, is_observed: bool) -> bool:
    """Whether the rule is for values of this segment ("" is the total), now."""
    wanted = rule.get("segment", "")
    fits = bool(segment) if wanted == "each" else wanted == segment
    return fits and (is_observed or not rule.get("only_observation", False))


def has_threshold(rules: Sequence[Rule]) -> bool:
    return any(KINDS[rule["kind"]].is_threshold for rule in rules)


def said(rule: Rule) -> str:
    """The rule in words."""
    given = {name: rule.get(name, "") for name in ("threshold", "low", "high", "n", "by", "window", "other")}
    words = {
        "at_least": "at least {threshold}",
        "at_most": "at most {threshold}",
        "range": "between {low} and {high}",
        "allowed": "one of " + ", ".join(map(str, rule.get("values", []))),
        "trend": "not {direction} {n} times in a row",
        "jump": "no more than {by} away from the mean of the {window} values before",
        "count": "fewer than {threshold} in {window} deliveries",
        "silence": "a value in each interval",
        "difference": "no more than {by} away from {environment}",
        "divergence": "met here and in “{other}” alike",
        "control": "control values that agree",
    }[rule["kind"]]
    given |= {"direction": rule.get("direction", ""), "environment": rule.get("environment", "")}
    bound = {"lower": "lower bound ", "upper": "upper bound "}.get(rule.get("bound", ""), "")
    where = {"": "", "each": ", in each segment"}.get(rule.get("segment", ""), f", for {rule.get('segment')}")
    return bound + words.format(**{**given, "window": given["window"] or 1}) + where


def faults(rule: Any) -> list[str]:
    """What is wrong with a rule, in sentences; nothing, if it can be judged."""
    if not isinstance(rule, dict) or rule.get("kind") not in KINDS:
        return [f"A rule is of one of these kinds: {', '.join(KINDS)}."]
    kind = KINDS[rule["kind"]]
    known = {**COMMON, **{name.removesuffix("?"): shape for name, shape in kind.takes.items()}}
    found = [f"It takes no “{name}”, but {', '.join(known)}." for name in sorted(rule.keys() - known.keys())]
    needed = ["key", "reaction", *(name for name in kind.takes if not name.endswith("?"))]
    found += [f"It needs “{name}”." for name in needed if rule.get(name) in (None, "")]
    found += [
        f"“{name}” takes {SHAPES[shape][0]}."
        for name, shape in known.items()
        if rule.get(name) not in (None, "") and not SHAPES[shape][1](rule[name])
    ]
    if not found and rule["reaction"] == "task" and not rule.get("task"):
        found.append("A rule that makes a task needs its name in “task”.")
    if not found and rule["kind"] == "range" and _number(rule, "low") > _number(rule, "high"):
        found.append("The lower end of the range lies above the upper one.")
    if not found and rule["kind"] == "divergence":
        found += [f"“{side}”: {each}" for side in ("met", "missed") for each in _faults_of_level(rule[side])]
    return found


def _faults_of_level(level: Any) -> list[str]:
    if not isinstance(level, dict) or level.get("kind") not in {"at_least", "at_most"}:
        return ["takes a rule at_least or at_most."]
    return faults({"key": "level", "reaction": "alarm", **level})


# Kinds of rules.


def _number(rule: Rule, name: str) -> float:
    return float(rule[name])


def _looked_at(rule: Rule, point: Point) -> tuple[float, str] | None:
    """The value or bound the rule judges; None if the reading has no such bound."""
    bound = rule.get("bound", "") or "value"
    number = {"value": point.value, "lower": point.lower, "upper": point.upper}[bound]
    return None if number is None else (number, "" if bound == "value" else f"the {bound} bound ")


def _levelled(rule: Rule, points: Sequence[Point], is_good: Callable[[float], bool], wanted: str) -> Finding:
    seen = _looked_at(rule, points[-1])
    if seen is None:
        return Finding(UNKNOWN, f"The value has no {rule['bound']} bound.")
    number, what = seen
    if is_good(number):
        return Finding(GOOD, f"{what}{shown(number)} is {wanted}.".capitalize())
    return Finding(VIOLATED, f"{what}{shown(number)} is not {wanted}.".capitalize())


def _at_least(rule: Rule, points: Sequence[Point], _: Around) -> Finding:
    threshold = _number(rule, "threshold")
    return _levelled(rule, points, lambda number: number >= threshold, f"at least {rule['threshold']}")


def _at_most(rule: Rule, points: Sequence[Point], _: Around) -> Finding:
    threshold = _number(rule, "threshold")
    return _levelled(rule, points, lambda number: number <= threshold, f"at most {rule['threshold']}")


def _range(rule: Rule, points: Sequence[Point], _: Around) -> Finding:
    low, high = _number(rule, "low"), _number(rule, "high")
    return _levelled(rule, points, lambda n: low <= n <= high, f"between {rule['low']} and {rule['high']}")


def _allowed(rule: Rule, points: Sequence[Point], _: Around) -> Finding:
    values = [float(value) for value in rule["values"]]
    return _levelled(rule, points, lambda number: number in values, f"one of {', '.join(map(str, rule['values']))}")


def _trend(rule: Rule, points: Sequence[Point], _: Around) -> Finding:
    """Each of the last `n` values moved the same way from the one before, however little."""
    n = int(rule["n"])
    if len(points) <= n:
        return Finding(UNKNOWN, f"{len(points)} values are too few to see a trend of {n}.")
    values = [point.value for point in points[-n - 1 :]]
    sign = -1 if rule["direction"] == "falling" else 1
    moved = all(sign * (after - before) > 0 for before, after in pairwise(values))
    told = f"{shown(values[0])} to {shown(values[-1])} over {n} values"
    if moved:
        return Finding(VIOLATED, f"It has been {rule['direction']} {n} times in a row, from {told}.")
    return Finding(GOOD, f"No steady {rule['direction'].removesuffix('ing')}: {told}.")


def _jump(rule: Rule, points: Sequence[Point], _: Around) -> Finding:
    window = int(rule["window"])
    before = [point.value for point in points[-window - 1 : -1]]
    if len(before) < window:
        return Finding(UNKNOWN, f"{len(before)} values before are too few for a window of {window}.")
    mean = sum(before) / window
    step = points[-1].value - mean
    told = f"{shown(points[-1].value)} after a mean of {shown(mean)}"
    if abs(step) > _number(rule, "by"):
        return Finding(VIOLATED, f"A jump of {shown(step)}: {told}.")
    return Finding(GOOD, f"No jump: {told}.")


def _count(rule: Rule, points: Sequence[Point], _: Around) -> Finding:
    window = int(rule.get("window") or 1)
    total = sum(point.value for point in points[-window:])
    told = f"{shown(total)} in {window} {'delivery' if window == 1 else 'deliveries'}, limit {rule['threshold']}."
    return Finding(VIOLATED if total >= _number(rule, "threshold") else GOOD, told)


def _silence(rule: Rule, points: Sequence[Point], _: Around) -> Finding:
    """A value has just come; that none came is found by the clock, see `is_silent`."""
    return Finding(GOOD, "A value has arrived.")


def _difference(rule: Rule, points: Sequence[Point], around: Around) -> Finding:
    other = around.environments.get(rule["environment"])
    if other is None:
        return Finding(UNKNOWN, f"There is no value from {rule['environment']}.")
    apart = abs(points[-1].value - other.value)
    told = f"{shown(points[-1].value)} here, {shown(other.value)} in {rule['environment']}"
    if apart > _number(rule, "by"):
        return Finding(VIOLATED, f"{told}: {shown(apart)} apart.")
    return Finding(GOOD, f"{told}.")


def _divergence(rule: Rule, points: Sequence[Point], around: Around) -> Finding:
    """This signal is met while the linked one is missed: the metric no longer serves what it stands for."""
    other = around.signals.get(rule["other"])
    if other is None:
        return Finding(UNKNOWN, f"“{rule['other']}” has no value.")
    here, there = judge(rule["met"], points), judge(rule["missed"], [other])
    if here.state == GOOD and there.state == VIOLATED:
        return Finding(VIOLATED, f"Diverging: {shown(points[-1].value)} is met here, “{rule['other']}” is missed.")
    return Finding(GOOD, f"Here {here.state}, “{rule['other']}” {there.state}.")


def _control(rule: Rule, points: Sequence[Point], around: Around) -> Finding:
    expected, found = around.control
    if not expected:
        return Finding(UNKNOWN, "The delivery has no control value.")
    if expected != found:
        return Finding(VIOLATED, f"Control value {found or 'none'} instead of {expected}.")
    return Finding(GOOD, "The control values agree.")


def is_silent(interval_seconds: float | None, seconds_since_last: float | None) -> bool | None:
    """Whether a value is overdue; None when none is expected at any time."""
    if interval_seconds is None:
        return None
    return seconds_since_last is None or seconds_since_last > interval_seconds


def shown(number: float) -> str:
    return f"{number:.6g}"


def _is_number(value: Any) -> bool:
    try:
        decimal_of(str(value))
    except ValueError:
        return False
    return isinstance(value, str)


def _is_window(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value < LONGEST_WINDOW


def _one_of(*words: str) -> tuple[str, Callable[[Any], bool]]:
    return f"one of {', '.join(words)}", lambda value: value in words


SHAPES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "number": ("a number as a text", _is_number),
    "numbers": ("a list of numbers as texts", lambda v: isinstance(v, list) and all(map(_is_number, v))),
    "window": (f"a whole number from 1 to {LONGEST_WINDOW - 1}", _is_window),
    "text": ("a text of up to 160 characters", lambda v: isinstance(v, str) and len(v) <= 160),
    "key": ("small letters, digits and hyphens", lambda v: bool(re.fullmatch(r"[a-z0-9-]{1,40}", str(v)))),
    "yes": ("true or false", lambda value: isinstance(value, bool)),
    "level": ("a rule at_least or at_most", lambda value: isinstance(value, dict)),
    "bound": _one_of("value", "lower", "upper"),
    "direction": _one_of("falling", "rising"),
    "environment": _one_of(*ENVIRONMENTS),
    "reaction": _one_of(*REACTIONS),
    "severity": _one_of(*SEVERITIES),
    "closes": _one_of(*CLOSES),
}
COMMON = {
    "key": "key", "kind": "text", "reaction": "reaction", "segment": "text", "severity": "severity", "closes": "closes",
    "only_observation": "yes", "task": "text", "role": "text",
}  # fmt: skip
KINDS = {
    "at_least": Kind("At least", {"threshold": "number", "bound?": "bound"}, _at_least, True),
    "at_most": Kind("At most", {"threshold": "number", "bound?": "bound"}, _at_most, True),
    "range": Kind("In a range", {"low": "number", "high": "number", "bound?": "bound"}, _range, True),
    "allowed": Kind("In a list", {"values": "numbers"}, _allowed, True),
    "trend": Kind("Trend", {"direction": "direction", "n": "window"}, _trend),
    "jump": Kind("Jump", {"by": "number", "window": "window"}, _jump),
    "count": Kind("Count", {"threshold": "number", "window?": "window"}, _count, True),
    "silence": Kind("No data", {}, _silence),
    "difference": Kind("Difference between environments", {"environment": "environment", "by": "number"}, _difference),
    "divergence": Kind("Divergence of two signals", {"other": "text", "met": "level", "missed": "level"}, _divergence),
    "control": Kind("Control value", {}, _control),
}
