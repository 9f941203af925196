"""What the dossier prints of the system in operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.canon import decimal_text, plain
from monitoring import rules, status
from monitoring.models import Incident, OperationReview, Signal, UpdateDecision

if TYPE_CHECKING:
    from projects.models import Project


def told(project: Project) -> dict[str, Any]:
    """Signals, incidents with their figures, reviews and update decisions; five queries, and no clock."""
    return {
        "figures": status.figures(project),
        "signals": [
            {
                "name": signal.name, "group": signal.get_group_display(), "state": signal.get_state_display(),
                "version": signal.version, "owner": str(signal.owner) if signal.owner else None,
                "wanted": [rules.said(rule) for rule in signal.rules],
            }
            for signal in Signal.objects.filter(project=project).select_related("owner")
        ],
        "incidents": [_incident(incident) for incident in Incident.objects.filter(project=project)],
        "reviews": [
            {
                "number": review.number, "occasion": review.occasion, "due_on": plain(review.due_on),
                "decision": review.get_decision_display() or None, "reason": review.reason,
                "findings": review.findings,
            }
            for review in OperationReview.objects.filter(project=project)
        ],
        "updates": [_update(update) for update in UpdateDecision.objects.filter(project=project)],
    }  # fmt: skip


def _incident(incident: Incident) -> dict[str, Any]:
    return {
        "number": incident.number, "title": incident.title, "kind": incident.get_kind_display(),
        "severity": incident.get_severity_display(), "state": incident.get_state_display(),
        "cause": incident.get_cause_display() or None, "started_at": plain(incident.started_at),
        "resolved_at": plain(incident.resolved_at), "downtime_minutes": incident.downtime_minutes,
        "affected_persons": incident.affected_persons,
    }  # fmt: skip


def _update(update: UpdateDecision) -> dict[str, Any]:
    return {
        "number": update.number, "trigger": update.trigger, "decision": update.get_decision_display() or None,
        "cost_of_update": _number(update.cost_of_update), "cost_of_staying": _number(update.cost_of_staying),
        "cost_unit": update.cost_unit, "reason": update.reason, "decided_at": plain(update.decided_at),
    }  # fmt: skip


def _number(value: Any) -> str | None:
    return None if value is None else decimal_text(value)
