"""Terms, events outside, updates beneath, loops, reviews and decisions on updates."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from crispmlq.errors import Conflict, Invalid
from monitoring import status
from monitoring.models import Alarm, MonitoringPlan, OperationReview, Signal, UpdateDecision
from monitoring.services import operation, reviews, signals, updates, watching
from monitoring.services.updates import Weighing
from notices.models import Notice
from projects.access import NoRight
from projects.models import Project, Task
from projects.states import IllegalMove
from tests.cast import Cast
from tests.monitoring import made

BOTH = {"cost_of_update": Decimal(900), "cost_of_staying": Decimal(400), "cost_unit": "EUR"}


def terms(cast: Cast, **given: Any) -> MonitoringPlan:
    return operation.set_terms(project=cast.project, terms=given, by=cast.enzo)


def asked(cast: Cast) -> UpdateDecision:
    return updates.ask(project=cast.project, trigger="Recall sinks.", by=cast.enzo)


def test_terms_that_do_not_fit_together_are_refused(cast: Cast) -> None:
    for given, field in (
        ({"ground_truth": "late"}, "label_delay_days"),
        ({"ground_truth": "missing"}, "substitutes"),
        ({"ground_truth": "missing", "substitutes": ["none"]}, "substitutes"),
        ({"loops": "none"}, "no_loops_reason"),
        ({"use": "guesses"}, "use"),
        ({"review_every_days": 0}, "review_every_days"),
    ):
        with pytest.raises(Invalid) as refusal:
            terms(cast, **given)
        assert field in refusal.value.errors
    assert not MonitoringPlan.objects.exists()


def test_training_period_and_regime_are_kept(cast: Cast) -> None:
    plan = terms(cast, trained_from=timezone.localdate(), trained_until=timezone.localdate(), regime="Boom")
    assert (plan.regime, plan.trained_from) == ("Boom", timezone.localdate())
    with pytest.raises(Conflict):
        terms(cast, regime="Boom")


def test_late_labels_are_shown_as_overdue(cast: Cast) -> None:
    terms(cast, ground_truth="late", label_delay_days=10)
    made.deliver(cast, made.active(cast, is_labelled=True), "0.95")
    now = timezone.now()
    assert status.board(cast.project, now + timedelta(days=9))[0].labels_overdue_since is None
    assert status.board(cast.project, now + timedelta(days=11))[0].labels_overdue_since is not None
    assert any("Labels are overdue" in s for s in status.findings(cast.project, now + timedelta(days=11)))


def test_an_external_event_may_start_a_review(cast: Cast) -> None:
    today = timezone.localdate()
    operation.record_event(project=cast.project, kind="market", title="Crash", happened_on=today, by=cast.enzo)
    assert not OperationReview.objects.exists()
    operation.record_event(
        project=cast.project, kind="market", title="Crash", happened_on=today, starts_review=True, by=cast.enzo
    )
    assert OperationReview.objects.get().proposed_phase is None


def test_use_in_a_new_market_differs_from_the_scope_and_proposes_phase_1(cast: Cast) -> None:
    terms(cast, approved_scope="Clients in Austria.")
    operation.record_event(
        project=cast.project, kind="new_market", title="Sold in Norway", happened_on=timezone.localdate(), by=cast.enzo
    )
    review = OperationReview.objects.get()
    assert review.proposed_phase == 1
    assert "Clients in Austria." in review.occasion


def test_a_system_update_marks_its_signals_and_asks_to_compare(cast: Cast) -> None:
    signal, other = made.active(cast), made.active(cast, "other")
    update = operation.record_update(
        project=cast.project, title="New disks", what="Faster ones.", happened_at=timezone.now(),
        signals=[signal.key], by=cast.enzo,
    )  # fmt: skip
    assert update.task.name == "Compare before and after: New disks"
    assert Signal.objects.get(pk=signal.pk).check_reason.startswith("New disks")
    assert Signal.objects.get(pk=other.pk).check_reason == ""
    made.deliver(cast, signal, "0.95")
    assert status.board(cast.project, timezone.now())[1].state == "check"
    checked = signals.confirm_check(signal=Signal.objects.get(pk=signal.pk), finding="Alike.", by=cast.enzo)
    assert checked.check_reason == ""
    with pytest.raises(Conflict):
        signals.confirm_check(signal=checked, finding="Alike.", by=cast.enzo)


def test_an_update_of_unknown_signals_leaves_nothing(cast: Cast) -> None:
    count = Task.objects.count()
    for wrong in ([], ["none"]):
        with pytest.raises(Invalid):
            operation.record_update(
                project=cast.project, title="X", what="Y", happened_at=timezone.now(), signals=wrong, by=cast.enzo
            )
    assert Task.objects.count() == count


def in_operation(cast: Cast) -> None:
    import audit
    from audit import SYSTEM

    project = Project.objects.get(pk=cast.project.pk)
    with audit.act("project.changed", by=SYSTEM, subject=project):
        project.state = "in_operation"
        project.save()


def test_a_review_becomes_due_by_its_date_with_every_signal_green(cast: Cast) -> None:
    terms(cast, review_every_days=30)
    in_operation(cast)
    now = timezone.now()
    assert watching.watch(now)["opened"] == 1
    assert watching.watch(now)["opened"] == 0
    review = OperationReview.objects.get()
    assert (review.trigger, review.due_on) == ("date", now.date() + timedelta(days=30))
    assert watching.watch(now + timedelta(days=29))["reminded"] == 0
    assert watching.watch(now + timedelta(days=31))["reminded"] == 1
    assert watching.watch(now + timedelta(days=31, hours=2))["reminded"] == 0
    assert Notice.objects.filter(to=cast.olga.user, text__contains="is due").exists()
    decided = reviews.decide(review=OperationReview.objects.get(), decision="keep", reason="Well.", by=cast.sven)
    assert decided.state == "decided"
    assert OperationReview.objects.filter(state="open", trigger="date").count() == 1


def test_a_review_without_decision_or_reason_stays_open(cast: Cast) -> None:
    review = reviews.ask(project=cast.project, occasion="Look.", due_on=timezone.localdate(), by=cast.enzo)
    for decision, reason in (("keep", " "), ("", "Well."), ("wait", "Well.")):
        with pytest.raises(Invalid):
            reviews.decide(review=review, decision=decision, reason=reason, by=cast.sven)
    with pytest.raises(NoRight):
        reviews.decide(review=review, decision="keep", reason="Well.", by=cast.enzo)
    assert OperationReview.objects.get().state == "open"
    decided = reviews.decide(review=review, decision="roll_back", reason="Worse than before.", by=cast.olga)
    with pytest.raises(IllegalMove):
        reviews.decide(review=decided, decision="keep", reason="No.", by=cast.olga)


def test_an_update_needs_trigger_both_costs_and_reason(cast: Cast) -> None:
    with pytest.raises(Invalid):
        updates.ask(project=cast.project, trigger=" ", by=cast.enzo)
    update = asked(cast)
    one = {"cost_of_update": Decimal(1)}
    for weighing, field in (
        (Weighing("keep", "Well.", **one), "cost_of_staying"),
        (Weighing("keep", "Well.", cost_of_staying=Decimal(1)), "cost_of_update"),
        (Weighing("keep", "", **BOTH), "reason"),
        (Weighing("wait", "Well.", **BOTH), "decision"),
        (Weighing("update", "Well.", **BOTH, cost_of_labels=Decimal(0)), "approach"),
        (Weighing("update", "Well.", **BOTH, approach="fine_tuning"), "cost_of_labels"),
        (Weighing("update", "Well.", **BOTH, approach="from_scratch", cost_of_labels=Decimal(5)), "approach_reason"),
    ):
        with pytest.raises(Invalid) as refusal:
            updates.decide(update=update, weighing=weighing, by=cast.sven)
        assert field in refusal.value.errors
    assert UpdateDecision.objects.get().state == "open"
    whole = Weighing("update", "Cheaper.", **BOTH, approach="fine_tuning", cost_of_labels=Decimal(50))
    assert updates.decide(update=update, weighing=whole, by=cast.sven).state == "decided"


def test_keeping_at_a_loss_is_allowed_with_a_reason_and_flagged_in_the_next_review(cast: Cast) -> None:
    costly = {**BOTH, "cost_of_staying": Decimal(5000)}
    update = updates.decide(update=asked(cast), weighing=Weighing("keep", "Frozen.", **costly), by=cast.sven)
    assert update.keeps_at_a_loss
    review = reviews.ask(project=cast.project, occasion="Look.", due_on=timezone.localdate(), by=cast.enzo)
    decided = reviews.decide(review=review, decision="keep", reason="Still frozen.", by=cast.sven)
    assert any("staying costs 5000" in sentence and "Frozen." in sentence for sentence in decided.findings)
    again = reviews.ask(project=cast.project, occasion="Look.", due_on=timezone.localdate(), by=cast.enzo)
    assert reviews.decide(review=again, decision="keep", reason="Well.", by=cast.sven).findings == []


def test_a_release_is_watched_more_closely_until_its_review(cast: Cast) -> None:
    strict = {**made.BELOW, "key": "strict", "threshold": "0.97", "reaction": "alarm", "only_observation": True}
    signal = made.active(cast, interval_minutes=1440, rules=[made.BELOW, strict])
    made.deliver(cast, signal, "0.95")
    assert not Alarm.objects.exists()
    terms(cast, observe_minutes=30, observe_days=7)
    observation = reviews.observe(project=cast.project, served="model-2", by=cast.enzo)
    made.deliver(cast, signal, "0.95")
    assert [alarm.rule_key for alarm in Alarm.objects.all()] == ["strict"]
    soon = timezone.now() + timedelta(hours=1)
    assert watching.watch(soon)["silent"] == 1
    assert observation.ends_on == timezone.localdate() + timedelta(days=7)
    reviews.decide(review=observation.review, decision="keep", reason="Stable.", by=cast.olga)
    assert status.board(cast.project, soon)[0].is_silent is False


def test_trust_holds_only_when_everything_does(cast: Cast) -> None:
    from tests import walk

    def trusted() -> bool:
        now = timezone.now()
        return status.trust(cast.project, status.board(cast.project, now), now).is_trusted

    assert not trusted()
    walk.approve_criteria(cast)
    walk.measure(cast, "forecast")
    made.deliver(cast, made.active(cast, rules=[{**made.BELOW, "reaction": "alarm"}]), "0.95")
    review = reviews.ask(project=cast.project, occasion="Look.", due_on=timezone.localdate(), by=cast.enzo)
    assert trusted()
    from monitoring.services import incidents

    incidents.open_one(
        project=cast.project, title="Down", kind="technical", severity="critical", by=cast.enzo,
        started_at=timezone.now() - timedelta(days=3),
    )  # fmt: skip
    later = timezone.now() + timedelta(days=2)
    verdict = dict(status.trust(cast.project, status.board(cast.project, later), later).statements)
    assert verdict["1 incidents are overdue."] is False
    assert verdict["A review is missing or past its date."] is False
    reviews.decide(review=review, decision="keep", reason="Well.", by=cast.sven)


def test_phase_6_has_its_tasks_and_reviews(cast: Cast) -> None:
    assert cast.project.phase_set.get(number=6).task_set.count() >= 9
    assert not OperationReview.objects.exists()
