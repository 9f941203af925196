"""Deeds in operation: signals and values, alarms, incidents, reviews, updates, and what the clock brings."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

import audit
from monitoring.models import Alarm, FeedbackLoop, Incident, OperationReview, Signal, UpdateDecision
from monitoring.services import alarms, incidents, judging, operation, readings, reviews, signals, updates
from tests.cast import Cast
from tests.deeds import Deed, case
from tests.monitoring import made

ALARM_ONLY = made.BELOW | {"reaction": "alarm"}


@case("signals.propose")
def _(cast: Cast) -> Deed:
    return lambda: made.drafted(cast)


@case("signals.change")
def _(cast: Cast) -> Deed:
    signal = made.active(cast)
    return lambda: signals.change(signal=signal, settings={"name": "Recall"}, reason="Shorter.", by=cast.enzo)


@case("signals.add_rule")
def _(cast: Cast) -> Deed:
    signal = made.drafted(cast)
    rule = {"key": "strict", "kind": "at_least", "threshold": "0.97", "reaction": "alarm"}
    return lambda: signals.add_rule(signal=signal, rule=rule, reason="Earlier.", by=cast.enzo)


@case("signals.drop_rule")
def _(cast: Cast) -> Deed:
    signal = made.drafted(cast, rules=[made.BELOW, ALARM_ONLY | {"key": "again"}])
    return lambda: signals.drop_rule(signal=signal, key="again", reason="Twice.", by=cast.enzo)


@case("signals.activate")
def _(cast: Cast) -> Deed:
    signal = made.drafted(cast)
    return lambda: signals.activate(signal=signal, by=cast.enzo)


@case("signals.retire")
def _(cast: Cast) -> Deed:
    signal = made.active(cast)
    return lambda: signals.retire(signal=signal, reason="Replaced.", by=cast.enzo)


@case("signals.confirm_check")
def _(cast: Cast) -> Deed:
    updated(cast)
    signal = Signal.objects.get()
    return lambda: signals.confirm_check(signal=signal, finding="Alike.", by=cast.enzo)


@case("readings.deliver")
def _(cast: Cast) -> Deed:
    signal = made.active(cast)
    rows = [made.reading("0.95")]
    return lambda: readings.deliver(signal=signal, readings=rows, by=cast.pipeline)


def alarm(cast: Cast) -> Alarm:
    made.deliver(cast, made.active(cast, rules=[ALARM_ONLY]), "0.5")
    return Alarm.objects.get()


@case("alarms.acknowledge")
def _(cast: Cast) -> Deed:
    raised = alarm(cast)
    return lambda: alarms.acknowledge(alarm=raised, by=cast.enzo)


@case("alarms.close")
def _(cast: Cast) -> Deed:
    raised = alarm(cast)
    return lambda: alarms.close(alarm=raised, reason="A test.", by=cast.enzo)


@case("alarms.repeat")
def _(cast: Cast) -> Deed:
    raised, later = alarm(cast), timezone.now() + timedelta(hours=2)
    return lambda: alarms.repeat(fresh(raised), later)


def opened(cast: Cast) -> Incident:
    return incidents.open_one(
        project=cast.project, title="Recall fell", kind="performance", severity="low", by=cast.enzo
    )


def explained(cast: Cast) -> Incident:
    incident = incidents.acknowledge(incident=opened(cast), by=cast.enzo)
    return incidents.explain(incident=incident, cause="noise", root_cause="Labels.", by=cast.enzo)


def resolved(cast: Cast) -> Incident:
    return incidents.resolve(incident=explained(cast), course_of_action="Mended.", by=cast.enzo)


@case("incidents.open_one")
def _(cast: Cast) -> Deed:
    return lambda: opened(cast)


@case("incidents.acknowledge")
def _(cast: Cast) -> Deed:
    incident = opened(cast)
    return lambda: incidents.acknowledge(incident=incident, by=cast.enzo)


@case("incidents.add")
def _(cast: Cast) -> Deed:
    incident = opened(cast)
    return lambda: incidents.add(incident=incident, details={"affected_systems": "Desk"}, by=cast.dana)


@case("incidents.explain")
def _(cast: Cast) -> Deed:
    incident = incidents.acknowledge(incident=opened(cast), by=cast.enzo)
    return lambda: incidents.explain(incident=incident, cause="noise", root_cause="Labels.", by=cast.enzo)


@case("incidents.resolve")
def _(cast: Cast) -> Deed:
    incident = explained(cast)
    return lambda: incidents.resolve(incident=incident, course_of_action="Mended.", by=cast.enzo)


@case("incidents.close")
def _(cast: Cast) -> Deed:
    incident = resolved(cast)
    return lambda: incidents.close(incident=incident, prevention="A test.", by=cast.enzo)


@case("incidents.escalate")
def _(cast: Cast) -> Deed:
    incident, later = opened(cast), timezone.now() + timedelta(days=30)
    return lambda: incidents.escalate(fresh(incident), later)


@case("operation.set_terms")
def _(cast: Cast) -> Deed:
    return lambda: operation.set_terms(project=cast.project, terms={"regime": "Boom"}, by=cast.enzo)


@case("operation.record_event")
def _(cast: Cast) -> Deed:
    given = {"kind": "new_market", "title": "Norway", "happened_on": timezone.localdate()}
    return lambda: operation.record_event(project=cast.project, **given, by=cast.enzo)


def updated(cast: Cast, *, is_signal_there: bool = False) -> Any:
    signal = Signal.objects.get() if is_signal_there else made.active(cast)
    return operation.record_update(
        project=cast.project, title="Disks", what="Faster.", happened_at=timezone.now(), signals=[signal.key],
        by=cast.enzo,
    )  # fmt: skip


@case("operation.record_update")
def _(cast: Cast) -> Deed:
    made.active(cast)
    return lambda: updated(cast, is_signal_there=True)


def looped(cast: Cast) -> FeedbackLoop:
    loop = {"name": "Own", "kind": "direct", "description": "So.", "severity": "low", "likelihood": "rare"}
    return operation.record_loop(project=cast.project, loop=loop, by=cast.enzo)


@case("operation.record_loop")
def _(cast: Cast) -> Deed:
    return lambda: looped(cast)


@case("operation.change_loop")
def _(cast: Cast) -> Deed:
    loop = looped(cast)
    return lambda: operation.change_loop(loop=loop, changes={"is_over": True}, reason="Ended.", by=cast.enzo)


def review(cast: Cast) -> OperationReview:
    return reviews.ask(project=cast.project, occasion="Look.", due_on=timezone.localdate(), by=cast.enzo)


@case("reviews.ask")
def _(cast: Cast) -> Deed:
    return lambda: review(cast)


@case("reviews.decide")
def _(cast: Cast) -> Deed:
    asked = review(cast)
    return lambda: reviews.decide(review=asked, decision="keep", reason="Well.", by=cast.sven)


@case("reviews.remind")
def _(cast: Cast) -> Deed:
    asked, later = review(cast), timezone.now() + timedelta(days=2)
    return lambda: reviews.remind(fresh(asked), later)


@case("reviews.observe")
def _(cast: Cast) -> Deed:
    return lambda: reviews.observe(project=cast.project, served="model-2", by=cast.enzo)


@case("reviews.open_by_date")
def _(cast: Cast) -> Deed:
    with audit.act("project.changed", by=cast.mara.audit_by, subject=cast.project):
        cast.project.state = "in_operation"
        cast.project.save()
    return lambda: reviews.open_by_date(cast.project, timezone.now())


@case("judging.find_silence")
def _(cast: Cast) -> Deed:
    signal, later = made.active(cast, interval_minutes=60), timezone.now() + timedelta(days=2)
    return lambda: judging.find_silence(fresh(signal), later)


def asked_update(cast: Cast) -> UpdateDecision:
    return updates.ask(project=cast.project, trigger="Recall sinks.", by=cast.enzo)


@case("updates.ask")
def _(cast: Cast) -> Deed:
    return lambda: asked_update(cast)


@case("updates.decide")
def _(cast: Cast) -> Deed:
    asked = asked_update(cast)
    weighing = updates.Weighing("keep", "Cheaper.", Decimal(2), Decimal(1))
    return lambda: updates.decide(update=asked, weighing=weighing, by=cast.sven)


def fresh(row: Any) -> Any:
    """As the watcher reads it; the one before may hold what was never stored."""
    return type(row).objects.select_related("project").get(pk=row.pk)
