"""Incidents: opened, acknowledged, explained, resolved, closed; handed up when they take too long."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone

import audit
from audit import SYSTEM
from crispmlq.errors import Conflict, Invalid
from monitoring import plans, upstream
from monitoring.models import Incident, Signal
from monitoring.services.opening import new_incident
from projects.models import Project
from projects.models.items import Severity
from projects.services.criteria import is_storable
from projects.services.doing import doing, required_text
from projects.services.telling import tell
from projects.states import require_move

if TYPE_CHECKING:
    from accounts.actors import Actor
    from releases.models import Serving

SEVERE = (Severity.HIGH, Severity.CRITICAL)
# What may be added at any time before the incident is closed.
DETAILS = (
    "title", "kind", "severity", "description", "labelled_signal", "started_at", "found_in_phase", "downtime_minutes",
    "affected_persons", "affected_systems", "affected_decisions", "loss_estimate", "loss_unit", "prevention",
)  # fmt: skip
WORDS = {
    "root_cause": "the root cause", "cause": "a code for the cause", "course_of_action": "the course of action",
    "prevention": "what prevents it", "affected_persons": "a statement on affected persons",
}  # fmt: skip


class NotExplained(Conflict):
    code, title = "incident_not_explained", "Incident is not explained"


def open_one(
    *, project: Project, title: str, kind: str, severity: str, by: Actor, started_at: datetime | None = None,
    details: Mapping[str, Any] | None = None,
) -> Incident:  # fmt: skip
    """Open an incident by hand. Its targets follow from severity and the project's use of the model.

    Raises: Invalid: a detail does not fit; a concept drift without a signal with ground truth that shows it.
    """
    title = required_text(title, "title", "Say in a few words what is wrong.", 160)
    _require_choices(kind, severity)
    with doing("incident.opened", by=by, on=project, right="work") as now:
        if started_at is not None and started_at > now.act.at:
            raise Invalid("It can not start in the future.", errors={"started_at": ["This lies in the future."]})
        incident = new_incident(
            now.project, title=title, kind=kind, severity=severity, started_at=started_at or now.act.at,
            detected_at=now.act.at,
        )  # fmt: skip
        _write(incident, details or {})
        incident.save()
        now.act.subject = incident
        _tell(incident, "was opened", "opened", [plans.ESCALATION[0]])
        upstream.tell_downstream(incident)
        return incident


def acknowledge(*, incident: Incident, by: Actor) -> Incident:
    """Take it on."""
    with doing("incident.acknowledged", by=by, on=incident, right="operate") as now:
        require_move(now.row, Incident.State.ACKNOWLEDGED)
        now.row.state = Incident.State.ACKNOWLEDGED
        now.row.acknowledged_at, now.row.assignee_id = now.act.at, by.user.pk
        now.row.save()
        return now.row


def add(*, incident: Incident, details: Mapping[str, Any], by: Actor, expected: int | None = None) -> Incident:
    """Add to what is known: effects, loss, downtime, prevention; or correct kind, severity and start.

    Raises: Invalid: see `open_one`. Conflict: it is closed, or nothing changes.
    """
    with doing("incident.changed", by=by, on=incident, right="work", expected=expected) as now:
        _require_not_closed(now.row)
        before = now.row.audit_ver
        _write(now.row, details)
        respond, resolve = plans.targets(plans.of(now.project), now.row.severity)
        now.row.respond_by, now.row.resolve_by = now.row.detected_at + respond, now.row.detected_at + resolve
        now.row.save()
        if now.row.audit_ver == before:
            raise Conflict("Nothing was changed.")
        return now.row


def explain(*, incident: Incident, cause: str, root_cause: str, by: Actor) -> Incident:
    """Say why it happened, by a code and in words."""
    root_cause = required_text(root_cause, "root_cause", "Say why it happened.")
    if cause not in Incident.Cause.values:
        raise Invalid("Choose a cause.", errors={"cause": [f"One of {', '.join(Incident.Cause.values)}."]})
    with doing("incident.explained", by=by, on=incident, right="operate") as now:
        require_move(now.row, Incident.State.CAUSE_KNOWN)
        now.row.state, now.row.cause, now.row.root_cause = Incident.State.CAUSE_KNOWN, cause, root_cause
        now.row.resolved_at = None
        now.row.save()
        return now.row


def resolve(*, incident: Incident, course_of_action: str, by: Actor, downtime_minutes: int | None = None) -> Incident:
    """Say what was done, and for how long the system was down; its time to resolve ends now."""
    course = required_text(course_of_action, "course_of_action", "Say what was done about it.")
    with doing("incident.resolved", by=by, on=incident, right="operate") as now:
        require_move(now.row, Incident.State.RESOLVED)
        now.row.state, now.row.course_of_action, now.row.resolved_at = Incident.State.RESOLVED, course, now.act.at
        if downtime_minutes is not None:
            _write(now.row, {"downtime_minutes": downtime_minutes})
        now.row.save()
        upstream.tell_downstream(now.row)
        return now.row


def close(*, incident: Incident, by: Actor, prevention: str = "", affected_persons: str = "") -> Incident:
    """End it, with what prevents it from now on.

    Raises:
        NotExplained: root cause, course of action, prevention, or in a severe one the statement on affected persons
            is missing (`data["lacking"]`). IllegalMove: it is not resolved.
    """
    with doing("incident.closed", by=by, on=incident, right="operate") as now:
        row = now.row
        row.prevention = prevention.strip() or row.prevention
        row.affected_persons = affected_persons.strip() or row.affected_persons
        needed = [name for name in WORDS if name != "affected_persons" or row.severity in SEVERE]
        lacking = [name for name in needed if not getattr(row, name)]
        if lacking and row.state != Incident.State.CLOSED:
            raise NotExplained(f"Still missing: {', '.join(WORDS[name] for name in lacking)}.", lacking=lacking)
        require_move(row, Incident.State.CLOSED)
        row.state, row.closed_at = Incident.State.CLOSED, now.act.at
        row.save()
        return row


def escalate(incident: Incident, now: datetime) -> bool:
    """Hand an overdue incident up to the next role; it is locked. Whether it was overdue."""
    role = overdue_for(incident, now)
    if role is None:
        return False
    why = "nobody acknowledged it in time" if incident.acknowledged_at is None else "it is not resolved in time"
    with audit.act("incident.escalated", by=SYSTEM, subject=incident, reason=f"{why}, so told the {_words(role)}"):
        incident.escalation += 1
        incident.save()
        _tell(incident, f"is overdue: {why}", f"escalated {incident.escalation}", [role])
    return True


def overdue_for(incident: Incident, now: datetime) -> str | None:
    """The role to which an incident has to be handed up now, if any: one for each target length it is over."""
    if incident.is_over or incident.escalation >= len(plans.ESCALATION):
        return None
    target = incident.resolve_by if incident.acknowledged_at else incident.respond_by
    length = target - incident.detected_at
    if now <= target + incident.escalation * length:
        return None
    return plans.ESCALATION[incident.escalation]


def is_overdue(incident: Incident, now: datetime) -> bool:
    if incident.is_over:
        return False
    return now > incident.resolve_by or (incident.acknowledged_at is None and now > incident.respond_by)


def require_of_project(serving: Serving, at: datetime) -> None:
    """What a switch names as its incident is one of its project. Raises: Invalid."""
    if serving.incident and not Incident.objects.filter(pk=serving.incident, project=serving.project_id).exists():
        sentence = "There is no such incident in this project."
        raise Invalid(sentence, errors={"incident": [sentence]})


def _tell(incident: Incident, what: str, occasion: str, roles: list[str]) -> None:
    text = f"Incident {incident.number} ({incident.severity}) {what}."
    project = incident.project
    url = reverse("monitoring:incident", args=[project.slug, incident.number])
    tell(project, key=f"incident {incident.pk} {occasion}", text=text, url=url, roles=roles)


def _require_choices(kind: str, severity: str) -> None:
    errors = {}
    if kind not in Incident.Kind.values:
        errors["kind"] = [f"One of {', '.join(Incident.Kind.values)}."]
    if severity not in Severity.values:
        errors["severity"] = [f"One of {', '.join(Severity.values)}."]
    if errors:
        raise Invalid("Please correct what is marked.", errors=errors)


def _require_not_closed(incident: Incident) -> None:
    if incident.state == Incident.State.CLOSED:
        raise Conflict("This incident is closed.", state=incident.state)


def _write(incident: Incident, details: Mapping[str, Any]) -> None:
    """Raises: Invalid: a detail is unknown or does not fit."""
    errors = {name: ["There is no such detail."] for name in details if name not in DETAILS}
    for name, value in details.items():
        if name == "labelled_signal":
            found = Signal.objects.filter(project=incident.project_id, key=value, is_labelled=True).first()
            incident.labelled_signal = found
            if value and found is None:
                errors[name] = ["Choose a signal with ground truth."]
        elif name in DETAILS:
            setattr(incident, name, value.strip() if isinstance(value, str) else value)
    _require_choices(incident.kind, incident.severity)
    if not incident.title or len(incident.title) > 160:
        errors["title"] = ["Give it a title of up to 160 characters."]
    if incident.kind == Incident.Kind.CONCEPT_DRIFT and incident.labelled_signal is None:
        errors["labelled_signal"] = ["A concept drift is shown by ground truth: name the signal that compares with it."]
    if not 0 <= incident.downtime_minutes <= 10**7:
        errors["downtime_minutes"] = ["Give minutes from 0."]
    if not 1 <= incident.found_in_phase <= 6:
        errors["found_in_phase"] = ["A phase from 1 to 6."]
    if incident.started_at > min(incident.detected_at, timezone.now()):
        errors["started_at"] = ["It began before it was detected."]
    if isinstance(incident.loss_estimate, Decimal) and not is_storable(incident.loss_estimate):
        errors["loss_estimate"] = ["Give a finite number."]
    if errors:
        raise Invalid("Please correct what is marked.", errors=errors)


def _words(role: str) -> str:
    return role.replace("-", " ")
