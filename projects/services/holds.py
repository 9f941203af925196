"""A project on hold: why, until when, on which condition; and that it resumes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from crispmlq.errors import Conflict, Invalid
from projects.models import Hold, Project
from projects.services.doing import doing, required_text
from projects.states import require_move

if TYPE_CHECKING:
    from accounts.actors import Actor


@dataclass(frozen=True)
class Terms:
    """On what a project is held. `expected_on`: when the condition is thought to hold; needed where data is missing."""

    reason: str
    condition: str
    code: str = Hold.Code.OTHER
    expected_on: date | None = None


def hold(
    *,
    project: Project,
    reason: str,
    condition: str,
    by: Actor,
    code: str = Hold.Code.OTHER,
    expected_on: date | None = None,
) -> Project:
    """Put the project on hold until `condition` holds. Nothing but comments can be written meanwhile."""
    terms = sound(Terms(reason, condition, code, expected_on))
    with doing(
        "project.held", by=by, on=project, right="hold", reason=terms.reason, alone=True, even_frozen=True
    ) as now:
        put_on_hold(now.row, terms, by, now.act.at)
        return now.row


def resume(*, project: Project, reason: str, by: Actor) -> Project:
    """Take the project up again; `reason` says how the condition came to hold."""
    reason = required_text(reason, "reason", "Say how the condition for resuming came to hold.")
    with doing("project.resumed", by=by, on=project, right="hold", reason=reason, alone=True, even_frozen=True) as now:
        row = now.row
        if row.state != Project.State.ON_HOLD:
            raise Conflict("The project is not on hold.", state=row.state)
        row.state, row.resumes_as, row.hold_reason, row.hold_condition = row.resumes_as, "", "", ""
        row.save()
        end(row, reason, by, now.act.at)
        return row


def sound(terms: Terms) -> Terms:
    """Raises: Invalid: no reason or condition, an unknown code, a date that is past, or none where data is missing."""
    reason = required_text(terms.reason, "reason", "Say why the project is put on hold.")
    condition = required_text(terms.condition, "condition", "Say what must be true before work resumes.")
    if terms.code not in Hold.Code.values:
        raise Invalid("Choose a kind of reason.", errors={"code": [f"One of {', '.join(Hold.Code.values)}."]})
    if terms.code == Hold.Code.DATA and terms.expected_on is None:
        sentence = "Say when the data is expected."
        raise Invalid(sentence, errors={"expected_on": [sentence]})
    if terms.expected_on is not None and terms.expected_on <= timezone.localdate():
        raise Invalid("Choose a date in the future.", errors={"expected_on": ["Choose a date in the future."]})
    return Terms(reason, condition, terms.code, terms.expected_on)


def put_on_hold(project: Project, terms: Terms, by: Actor, at: datetime) -> None:
    """The change itself, inside an act that is open already."""
    require_move(project, Project.State.ON_HOLD)
    project.resumes_as, project.state = project.state, Project.State.ON_HOLD
    project.hold_reason, project.hold_condition = terms.reason, terms.condition
    project.save()
    Hold(
        project=project, code=terms.code, reason=terms.reason, condition=terms.condition,
        expected_on=terms.expected_on, held_by_id=by.user.pk, held_at=at,
    ).save()  # fmt: skip


def end(project: Project, reason: str, by: Actor, at: datetime) -> None:
    """Close the hold that lasts, if there is one, inside an act that is open already."""
    for lasting in Hold.objects.select_for_update().filter(project=project, ended_at=None):
        lasting.ended_by_id, lasting.ended_at, lasting.end_reason = by.user.pk, at, reason
        lasting.save(update_fields=["ended_by", "ended_at", "end_reason"])
