"""What follows from values, and from their absence: alarms are raised once, and close by themselves where they may."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max, Q

import audit
from audit import SYSTEM
from monitoring import rules, values
from monitoring.index import Arrived
from monitoring.models import Alarm, Observation, Series, Signal
from monitoring.rules import Around, Finding, Point, Rule
from monitoring.services import reactions

BY_ITSELF = "By itself: "
SILENCE: Rule = {"key": "silence", "kind": "silence", "reaction": "alarm", "closes": "itself"}


def judge(signal: Signal, arrived: list[Arrived], control: tuple[str, str] = ("", "")) -> None:
    """Judge what a delivery brought to an active signal, in the environment its rules are for. Forecasts are not."""
    if signal.state != Signal.State.ACTIVE:
        return
    watched = [
        each
        for each in arrived
        if each.fresh and each.series.kind == Series.Kind.MEASURED and each.series.environment == signal.environment
    ]
    if not watched:
        return
    live = {(a.rule_key, a.segment): a for a in signal.alarms.filter(state__in=Alarm.LIVE)}
    if (silent := live.get((silence_rule(signal)["key"], ""))) is not None:
        _close_by_itself(silent, Finding(rules.GOOD, "A value has arrived."))
    observed = is_observed(signal)
    for each in watched:
        for rule in signal.rules:
            if rules.applies_to(rule, each.series.segment, observed) and rule["kind"] != "silence":
                around = _around(signal, rule, each.series, control)
                _apply(signal, rule, each, around, live.get((rule["key"], each.series.segment)))
    _judge_linked(signal)


def find_silence(signal: Signal, now: datetime) -> Alarm | None:
    """Raise an alarm if an active signal has had no value for longer than its interval; it is locked."""
    last = signal.series.filter(MEASURED, environment=signal.environment).aggregate(last=Max("last_at"))["last"]
    since = last or signal.changed_at
    interval = expected_seconds(signal, is_observed(signal))
    if not rules.is_silent(interval, (now - since).total_seconds()):
        return None
    rule = silence_rule(signal)
    if signal.alarms.filter(rule_key=rule["key"], state__in=Alarm.LIVE).exists():
        return None
    because = f"No data since {since:%Y-%m-%d %H:%M} UTC." if last else "No data has ever arrived."
    return reactions.raise_alarm(signal, rule, segment="", because=because, at=since)


MEASURED = Q(kind=Series.Kind.MEASURED)


def silence_rule(signal: Signal) -> Rule:
    """What to do when nothing comes: the signal's own rule, or the usual one."""
    return next((rule for rule in signal.rules if rule["kind"] == "silence"), SILENCE)


def is_observed(signal: Signal) -> bool:
    """Whether a release is being watched closely."""
    return Observation.objects.filter(project=signal.project_id, review__state="open").exists()


def expected_seconds(signal: Signal, is_observed: bool) -> float | None:
    """How long a value may take; during an observation no longer than that asks for."""
    if signal.interval is None:
        return None
    seconds = signal.interval.total_seconds()
    if is_observed:
        found = Observation.objects.filter(project=signal.project_id, review__state="open").first()
        seconds = min(seconds, 60.0 * found.interval_minutes)
    return seconds


def _apply(signal: Signal, rule: Rule, arrived: Arrived, around: Around, live: Alarm | None) -> None:
    """Judge each new point; the first violation raises the alarm, the newest point decides whether it closes."""
    finding, violated = None, None
    for at, found in _findings(rule, arrived, around):
        finding = found
        if found.state == rules.VIOLATED:
            violated = at, found
    if violated is not None and live is None:
        (at, _, _, _, samples), found = violated
        live = reactions.raise_alarm(
            signal, rule, segment=arrived.series.segment, because=found.because, at=values.moment(at), samples=samples
        )
    if live is not None and finding is not None and finding.state == rules.GOOD:
        _close_by_itself(live, finding)


def _judge_linked(signal: Signal) -> None:
    """Signals that are compared with this one look at it again."""
    others = Signal.objects.filter(project=signal.project_id, state=Signal.State.ACTIVE).exclude(pk=signal.pk)
    for other in others:
        linking = [rule for rule in other.rules if rule["kind"] == "divergence" and rule["other"] == signal.key]
        series = other.series.filter(MEASURED, environment=other.environment, segment="") if linking else []
        for one in series:
            live = {alarm.rule_key: alarm for alarm in other.alarms.filter(state__in=Alarm.LIVE, segment="")}
            for rule in linking:
                around = _around(other, rule, one, ("", ""))
                _apply(other, rule, Arrived(one, one.recent, 1), around, live.get(rule["key"]))


def _findings(rule: Rule, arrived: Arrived, around: Around) -> Iterator[tuple[Sequence[Any], Finding]]:
    points = [Point(*point[1:]) for point in arrived.points]
    for end in range(len(points) - arrived.fresh + 1, len(points) + 1):
        window = points[max(0, end - rules.LONGEST_WINDOW) : end]
        yield arrived.points[end - 1], rules.judge(rule, window, around)


def _close_by_itself(alarm: Alarm, finding: Finding) -> None:
    if alarm.rule.get("closes", "itself") != "itself" or alarm.state == Alarm.State.CLOSED:
        return
    with audit.act("alarm.closed", by=SYSTEM, subject=alarm, reason=BY_ITSELF + finding.because) as act:
        alarm.state, alarm.closed_at, alarm.note = Alarm.State.CLOSED, act.at, (BY_ITSELF + finding.because)
        alarm.save()


def _around(signal: Signal, rule: Rule, series: Series, control: tuple[str, str]) -> Around:
    """What the rule looks at besides; nothing is read that its kind does not need."""
    if rule["kind"] == "difference":
        others = Series.objects.filter(MEASURED, signal=signal, segment=series.segment)
        return Around(environments={other.environment: _newest(other) for other in others if other.recent})
    if rule["kind"] == "divergence":
        linked = Series.objects.filter(
            MEASURED, signal__project=signal.project_id, signal__key=rule["other"], environment=series.environment,
            segment="",
        ).select_related("signal")  # fmt: skip
        return Around(signals={other.signal.key: _newest(other) for other in linked if other.recent})
    return Around(control=control)


def _newest(series: Series) -> Point:
    return Point(*series.recent[-1][1:])
