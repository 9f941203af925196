"""The terms of monitoring, what happens outside and beneath, and the loops between model and world."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from crispmlq.errors import Conflict, Invalid
from monitoring import plans
from monitoring.models import ExternalEvent, FeedbackLoop, MonitoringPlan, OperationReview, Signal, SystemUpdate
from monitoring.services.opening import new_review
from monitoring.services.reactions import new_task
from monitoring.services.signals import members_account
from projects.models import Project, QAMethod
from projects.models.items import Likelihood, Severity
from projects.services.criteria import is_storable
from projects.services.doing import doing, required_text

if TYPE_CHECKING:
    from accounts.actors import Actor

TERMS = (
    "use", "ground_truth", "label_delay_days", "substitutes", "loops", "no_loops_reason", "review_every_days",
    "answer_hours", "observe_days", "observe_minutes", "trained_from", "trained_until", "regime", "approved_scope",
)  # fmt: skip
LIMITS = {"review_every_days": 730, "answer_hours": 2160, "observe_days": 365, "observe_minutes": 10_080}
LOOP = (
    "name", "kind", "description", "indicator", "limit", "severity", "likelihood", "owner", "limits_by", "is_over",
)  # fmt: skip


def set_terms(*, project: Project, terms: Mapping[str, Any], by: Actor) -> MonitoringPlan:
    """Set some or all of the terms.

    Raises:
        Invalid: a term does not fit: late ground truth without its delay, missing one without substitute signals, "no
            loops" without a reason. Conflict: nothing changes.
    """
    with doing("monitoring_plan.set", by=by, on=project, right="operate", alone=True) as now:
        plan = plans.of(now.project)
        plan.project = now.project
        before = plan.audit_ver
        for name, value in terms.items():
            setattr(plan, name, value.strip() if isinstance(value, str) else value)
        if errors := _faults(plan, terms):
            raise Invalid("Please correct what is marked.", errors=errors)
        plan.save()
        if plan.audit_ver == before:
            raise Conflict("Nothing was changed.")
        now.act.subject = plan
        return plan


def record_event(
    *, project: Project, kind: str, title: str, happened_on: date, by: Actor, note: str = "",
    starts_review: bool = False,
) -> ExternalEvent:  # fmt: skip
    """Put something outside into the calendar; it may start a review. Use in a new market always does.

    Raises: Invalid.
    """
    title = required_text(title, "title", "Say what happened.", 120)
    if kind not in ExternalEvent.Kind.values:
        raise Invalid("Choose a kind.", errors={"kind": [f"One of {', '.join(ExternalEvent.Kind.values)}."]})
    with doing("external_event.recorded", by=by, on=project, right="work") as now:
        event = ExternalEvent(
            project=now.project, kind=kind, title=title, happened_on=happened_on, note=note.strip(),
            recorded_by_id=by.user.pk, recorded_at=now.act.at,
        )  # fmt: skip
        event.save()
        now.act.subject = event
        is_new_market = kind == ExternalEvent.Kind.NEW_MARKET
        if is_new_market or starts_review:
            scope = plans.of(now.project).approved_scope or "not written down"
            differs = f" The approved scope is: {scope} Going back to phase 1 is proposed."
            new_review(
                now.project, trigger=OperationReview.Trigger.EXTERNAL_EVENT,
                occasion=f"{event.get_kind_display()}: {title}." + (differs if is_new_market else ""),
                due_on=timezone.localdate() + timedelta(days=14), proposed_phase=1 if is_new_market else None,
            ).save()  # fmt: skip
        return event


def record_update(
    *, project: Project, title: str, what: str, happened_at: datetime, signals: list[str], by: Actor
) -> SystemUpdate:
    """Register a change of hardware or software: its signals are marked, and a task asks to compare before and after.

    Raises: Invalid: no signal is named, or one that does not exist.
    """
    title = required_text(title, "title", "Say what was updated.", 120)
    what = required_text(what, "what", "Say what changed.")
    with doing("system_update.recorded", by=by, on=project, right="work") as now:
        affected = list(Signal.objects.select_for_update().filter(project=project, key__in=signals).order_by("pk"))
        unknown = sorted(set(signals) - {signal.key for signal in affected})
        if unknown or not affected:
            sentence = f"Not a signal: {', '.join(unknown)}." if unknown else "Name the signals it may affect."
            raise Invalid(sentence, errors={"signals": [sentence]})
        task = new_task(
            now.project, f"Compare before and after: {title}", f"{what} Compare the signals it may affect.",
            "operations-engineer",
        )  # fmt: skip
        update = SystemUpdate(
            project=now.project, title=title, what=what, happened_at=happened_at, task=task,
            signals=sorted(signal.key for signal in affected), recorded_by_id=by.user.pk, recorded_at=now.act.at,
        )  # fmt: skip
        update.save()
        for signal in affected:
            signal.check_reason = f"{title}, {happened_at:%Y-%m-%d}"[:300]
        Signal.objects.bulk_update(affected, ["check_reason"])
        now.act.subject = update
        return update


def record_loop(*, project: Project, loop: Mapping[str, Any], by: Actor) -> FeedbackLoop:
    """Enter a feedback loop; with it the terms say that loops are listed, see `set_terms`."""
    with doing("feedback_loop.recorded", by=by, on=project, right="work") as now:
        row = FeedbackLoop(project=now.project)
        _write_loop(row, loop)
        row.save()
        now.act.subject = row
        return row


def change_loop(*, loop: FeedbackLoop, changes: Mapping[str, Any], reason: str, by: Actor) -> FeedbackLoop:
    """Raises: Invalid: no reason. Conflict: nothing changes."""
    reason = required_text(reason, "reason", "Say why the loop is judged anew.")
    with doing("feedback_loop.changed", by=by, on=loop, right="work", reason=reason) as now:
        before = now.row.audit_ver
        _write_loop(now.row, changes)
        now.row.save()
        if now.row.audit_ver == before:
            raise Conflict("Nothing was changed.")
        return now.row


def _faults(plan: MonitoringPlan, terms: Mapping[str, Any]) -> dict[str, list[str]]:
    errors = {name: ["There is no such term."] for name in terms if name not in TERMS}
    for name in ("use", "ground_truth", "loops"):
        choices = dict(MonitoringPlan._meta.get_field(name).choices)
        if getattr(plan, name) not in choices:
            errors[name] = [f"One of {', '.join(choices)}."]
    for name, most in LIMITS.items():
        if not 1 <= getattr(plan, name) <= most:
            errors[name] = [f"From 1 to {most}."]
    if plan.ground_truth == MonitoringPlan.GroundTruth.LATE and not plan.label_delay_days:
        errors["label_delay_days"] = ["Say by how many days ground truth is late."]
    known = set(Signal.objects.filter(project=plan.project, key__in=plan.substitutes).values_list("key", flat=True))
    if unknown := sorted(set(plan.substitutes) - known):
        errors["substitutes"] = [f"Not a signal: {', '.join(unknown)}."]
    elif plan.ground_truth == MonitoringPlan.GroundTruth.MISSING and not plan.substitutes:
        errors["substitutes"] = ["Without ground truth, name the signals that stand in for it."]
    if plan.loops == MonitoringPlan.Loops.NONE and not plan.no_loops_reason:
        errors["no_loops_reason"] = ["Say why there are no feedback loops."]
    if plan.trained_from and plan.trained_until and plan.trained_from > plan.trained_until:
        errors["trained_until"] = ["The period ends before it begins."]
    if len(plan.regime) > 200:
        errors["regime"] = ["Use up to 200 characters."]
    return errors


def _write_loop(row: FeedbackLoop, values: Mapping[str, Any]) -> None:
    errors = {name: ["A loop has no such field."] for name in values if name not in LOOP}
    given = {name: value for name, value in values.items() if name in LOOP}
    if "indicator" in given:
        given["indicator"] = _found(Signal, row, given["indicator"], "indicator", "signal", errors)
    if "limits_by" in given:
        given["limits_by"] = _found(QAMethod, row, given["limits_by"], "limits_by", "QA method", errors)
    if "owner" in given:
        given["owner"] = members_account(row.project, given["owner"])
    for name, value in given.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    if not row.name or len(row.name) > 120:
        errors["name"] = ["Give the loop a name of up to 120 characters."]
    if not row.description:
        errors["description"] = ["Say how the system influences its own data."]
    for name, choices in (("kind", FeedbackLoop.Kind), ("severity", Severity), ("likelihood", Likelihood)):
        if getattr(row, name) not in choices.values:
            errors[name] = [f"One of {', '.join(choices.values)}."]
    if isinstance(row.limit, Decimal) and not is_storable(row.limit):
        errors["limit"] = ["Give a finite number."]
    if errors:
        raise Invalid("Please correct what is marked.", errors=errors)


def _found(model: Any, row: FeedbackLoop, key: str | None, field: str, what: str, errors: dict[str, list[str]]) -> Any:
    found = model.objects.filter(project=row.project, key=key).first() if key else None
    if key and found is None:
        errors[field] = [f"There is no such {what}."]
    return found
