"""Signals: ready before they are active, changed in versions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from audit.models import Event
from crispmlq.errors import Conflict, Invalid
from monitoring.models import Alarm, Signal
from monitoring.services import signals
from monitoring.services.signals import SignalNotReady
from projects.access import NoRight
from tests.cast import Cast
from tests.monitoring import made


def test_a_signal_without_owner_and_measure_can_not_be_activated(cast: Cast) -> None:
    bare = made.drafted(cast, owner="", rules=[])
    with pytest.raises(SignalNotReady) as refusal:
        signals.activate(signal=bare, by=cast.enzo)
    assert refusal.value.data["lacking"] == ["owner", "baseline or threshold"]
    assert Signal.objects.get(pk=bare.pk).state == "draft"
    signals.change(signal=bare, settings={"owner": "olga", "baseline": Decimal("0.9")}, by=cast.enzo)
    assert signals.activate(signal=Signal.objects.get(pk=bare.pk), by=cast.enzo).state == "active"
    assert Event.objects.latest("pk").act == "signal.activated"


def test_a_trend_alone_is_no_threshold(cast: Cast) -> None:
    trend = {"key": "t", "kind": "trend", "direction": "falling", "n": 3, "reaction": "alarm"}
    with pytest.raises(SignalNotReady):
        made.active(cast, rules=[trend])


def test_a_change_of_a_range_is_a_new_version_and_old_alarms_keep_theirs(cast: Cast) -> None:
    share = {"key": "share", "kind": "range", "low": "0", "high": "0.05", "reaction": "alarm"}
    signal = made.active(cast, "missing-share", group="data", rules=[share])
    made.deliver(cast, signal, "0.2")
    wider = {**share, "high": "0.3"}
    with pytest.raises(Invalid):
        signals.change(signal=Signal.objects.get(pk=signal.pk), settings={"rules": [wider]}, by=cast.enzo)
    changed = signals.change(
        signal=Signal.objects.get(pk=signal.pk), settings={"rules": [wider]}, reason="New source.", by=cast.enzo
    )
    alarm = Alarm.objects.get()
    assert (changed.version, alarm.signal_version, alarm.rule["high"]) == (2, 1, "0.05")
    assert Event.objects.latest("pk").act == "signal.changed"


def test_an_active_signal_can_not_lose_what_made_it_ready(cast: Cast) -> None:
    signal = made.active(cast)
    with pytest.raises(SignalNotReady):
        signals.change(signal=signal, settings={"owner": ""}, reason="He left.", by=cast.enzo)
    assert Signal.objects.get(pk=signal.pk).owner_id is not None


def test_nothing_changed_is_refused(cast: Cast) -> None:
    signal = made.drafted(cast)
    with pytest.raises(Conflict):
        signals.change(signal=signal, settings={"name": signal.name}, by=cast.enzo)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"group": "weather"}, "group"),
        ({"owner": "otto"}, "owner"),
        ({"criterion": "none"}, "criterion"),
        ({"name": ""}, "name"),
        ({"interval_minutes": 0}, "interval_minutes"),
        ({"rules": [{"kind": "guess"}]}, "rules"),
        ({"rules": [made.BELOW, made.BELOW]}, "rules"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_does_not_fit_is_refused_by_field(cast: Cast, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        made.drafted(cast, **wrong)
    assert field in refusal.value.errors
    assert not Signal.objects.exists()


def test_a_token_drafts_and_only_people_activate(cast: Cast) -> None:
    signal = made.drafted(cast)
    with pytest.raises(NoRight):
        signals.activate(signal=signal, by=cast.pipeline)
    with pytest.raises(NoRight):
        signals.activate(signal=signal, by=cast.ursel)


def test_signals_can_be_drafted_from_phase_1(cast: Cast) -> None:
    assert cast.project.phase_set.get(number=1).state == "open"
    assert made.drafted(cast).state == "draft"


def test_a_retired_signal_takes_no_value_and_can_come_back(cast: Cast) -> None:
    signal = signals.retire(signal=made.active(cast), reason="Replaced.", by=cast.enzo)
    with pytest.raises(Conflict):
        made.deliver(cast, signal, "0.95")
    assert signals.activate(signal=signal, by=cast.enzo).state == "active"


def test_rules_are_added_and_dropped_one_by_one(cast: Cast) -> None:
    signal = made.drafted(cast)
    jump = {"key": "jump", "kind": "jump", "by": "0.1", "window": 3, "reaction": "task", "task": "Look at it"}
    signal = signals.add_rule(signal=signal, rule=jump, by=cast.enzo)
    assert [rule["key"] for rule in signal.rules] == ["floor", "jump"]
    signal = signals.drop_rule(signal=signal, key="floor", by=cast.enzo)
    assert [rule["key"] for rule in signal.rules] == ["jump"]
    with pytest.raises(Invalid):
        signals.drop_rule(signal=signal, key="floor", by=cast.enzo)
