"""Alarms: raised once, told until somebody looks, each with its reaction."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Event
from monitoring.models import Alarm, Incident, OperationReview, UpdateDecision
from monitoring.services import alarms, reactions, watching
from notices.models import Notice
from projects.access import NoRight
from projects.models import Task
from projects.states import IllegalMove
from tests.cast import Cast
from tests.monitoring import made

AT_LEAST = {"key": "floor", "kind": "at_least", "threshold": "0.9", "reaction": "alarm"}


def test_a_value_below_the_threshold_opens_an_incident_and_tells_the_owner(cast: Cast) -> None:
    signal = made.active(cast, response_plan="Fall back to the rules.")
    made.deliver(cast, signal, "0.85")
    alarm, incident = Alarm.objects.get(), Incident.objects.get()
    assert alarm.incident == incident
    assert (incident.state, incident.severity, incident.kind) == ("open", "high", "performance")
    assert incident.description == "Fall back to the rules."
    assert Notice.objects.filter(to=cast.olga.user, text__contains="0.85 is not at least 0.9").count() == 1
    assert (alarm.told, alarm.told_at is not None) == (1, True)
    assert Event.objects.latest("pk").act == "alarm.raised"


def test_an_alarm_is_raised_once_while_it_is_open(cast: Cast) -> None:
    signal = made.active(cast)
    for value in ("0.85", "0.84", "0.83"):
        made.deliver(cast, signal, value)
    assert (Alarm.objects.count(), Incident.objects.count()) == (1, 1)


def test_it_closes_by_itself_and_is_raised_again(cast: Cast) -> None:
    signal = made.active(cast, rules=[AT_LEAST])
    for value in ("0.85", "0.95", "0.8"):
        made.deliver(cast, signal, value)
    assert sorted(Alarm.objects.values_list("state", flat=True)) == ["closed", "open"]
    assert Alarm.objects.get(state="closed").note.startswith("By itself")


def test_it_waits_for_a_person_where_the_rule_says_so(cast: Cast) -> None:
    signal = made.active(cast, rules=[{**AT_LEAST, "closes": "person"}])
    made.deliver(cast, signal, "0.85", "0.95")
    alarm = Alarm.objects.get()
    assert alarm.state == "open"
    closed = alarms.close(alarm=alarm, reason="A faulty batch.", by=cast.enzo)
    assert (closed.state, closed.closed_by) == ("closed", cast.enzo.user)
    with pytest.raises(IllegalMove):
        alarms.close(alarm=closed, reason="Again.", by=cast.enzo)


def test_a_violation_in_the_middle_of_a_batch_is_not_lost(cast: Cast) -> None:
    made.deliver(cast, made.active(cast), "0.95", "0.5", "0.96")
    alarm = Alarm.objects.get()
    assert (alarm.state, alarm.because) == ("closed", "0.5 is not at least 0.9.")
    assert Incident.objects.get().state == "open"


def test_a_slow_decay_warns_and_a_jump_alerts_at_once(cast: Cast) -> None:
    trend = {"key": "decay", "kind": "trend", "direction": "falling", "n": 4, "reaction": "alarm"}
    jump = {"key": "jump", "kind": "jump", "by": "0.2", "window": 3, "reaction": "incident"}
    signal = made.active(cast, rules=[AT_LEAST, trend, jump])
    made.deliver(cast, signal, "0.99", "0.98", "0.97", "0.96", "0.95")
    assert [alarm.rule_key for alarm in Alarm.objects.all()] == ["decay"]
    made.deliver(cast, signal, "0.6")
    assert set(Alarm.objects.values_list("rule_key", flat=True)) == {"decay", "floor", "jump"}
    assert Incident.objects.count() == 1


def test_two_rules_of_one_signal_react_each_in_its_way_and_both_are_in_the_log(cast: Cast) -> None:
    task = {"key": "low", "kind": "at_least", "threshold": "0.95", "reaction": "task", "task": "Look at the inputs"}
    signal = made.active(cast, rules=[AT_LEAST, task])
    made.deliver(cast, signal, "0.85")
    assert set(Alarm.objects.values_list("rule_key", flat=True)) == {"floor", "low"}
    assert Task.objects.get(name="Look at the inputs").phase.number == 6
    assert [event.act for event in Event.objects.order_by("-pk")[:2]] == ["alarm.raised"] * 2


def test_a_rule_makes_its_task_once_and_not_again_while_it_is_open(cast: Cast) -> None:
    rule = {**AT_LEAST, "reaction": "task", "task": "Check labels", "role": "data-scientist"}
    signal = made.active(cast, rules=[rule])
    for value in ("0.85", "0.95", "0.85", "0.95"):
        made.deliver(cast, signal, value)
    task = Task.objects.get(name="Check labels")
    assert (Alarm.objects.count(), task.assignee) == (2, cast.dana.user)
    cast.project.phase_set.filter(number=6)  # its phase is locked still, so the task is ended beneath the services
    with_state(task, "done")
    made.deliver(cast, signal, "0.85")
    assert Task.objects.filter(name="Check labels").count() == 2


def with_state(task: Task, state: str) -> None:
    import audit
    from audit import SYSTEM

    with audit.act("task.finished", by=SYSTEM, subject=task) as act:
        task.state, task.finished_at, task.handed_in_by_id = state, act.at, task.assignee_id
        task.save()


def test_rejections_are_counted_and_told_at_the_threshold(cast: Cast) -> None:
    rule = {"key": "many", "kind": "count", "threshold": "10", "reaction": "alarm"}
    signal = made.active(cast, "rejections", group="data", unit="count", rules=[rule])
    made.deliver(cast, signal, "9")
    assert not Alarm.objects.exists()
    made.deliver(cast, signal, "10")
    assert Alarm.objects.get().because == "10 in 1 delivery, limit 10."


def test_a_violation_that_is_only_counted_keeps_the_number_of_samples(cast: Cast) -> None:
    rule = {"key": "strange", "kind": "range", "low": "0", "high": "0.01", "reaction": "count"}
    signal = made.active(cast, "strange-values", group="data", rules=[rule])
    from monitoring.services import readings

    readings.deliver(signal=signal, readings=[made.reading("0.2", count=340)], by=cast.pipeline)
    alarm = Alarm.objects.get()
    assert (alarm.state, alarm.samples, alarm.told) == ("closed", 340, 0)
    assert Event.objects.latest("pk").act == "alarm.counted"
    assert not Notice.objects.filter(text__contains="Alarm: ").exists()


def test_a_share_of_missing_values_is_tolerated_within_its_range(cast: Cast) -> None:
    rule = {"key": "share", "kind": "range", "low": "0", "high": "0.05", "reaction": "alarm"}
    signal = made.active(cast, "missing-share", group="data", rules=[rule])
    made.deliver(cast, signal, "0.04", "0.05")
    assert not Alarm.objects.exists()
    made.deliver(cast, signal, "0.06")
    assert Alarm.objects.count() == 1


def test_the_worst_segment_shows_although_the_total_is_fine(cast: Cast) -> None:
    from monitoring import status

    rules = [AT_LEAST, {**AT_LEAST, "key": "north", "segment": "north"}, {**AT_LEAST, "key": "all", "segment": "each"}]
    signal = made.active(cast, rules=rules)
    made.deliver(cast, signal, "0.97")
    made.deliver(cast, signal, "0.96", segment="south")
    made.deliver(cast, signal, "0.7", segment="north")
    assert set(Alarm.objects.values_list("rule_key", "segment")) == {("north", "north"), ("all", "north")}
    view = status.board(cast.project, timezone.now())[0]
    assert (view.state, view.shown.segment, view.total.values) == ("violated", "north", [0.97])


def test_a_segment_with_a_threshold_of_its_own_is_judged_by_it(cast: Cast) -> None:
    own = {**AT_LEAST, "key": "small", "segment": "small", "threshold": "0.5"}
    signal = made.active(cast, rules=[AT_LEAST, own])
    made.deliver(cast, signal, "0.6", segment="small")
    assert not Alarm.objects.exists()


def test_silence_is_no_data_and_never_good(cast: Cast) -> None:
    from monitoring import status

    signal = made.active(cast, rules=[AT_LEAST], interval_minutes=60)
    made.deliver(cast, signal, "0.95")
    later = timezone.now() + timedelta(hours=2)
    assert watching.watch(later)["silent"] == 1
    assert watching.watch(later)["silent"] == 0
    alarm = Alarm.objects.get()
    assert (alarm.rule["kind"], alarm.because.startswith("No data since")) == ("silence", True)
    assert status.board(cast.project, later)[0].state == "no_data"
    made.deliver(cast, signal, "0.95")
    assert Alarm.objects.get().state == "closed"


def test_an_own_rule_for_silence_may_open_an_incident(cast: Cast) -> None:
    silence = {"key": "mute", "kind": "silence", "reaction": "incident", "severity": "critical"}
    made.active(cast, rules=[AT_LEAST, silence], interval_minutes=60)
    watching.watch(timezone.now() + timedelta(hours=2))
    assert (Incident.objects.get().kind, Incident.objects.get().severity) == ("availability", "critical")


def test_an_alarm_is_repeated_until_it_is_acknowledged(cast: Cast) -> None:
    made.deliver(cast, made.active(cast, rules=[AT_LEAST]), "0.85")
    now = timezone.now()
    assert watching.watch(now + timedelta(minutes=30))["repeated"] == 0
    assert watching.watch(now + timedelta(minutes=61))["repeated"] == 1
    assert Notice.objects.filter(to=cast.olga.user, text__contains="Alarm: ").count() == 2
    alarms.acknowledge(alarm=Alarm.objects.get(), by=cast.enzo)
    assert watching.watch(now + timedelta(hours=9))["repeated"] == 0
    assert Alarm.objects.get().told == 2


def test_only_who_operates_acknowledges(cast: Cast) -> None:
    made.deliver(cast, made.active(cast, rules=[AT_LEAST]), "0.85")
    for who in (cast.sven, cast.pipeline, cast.ada):
        with pytest.raises(NoRight):
            alarms.acknowledge(alarm=Alarm.objects.get(), by=who)


def test_an_update_trigger_asks_for_a_decision_in_the_agreed_time(cast: Cast) -> None:
    signal = made.active(cast, rules=[{**AT_LEAST, "reaction": "update_trigger"}])
    made.deliver(cast, signal, "0.85")
    update = UpdateDecision.objects.get()
    assert (update.alarm, update.state) == (Alarm.objects.get(), "open")
    assert timedelta(hours=71) < update.due_at - timezone.now() <= timedelta(hours=72)


def test_diverging_levels_warn_and_propose_to_go_back_to_phase_1(cast: Cast) -> None:
    apart = {
        "key": "apart", "kind": "divergence", "reaction": "alarm", "other": "retention-live",
        "met": {"kind": "at_least", "threshold": "0.9"}, "missed": {"kind": "at_least", "threshold": "0.8"},
    }  # fmt: skip
    recall = made.active(cast, rules=[AT_LEAST, apart])
    business = made.active(cast, "retention-live", group="business")
    made.deliver(cast, recall, "0.95")
    made.deliver(cast, business, "0.85")
    assert not Alarm.objects.filter(rule_key="apart").exists()
    made.deliver(cast, business, "0.7")
    alarm = Alarm.objects.get(rule_key="apart")
    assert "Diverging" in alarm.because
    review = OperationReview.objects.get()
    assert (review.trigger, review.proposed_phase) == ("alarm", 1)


def test_availability_that_differs_between_environments_is_a_warning(cast: Cast) -> None:
    rule = {"key": "gap", "kind": "difference", "environment": "development", "by": "0.1", "reaction": "alarm"}
    signal = made.active(cast, "source-available", group="availability", rules=[AT_LEAST, rule])
    from monitoring.services import readings

    readings.deliver(signal=signal, readings=[made.reading("1", environment="development")], by=cast.pipeline)
    made.deliver(cast, signal, "0.95")
    assert not Alarm.objects.exists()
    made.deliver(cast, signal, "0.6")
    assert Alarm.objects.filter(rule_key="gap").exists()


def test_a_control_value_that_does_not_match_is_an_alarm(cast: Cast) -> None:
    rule = {"key": "whole", "kind": "control", "reaction": "incident"}
    signal = made.active(cast, "deliveries", group="data", rules=[AT_LEAST, rule])
    made.deliver(cast, signal, "1", control_expected="ab", control_found="ab")
    assert not Alarm.objects.exists()
    made.deliver(cast, signal, "1", control_expected="ab", control_found="cd")
    assert Alarm.objects.get().because == "Control value cd instead of ab."
    assert Incident.objects.get().kind == "damaged_data"


def test_resources_and_pipelines_are_watched_like_everything_else(cast: Cast) -> None:
    most = {"key": "most", "kind": "at_most", "threshold": "900", "reaction": "alarm"}
    passed = {"key": "ok", "kind": "allowed", "values": ["1"], "reaction": "incident"}
    memory = made.active(cast, "memory", group="technical", unit="MB", rules=[most])
    pipeline = made.active(cast, "nightly-run", group="technical", rules=[passed])
    made.deliver(cast, memory, "950")
    made.deliver(cast, pipeline, "0")
    assert set(Alarm.objects.values_list("rule_key", flat=True)) == {"most", "ok"}
    assert Incident.objects.get().kind == "technical"


def test_a_draft_is_not_judged(cast: Cast) -> None:
    made.deliver(cast, made.drafted(cast), "0.1")
    assert not Alarm.objects.exists()


def test_nothing_remains_of_a_delivery_whose_alarm_can_not_be_raised(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from monitoring.models import Delivery

    signal = made.active(cast)

    def broken(alarm: Alarm) -> None:
        raise RuntimeError

    monkeypatch.setattr(reactions, "tell_of", broken)
    with pytest.raises(RuntimeError):
        made.deliver(cast, signal, "0.5")
    assert not Delivery.objects.exists()
