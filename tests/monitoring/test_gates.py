"""What gates 5 and 6 ask of monitoring."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from catalogue.definitions import of
from monitoring import facts
from monitoring.services import incidents, operation, readings, reviews, signals, updates
from projects.gates import rules
from projects.models import Project
from tests import walk
from tests.cast import Cast
from tests.monitoring import made
from tests.released import released, released_material

RULES = rules.RULES
DOCUMENT = {"state": "accepted", "is_current": True, "fields": {}, "valid_from": None, "valid_until": None}


def judged(cast: Cast, rule: str, **params: Any) -> rules.Finding:
    known = {
        "monitoring": facts.collect(Project.objects.select_related("catalogue").get(pk=cast.project.pk)),
        "documents": {"monitoring-plan-document": DOCUMENT, "fallback-plan-document": DOCUMENT},
        "kind_names": {}, "today": timezone.localdate().isoformat(),
    }  # fmt: skip
    return RULES[rule](known, params)


def planned(cast: Cast) -> str:
    return judged(cast, "monitoring_planned", kind="monitoring-plan-document").verdict


def test_the_plan_needs_a_signal_with_threshold_and_owner(cast: Cast) -> None:
    signal = made.drafted(cast, is_labelled=True)
    assert planned(cast) == "not_met"
    signals.activate(signal=signal, by=cast.enzo)
    assert planned(cast) == "met"
    without = RULES["monitoring_planned"](
        {"documents": {}, "kind_names": {}, "monitoring": {}}, {"kind": "monitoring-plan-document"}
    )
    assert without.verdict == "unknown"


def test_drift_alone_does_not_do_where_ground_truth_can_be_had(cast: Cast) -> None:
    made.active(cast, "psi", group="data")
    finding = judged(cast, "monitoring_planned", kind="monitoring-plan-document")
    assert (finding.verdict, "ground truth" in finding.because) == ("not_met", True)
    terms = {"ground_truth": "missing", "substitutes": ["psi"]}
    operation.set_terms(project=cast.project, terms=terms, by=cast.enzo)
    assert planned(cast) == "met"


def test_a_substitute_has_to_be_active(cast: Cast) -> None:
    made.active(cast, "psi", group="data")
    made.drafted(cast, "clicks", group="feedback")
    terms = {"ground_truth": "missing", "substitutes": ["clicks"]}
    operation.set_terms(project=cast.project, terms=terms, by=cast.enzo)
    assert planned(cast) == "not_met"


def test_the_sponsor_bears_that_ground_truth_is_missing(cast: Cast) -> None:
    from projects.services import risks

    made.active(cast, "psi", group="data")
    assert judged(cast, "ground_truth_settled", risk="ground-truth-missing").verdict == "met"
    terms = {"ground_truth": "missing", "substitutes": ["psi"]}
    operation.set_terms(project=cast.project, terms=terms, by=cast.enzo)
    assert judged(cast, "ground_truth_settled", risk="ground-truth-missing").verdict == "not_met"
    risk = cast.project.risk_set.get(key="ground-truth-missing")
    risk = risks.rate(risk=risk, severity="critical", likelihood="likely", reason="None at all.", by=cast.dora)
    walk.carry_out(cast, "ground-truth-plan")
    risk.refresh_from_db()
    risk = risks.rate(risk=risk, severity="critical", likelihood="likely", reason="Still.", by=cast.dora)
    risks.accept(risk=risk, reason="We know.", until=timezone.localdate() + timedelta(days=90), by=cast.sven)
    assert judged(cast, "ground_truth_settled", risk="ground-truth-missing").verdict == "met"


def test_loops_are_listed_or_denied_with_a_reason(cast: Cast) -> None:
    assert judged(cast, "loops_limited").verdict == "unknown"
    operation.set_terms(project=cast.project, terms={"loops": "none", "no_loops_reason": "It reads."}, by=cast.enzo)
    assert judged(cast, "loops_limited").verdict == "met"


def test_a_loop_needs_indicator_and_limit_and_a_severe_one_limits_actions(cast: Cast) -> None:
    made.drafted(cast, "own-share", group="feedback")
    given = {
        "name": "Own offers", "kind": "direct", "description": "Offers become training data.", "severity": "low",
        "likelihood": "rare",
    }  # fmt: skip
    loop = operation.record_loop(project=cast.project, loop=given, by=cast.enzo)
    assert judged(cast, "loops_limited").verdict == "not_met"
    whole = {"indicator": "own-share", "limit": Decimal("0.2")}
    loop = operation.change_loop(loop=loop, changes=whole, reason="Found.", by=cast.enzo)
    assert judged(cast, "loops_limited").verdict == "met"
    loop = operation.change_loop(
        loop=loop, changes={"severity": "critical", "likelihood": "likely"}, reason="Seen.", by=cast.enzo
    )
    assert "not limited" in judged(cast, "loops_limited").because
    walk.carry_out(cast, "action-limits")
    operation.change_loop(loop=loop, changes={"limits_by": "action-limits"}, reason="Done.", by=cast.enzo)
    assert judged(cast, "loops_limited").verdict == "met"


def test_preparedness_is_judged_together(cast: Cast) -> None:
    finding = judged(cast, "prepared_for_failure", fallback="fallback-plan-document")
    assert "an active signal" in finding.because
    assert "targets for incidents" in finding.because
    made.active(cast)
    operation.set_terms(project=cast.project, terms={"use": "decides"}, by=cast.enzo)
    assert judged(cast, "prepared_for_failure", fallback="fallback-plan-document").verdict == "met"


def test_a_silent_signal_fails_gate_6(cast: Cast) -> None:
    assert judged(cast, "signals_alive").verdict == "unknown"
    signal = made.active(cast, interval_minutes=60)
    assert judged(cast, "signals_alive").because == "Silent: Recall live."
    old = made.reading("0.95", timedelta(hours=3))
    readings.deliver(signal=signal, readings=[old], by=cast.pipeline)
    assert judged(cast, "signals_alive").verdict == "not_met"
    made.deliver(cast, signal, "0.95")
    assert judged(cast, "signals_alive").verdict == "met"


def test_a_forecast_is_no_current_value(cast: Cast) -> None:
    signal = made.active(cast, "memory", group="technical", interval_minutes=60)
    row = made.reading("0.95", timedelta(days=-1), kind="forecast")
    readings.deliver(signal=signal, readings=[row], by=cast.pipeline)
    assert judged(cast, "signals_in_groups", groups=["technical"]).verdict == "not_met"
    made.deliver(cast, signal, "0.95")
    assert judged(cast, "signals_in_groups", groups=["technical"]).verdict == "met"


def test_an_open_incident_and_its_loss_appear_at_gate_6(cast: Cast) -> None:
    assert judged(cast, "incidents_in_bounds", tolerated="medium").verdict == "met"
    details = {"loss_estimate": Decimal("1200"), "loss_unit": "EUR"}
    incidents.open_one(
        project=cast.project, title="Down", kind="technical", severity="low", by=cast.enzo, details=details
    )
    finding = judged(cast, "incidents_in_bounds", tolerated="medium")
    assert (finding.verdict, "1200 EUR" in finding.because) == ("met", True)
    made.deliver(cast, made.active(cast), "0.5")
    finding = judged(cast, "incidents_in_bounds", tolerated="medium")
    assert (finding.verdict, "incident 2 (high)" in finding.because) == ("not_met", True)


def test_a_trigger_without_decision_fails_gate_6(cast: Cast) -> None:
    update = updates.ask(project=cast.project, trigger="Recall sinks.", by=cast.enzo)
    assert judged(cast, "updates_decided").verdict == "not_met"
    weighing = updates.Weighing("keep", "Well.", Decimal(2), Decimal(1))
    updates.decide(update=update, weighing=weighing, by=cast.sven)
    assert judged(cast, "updates_decided").verdict == "met"


def test_a_review_past_its_date_fails_gate_6(cast: Cast) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    reviews.ask(project=cast.project, occasion="Look.", due_on=yesterday, by=cast.enzo)
    assert judged(cast, "reviews_in_time").verdict == "not_met"


def test_a_new_release_asks_for_a_new_baseline(cast: Cast) -> None:
    made.active(cast, baseline=Decimal("0.9"), baseline_version="model@1")
    released_material(cast)
    assert judged(cast, "baselines_fit").verdict == "met"
    released(cast, "model@1")
    assert judged(cast, "baselines_fit").verdict == "met"
    released(cast, "model@2")
    assert "model@1" in judged(cast, "baselines_fit").because


def test_a_difference_between_environments_is_named_before_gate_5(cast: Cast) -> None:
    rule = {"key": "gap", "kind": "difference", "environment": "development", "by": "0.1", "reaction": "alarm"}
    signal = made.active(cast, "source", group="availability", rules=[{**made.BELOW, "reaction": "count"}, rule])
    row = made.reading("1", environment="development")
    readings.deliver(signal=signal, readings=[row], by=cast.pipeline)
    assert judged(cast, "no_alarm_of", kinds=["difference"]).verdict == "met"
    made.deliver(cast, signal, "0.2")
    assert judged(cast, "no_alarm_of", kinds=["difference"]).verdict == "not_met"


def test_the_catalogue_asks_for_all_of_it(cast: Cast) -> None:
    asked = {c.rule for n in (5, 6) for c in of(cast.project.catalogue).phase(n).gate.checks}
    from monitoring.gate_rules import NAMES

    assert set(NAMES) <= asked


def missed(readiness: Any) -> set[str]:
    return {check["check"] for check in readiness["verdicts"] if check["verdict"] == "not_met"}


@pytest.mark.slow
def test_operation_has_no_end_but_a_stop(cast: Cast, api: Any) -> None:
    for number in (1, 2, 3, 4, 5):
        walk.pass_gate(cast, number)
    project = Project.objects.get(pk=cast.project.pk)
    assert (project.state, project.phase_set.get(number=6).state) == ("in_operation", "open")
    walk.prepare(cast, 6)
    path = "gates/gate-6-operation-review/readiness"
    assert "g6-incidents" not in missed(api("mara", "get", path).json())
    made.deliver(cast, made.active(cast), "0.5")
    assert "g6-incidents" in missed(api("mara", "get", path).json())
    assert api("mara", "post", "complete").status_code in {404, 405}
    assert api("sven", "post", "stop", {"reason": "Replaced."}).json()["state"] == "stopped"


@pytest.mark.slow
def test_phase_6_stays_open_after_its_gate_is_passed(cast: Cast) -> None:
    for number in range(1, 7):
        walk.pass_gate(cast, number)
    project = Project.objects.get(pk=cast.project.pk)
    assert (project.state, project.phase_set.get(number=6).state) == ("in_operation", "open")
