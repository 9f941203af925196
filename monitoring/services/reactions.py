"""What a violated rule sets in motion, all of it in the one act that raises the alarm."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.urls import reverse

import audit
from audit import SYSTEM
from monitoring import plans, rules, upstream
from monitoring.models import Alarm, Incident, OperationReview, Signal, UpdateDecision
from monitoring.rules import Rule
from monitoring.services import numbers
from monitoring.services.opening import new_incident, new_review
from projects.models import Membership, Phase, Task
from projects.models.items import Severity
from projects.services import tasks
from projects.services.telling import tell
from releases.services.serving import stop_roll_outs

if TYPE_CHECKING:
    from audit import Act
    from projects.models import Project

STOPPING = {Severity.HIGH, Severity.CRITICAL}
# Kind of the incident a rule opens: by the kind of the rule, else by the signal's group.
KIND_OF_RULE = {
    "control": Incident.Kind.DAMAGED_DATA, "silence": Incident.Kind.AVAILABILITY,
    "divergence": Incident.Kind.BUSINESS, "difference": Incident.Kind.DATA_DRIFT,
}  # fmt: skip
KIND_OF_GROUP = {
    "data": Incident.Kind.DATA_DRIFT, "output": Incident.Kind.DATA_DRIFT, "performance": Incident.Kind.PERFORMANCE,
    "business": Incident.Kind.BUSINESS, "economic": Incident.Kind.BUSINESS, "technical": Incident.Kind.TECHNICAL,
    "availability": Incident.Kind.AVAILABILITY, "feedback": Incident.Kind.GAMING,
}  # fmt: skip


def raise_alarm(
    signal: Signal, rule: Rule, *, segment: str, because: str, at: datetime, samples: int | None = None
) -> Alarm:
    """Raise the alarm of a rule that is violated and has no open one, with what it is to set in motion."""
    alarm = Alarm(
        project_id=signal.project_id, signal=signal, rule=dict(rule), rule_key=rule["key"], segment=segment, at=at,
        signal_version=signal.version, environment=signal.environment, because=because[:300], samples=samples,
    )  # fmt: skip
    counted = rule["reaction"] == "count"
    name = "alarm.counted" if counted else "alarm.raised"
    with audit.act(name, by=SYSTEM, subject=alarm, reason=f"{because} ({rules.said(rule)} was wanted)") as act:
        alarm.raised_at = act.at
        if counted:
            alarm.state, alarm.closed_at, alarm.note = Alarm.State.CLOSED, act.at, "Only counted."
        else:
            alarm.told_at, alarm.told = act.at, 1
            _prepare(alarm, act)
        alarm.save()
        if not counted:
            _follow(alarm, act)
            tell_of(alarm)
        return alarm


def tell_of(alarm: Alarm) -> None:
    """Tell the signal's owner and who answers for the model; again each time it is repeated."""
    project = alarm.project
    again = f", told {alarm.told} times" if alarm.told > 1 else ""
    tell(
        project, key=f"alarm {alarm.pk} {alarm.told}", text=f"Alarm: {alarm}. {alarm.because}{again}",
        url=reverse("monitoring:alarm", args=[project.slug, alarm.pk]), roles=["model-owner"],
        users=[alarm.signal.owner_id],
    )  # fmt: skip


def _prepare(alarm: Alarm, act: Act) -> None:
    """Rows the alarm points at."""
    make = _BEFORE.get(alarm.reaction)
    if make:
        make(alarm, act)


def _follow(alarm: Alarm, act: Act) -> None:
    """Rows that point at the alarm."""
    if alarm.reaction == "update_trigger":
        hours = plans.of(alarm.project).answer_hours
        UpdateDecision(
            project_id=alarm.project_id, number=numbers.following(UpdateDecision, alarm.project), alarm=alarm,
            trigger=f"{alarm.signal}: {alarm.because}"[:300], due_at=act.at + timedelta(hours=hours),
        ).save()  # fmt: skip
    if alarm.rule["kind"] == "divergence":
        new_review(
            alarm.project, trigger=OperationReview.Trigger.ALARM, due_on=act.at.date() + timedelta(days=7),
            occasion=f"{alarm.signal}: {alarm.because} Going back to phase 1 is proposed.", proposed_phase=1,
        ).save()  # fmt: skip


def _open_incident(alarm: Alarm, act: Act) -> None:
    kind = KIND_OF_RULE.get(alarm.rule["kind"], KIND_OF_GROUP[alarm.signal.group])
    incident = new_incident(
        alarm.project, title=f"{alarm}: {alarm.because}"[:160], kind=kind,
        severity=alarm.rule.get("severity") or "medium", started_at=min(alarm.at, act.at), detected_at=act.at,
    )  # fmt: skip
    incident.description = alarm.signal.response_plan
    if incident.severity in STOPPING:
        _stop_roll_outs(alarm, incident, act)
    incident.save()
    alarm.incident = incident
    upstream.tell_downstream(incident)


def _stop_roll_outs(alarm: Alarm, incident: Incident, act: Act) -> None:
    """A step that goes wrong reaches nobody further, and the way back is proposed (CRISP-ML(Q), section 3.5)."""
    stopped = stop_roll_outs(alarm.project, f"{alarm}: {alarm.because}", act.at)
    if stopped:
        named = ", ".join(f"{release} of {release.model}" for release in stopped)
        proposal = f"The roll-out was stopped: {named}. Fall back as the plan says, or roll back to the version before."
        incident.description = f"{incident.description}\n{proposal}".strip()


def _make_task(alarm: Alarm, _: Act) -> None:
    """The task of the rule, unless the one it made before is still to be done."""
    before = Alarm.objects.filter(signal=alarm.signal, rule_key=alarm.rule_key, task__isnull=False)
    open_one = Task.objects.filter(pk__in=before.values("task")).exclude(state__in=["done", "not_applicable"]).first()
    alarm.task = open_one or new_task(alarm.project, alarm.rule["task"], alarm.because, alarm.rule.get("role", ""))


def new_task(project: Project, name: str, aim: str, role: str = "") -> Task:
    """A task in phase 6, assigned to somebody who holds the role; saved."""
    phase = Phase.objects.select_for_update().get(project=project, number=6)
    phase.project = project
    task = tasks.own(phase, name[:160], aim)
    members = Membership.objects.filter(project=project, user__is_service=False, user__is_active=True)
    holder = next((m for m in members.order_by("user__username") if role in m.roles), None)
    task.assignee_id = holder.user_id if holder else None
    task.save()
    return task


_BEFORE: dict[str, Callable[[Alarm, Act], None]] = {"incident": _open_incident, "task": _make_task}
