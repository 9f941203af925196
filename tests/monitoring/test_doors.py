"""Monitoring by the API, and by the forms of its pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from monitoring.models import Alarm, Delivery, Incident, OperationReview, Reading, Signal, UpdateDecision
from projects.models import Task
from tests.cast import Cast
from tests.monitoring import made

NEW = {
    "key": "recall-live", "name": "Recall", "group": "performance", "metric": "recall", "unit": "1", "owner": "olga",
    "is_labelled": True, "baseline": "0.93", "interval_minutes": 60,
    "rules": [{"key": "floor", "kind": "at_least", "threshold": "0.9", "reaction": "incident"}],
}  # fmt: skip


def row(value: str, **parts: Any) -> dict[str, Any]:
    return {"value": value, "at": timezone.now().isoformat(), "environment": "operation", **parts}


def test_a_signal_goes_its_way_by_the_api(cast: Cast, api: Any) -> None:
    made_ = api("pipeline", "post", "signals", NEW)
    assert (made_.status_code, made_.json()["state"]) == (201, "draft")
    assert api("pipeline", "post", "signals/recall-live/activate").status_code == 403
    assert api("enzo", "post", "signals/recall-live/activate").json()["state"] == "active"
    posted = api("pipeline", "post", "signals/recall-live/readings", {"readings": [row("0.85"), row("0.84")]})
    assert (posted.status_code, posted.json()["count"]) == (201, 2)
    alarm = api("mara", "get", "alarms?state=open").json()["results"][0]
    assert (alarm["signal"], alarm["signal_version"], alarm["incident"]) == ("recall-live", 1, 1)
    assert api("enzo", "post", f"alarms/{alarm['id']}/acknowledge", {}).json()["state"] == "acknowledged"
    status = api("mara", "get", "monitoring").json()
    assert (status["trusted"], status["signals"][0]["state"]) == (False, "violated")
    history = api("mara", "get", "signals/recall-live/history", {"range": "day"}).json()
    assert history["series"][0]["count"] == 2
    assert sum(bucket["count"] for bucket in history["series"][0]["buckets"]) == 2


def test_a_change_needs_the_version_one_has_read(cast: Cast, api: Any) -> None:
    made.active(cast)
    body = {"name": "Other", "reason": "Clearer."}
    assert api("enzo", "patch", "signals/recall-live", body).status_code == 428
    etag = api("enzo", "get", "signals/recall-live")["ETag"]
    changed = api("enzo", "patch", "signals/recall-live", body, if_match=etag)
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert api("enzo", "patch", "signals/recall-live", {**body, "name": "X"}, if_match=etag).status_code == 412


def test_a_repeated_post_of_readings_happens_once(cast: Cast, api: Any) -> None:
    made.active(cast)
    body = {"readings": [row("0.95")]}
    first = api("pipeline", "post", "signals/recall-live/readings", body, idempotency_key="a")
    again = api("pipeline", "post", "signals/recall-live/readings", body, idempotency_key="a")
    assert (first.status_code, again.status_code, first.content == again.content) == (201, 201, True)
    assert Delivery.objects.count() == 1


def test_wrong_rows_are_named_one_by_one_and_nothing_is_stored(cast: Cast, api: Any) -> None:
    made.active(cast)
    rows = [row("0.95"), {"value": "x"}, row("0.9", environment="space")]
    answer = api("pipeline", "post", "signals/recall-live/readings", {"readings": rows})
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"1.environment", "2.environment"}
    assert not Reading.objects.exists()


@pytest.mark.parametrize("readings", [None, "x", {}, [], [1], [[]], {"value": 1}])
def test_what_are_no_readings_is_refused(cast: Cast, api: Any, readings: Any) -> None:
    made.active(cast)
    assert api("pipeline", "post", "signals/recall-live/readings", {"readings": readings}).status_code == 422


def test_an_incident_goes_its_way_by_the_api(cast: Cast, api: Any) -> None:
    opened = api("pipeline", "post", "incidents", {"title": "No values", "kind": "availability", "severity": "high"})
    assert (opened.status_code, opened.json()["number"], opened.json()["state"]) == (201, 1, "open")
    early = api("enzo", "post", "incidents/1/close", {})
    assert (early.status_code, early.json()["code"]) == (409, "incident_not_explained")
    assert set(early.json()["lacking"]) == {"root_cause", "cause", "course_of_action", "prevention", "affected_persons"}
    assert api("enzo", "post", "incidents/1/acknowledge").json()["assignee"] == "enzo"
    cause = {"cause": "lost_access", "root_cause": "The key expired."}
    assert api("enzo", "post", "incidents/1/cause", cause).json()["state"] == "cause_known"
    course = {"course_of_action": "A new key.", "downtime_minutes": 45}
    assert api("enzo", "post", "incidents/1/resolve", course).json()["downtime_minutes"] == 45
    assert api("enzo", "post", "incidents/1/close", {"prevention": "A reminder."}).status_code == 409
    end = {"prevention": "A reminder.", "affected_persons": "None: nothing was served."}
    assert api("enzo", "post", "incidents/1/close", end).json()["state"] == "closed"
    figures = api("mara", "get", "monitoring").json()["figures"]
    assert (figures["downtime_minutes"], figures["by_cause"]) == (45, {"Lost access": 1})


def test_rules_and_metrics_can_be_looked_up(cast: Cast, api: Any) -> None:
    kinds = {kind["kind"] for kind in api("mara", "get", "signal-rules").json()["kinds"]}
    assert {"at_least", "trend", "jump", "silence", "divergence", "count", "range", "allowed"} <= kinds
    ranking = api("mara", "get", "metrics", {"type": "ranking"}).json()
    assert {"ndcg", "mrr"} <= {metric["key"] for metric in ranking}
    assert all(metric["better"] in {"higher", "lower"} for metric in ranking)
    assert api("mara", "get", "metrics", {"type": "magic"}).status_code == 422


def do(cast: Cast, who: str, name: str, pk: Any, data: dict[str, Any]) -> Any:
    client = Client()
    client.force_login(cast.actors[who].user)
    return client.post(f"/projects/churn/do/{name}/{pk}", data)


def test_a_signal_goes_its_way_by_forms(cast: Cast) -> None:
    form = {
        "key": "latency", "name": "Latency", "group": "technical", "metric": "p95", "unit": "ms", "owner": "enzo",
        "environment": "operation", "interval_minutes": "60", "baseline": "",
    }  # fmt: skip
    assert do(cast, "enzo", "propose-signal", cast.project.pk, form).status_code == 302
    signal = Signal.objects.get(key="latency")
    rule = {"key": "most", "kind": "at_most", "threshold": "200", "reaction": "alarm", "n": "", "low": ""}
    assert do(cast, "enzo", "add-signal-rule", signal.pk, rule).status_code == 302
    assert do(cast, "enzo", "activate-signal", signal.pk, {}).status_code == 302
    value = {"value": "250", "environment": "operation", "at": ""}
    assert do(cast, "enzo", "deliver-reading", signal.pk, value).status_code == 302
    alarm = Alarm.objects.get()
    assert alarm.because == "250 is not at most 200."
    assert do(cast, "enzo", "acknowledge-alarm", alarm.pk, {"note": "Looking."}).status_code == 302
    assert do(cast, "enzo", "close-alarm", alarm.pk, {"reason": "A peak."}).status_code == 302
    gone = {"key": "most", "reason": "Too strict."}
    assert do(cast, "enzo", "drop-signal-rule", signal.pk, gone).status_code == 409  # neither baseline nor threshold
    change = {"baseline": "100", "reason": "Measured."}
    assert do(cast, "enzo", "change-signal", signal.pk, change).status_code == 302
    assert do(cast, "enzo", "drop-signal-rule", signal.pk, gone).status_code == 302
    assert do(cast, "enzo", "retire-signal", signal.pk, {"reason": "Gone."}).status_code == 302
    assert Signal.objects.get(key="latency").version == 4


def test_incidents_reviews_and_decisions_go_their_way_by_forms(cast: Cast) -> None:
    new = {"title": "Slow", "kind": "technical", "severity": "low", "started_at": "", "description": "It is slow."}
    assert do(cast, "enzo", "open-incident", cast.project.pk, new).status_code == 302
    incident = Incident.objects.get()
    for name, form in (
        ("acknowledge-incident", {}),
        ("add-to-incident", {"loss_estimate": "1200", "loss_unit": "EUR", "affected_systems": "Desk"}),
        ("explain-incident", {"cause": "hardware", "root_cause": "Old disks."}),
        ("resolve-incident", {"course_of_action": "New disks.", "downtime_minutes": "5"}),
        ("close-incident", {"prevention": "Watch their age."}),
    ):
        assert do(cast, "enzo", name, incident.pk, form).status_code == 302, name
    assert Incident.objects.get().state == "closed"
    assert do(cast, "enzo", "ask-review", cast.project.pk, {"occasion": "After the change."}).status_code == 302
    review = OperationReview.objects.get()
    assert do(cast, "sven", "decide-review", review.pk, {"decision": "keep", "reason": ""}).status_code == 422
    decided = {"decision": "keep", "reason": "All is well."}
    assert do(cast, "sven", "decide-review", review.pk, decided).status_code == 302
    assert do(cast, "enzo", "ask-update", cast.project.pk, {"trigger": "New data."}).status_code == 302
    update = UpdateDecision.objects.get()
    weighed = {"decision": "keep", "reason": "Not yet.", "cost_of_update": "900", "cost_of_staying": "100"}
    assert do(cast, "sven", "decide-update", update.pk, weighed).status_code == 302


def test_surroundings_are_recorded_by_forms_and_by_the_api(cast: Cast, api: Any) -> None:
    signal = made.active(cast)
    today = timezone.localdate().isoformat()
    event = {"kind": "regulation", "title": "New law", "happened_on": today, "starts_review": "on"}
    assert do(cast, "enzo", "record-external-event", cast.project.pk, event).status_code == 302
    assert OperationReview.objects.get().trigger == "external_event"
    update = {"title": "New kernel", "what": "6.12", "happened_at": "", "signals": [signal.key]}
    assert do(cast, "enzo", "record-system-update", cast.project.pk, update).status_code == 302
    assert Signal.objects.get().check_reason.startswith("New kernel")
    assert Task.objects.filter(name="Compare before and after: New kernel").exists()
    assert do(cast, "enzo", "confirm-signal-check", signal.pk, {"finding": "No change."}).status_code == 302
    loop = {
        "name": "Own labels", "kind": "direct", "description": "It labels.", "severity": "low", "likelihood": "rare",
        "limit": "0.1", "indicator": signal.key,
    }  # fmt: skip
    assert do(cast, "enzo", "record-loop", cast.project.pk, loop).status_code == 302
    known = api("mara", "get", "feedback-loops").json()["results"][0]
    change = {"likelihood": "possible", "reason": "Seen."}
    assert api("enzo", "post", f"feedback-loops/{known['id']}/change", change).json()["likelihood"] == "possible"
    form = {
        "use": "decides", "ground_truth": "late", "label_delay_days": "30", "loops": "listed",
        "review_every_days": "30", "answer_hours": "24", "observe_days": "7", "observe_minutes": "30",
    }  # fmt: skip
    assert do(cast, "enzo", "set-monitoring-terms", cast.project.pk, form).status_code == 302
    assert api("mara", "get", "monitoring-terms").json()["use"] == "decides"
    assert api("mara", "patch", "monitoring-terms", {"use": "informs"}).json()["use"] == "informs"
    assert api("ursel", "patch", "monitoring-terms", {"use": "decides"}).status_code == 403
    when = (timezone.now() - timedelta(hours=1)).isoformat()
    body = {"title": "Disk", "what": "New.", "happened_at": when, "signals": ["none"]}
    assert api("enzo", "post", "system-updates", body).status_code == 422
    assert api("enzo", "post", "external-events", {**event, "starts_review": False}).status_code == 201
    assert api("enzo", "post", "observations", {"served": "model-2"}).json()["is_open"] is True
    assert api("enzo", "post", "observations", {"served": "model-3"}).status_code == 409
    assert api("enzo", "post", "update-decisions", {"trigger": " "}).status_code == 422


def test_the_past_of_signals_can_be_asked_for(cast: Cast, api: Any) -> None:
    signal = made.active(cast)
    moment = timezone.now().isoformat()
    from monitoring.services import signals

    signals.change(signal=signal, settings={"name": "Another"}, reason="Clearer.", by=cast.enzo)
    rows = api("mara", "get", "signals", {"as_of": moment}).json()["results"]
    assert [each["name"] for each in rows] == [signal.name]
