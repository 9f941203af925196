"""What gates are told of monitoring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from audit.canon import plain
from catalogue.definitions import of
from monitoring import plans, rules, serving, status
from monitoring.models import FeedbackLoop, Incident, OperationReview, UpdateDecision
from projects.models import Membership, Risk

if TYPE_CHECKING:
    from projects.models import Project

GROUND_TRUTH_RISK = "ground-truth-missing"


def collect(project: Project) -> dict[str, Any]:
    """Plain JSON; a fixed number of queries."""
    now = timezone.now()
    plan = plans.of(project)
    views = status.board(project, now)
    return {
        "plan": {
            "is_set": bool(plan.audit_ver), "use": plan.use, "ground_truth": plan.ground_truth, "loops": plan.loops,
            "substitutes": plan.substitutes, "no_loops_reason": plan.no_loops_reason,
            "is_training_period_known": bool(plan.trained_from and plan.trained_until and plan.regime),
        },
        "signals": [_signal(view) for view in views],
        "alarms": [
            {"id": str(alarm.pk), "signal": view.signal.name, "kind": alarm.rule["kind"], "because": alarm.because}
            for view in views
            for alarm in view.alarms
        ],
        "incidents": [
            _incident(incident, now)
            for incident in Incident.objects.filter(project=project).exclude(state__in=["resolved", "closed"])
        ],
        "updates": [
            {"number": update.number, "trigger": update.trigger, "is_late": update.due_at < now}
            for update in UpdateDecision.objects.filter(project=project, state="open")
        ],
        "reviews": [
            {"number": review.number, "due_on": review.due_on.isoformat(), "occasion": review.occasion}
            for review in OperationReview.objects.filter(project=project, state="open")
        ],
        "loops": [_loop(loop, of(project.catalogue).rating) for loop in _loops(project)],
        "served": serving.current(project),
        "has_model_owner": _has_model_owner(project),
        "ground_truth_risk": _ground_truth_risk(project),
    }  # fmt: skip


def _signal(view: status.SignalView) -> dict[str, Any]:
    signal = view.signal
    return {
        "key": signal.key, "name": signal.name, "group": signal.group, "state": signal.state,
        "has_owner": signal.owner_id is not None, "has_threshold": rules.has_threshold(signal.rules),
        "is_labelled": signal.is_labelled, "has_values": bool(view.series), "is_silent": view.is_silent,
        "baseline_version": signal.baseline_version if signal.baseline is not None else "",
        "check_reason": signal.check_reason, "last_at": plain(view.last_at),
    }  # fmt: skip


def _incident(incident: Incident, now: Any) -> dict[str, Any]:
    loss = None if incident.loss_estimate is None else f"{incident.loss_estimate:f}".rstrip("0").rstrip(".")
    return {
        "number": incident.number, "title": incident.title, "severity": incident.severity,
        "is_late": status.missed_target(incident, now), "loss": f"{loss} {incident.loss_unit}".strip() if loss else "",
    }  # fmt: skip


def _loops(project: Project) -> Any:
    return FeedbackLoop.objects.filter(project=project, is_over=False).select_related("limits_by")


def _loop(loop: FeedbackLoop, rating: Any) -> dict[str, Any]:
    value = rating.value(loop.severity, loop.likelihood)
    return {
        "id": str(loop.pk), "name": loop.name,
        "is_complete": loop.indicator_id is not None and loop.limit is not None,
        "needs_limits": not rating.is_tolerable(loop.severity, value, False),
        "is_limited": loop.limits_by is not None and loop.limits_by.state == "accepted",
    }  # fmt: skip


def _has_model_owner(project: Project) -> bool:
    members = Membership.objects.filter(project=project, user__is_active=True)
    return any("model-owner" in member.roles for member in members)


def _ground_truth_risk(project: Project) -> dict[str, Any] | None:
    risk = Risk.objects.filter(project=project, key=GROUND_TRUTH_RISK).first()
    if risk is None:
        return None
    return {"state": risk.state, "accepted_as": risk.accepted_as, "accepted_until": plain(risk.accepted_until)}
