"""Reviews of the system in operation, by date and by trigger, and the close watch after a release."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.urls import reverse

import audit
from audit import SYSTEM
from crispmlq.errors import Conflict, Invalid
from monitoring import plans, status
from monitoring.models import Observation, OperationReview
from monitoring.services.opening import new_review
from projects.models import Project
from projects.services.doing import doing, required_text
from projects.services.telling import tell
from projects.states import require_move
from releases.models import Serving

if TYPE_CHECKING:
    from accounts.actors import Actor

REMINDED_AFTER = timedelta(days=1)


def ask(*, project: Project, occasion: str, due_on: date, by: Actor) -> OperationReview:
    """Open a review by hand."""
    occasion = required_text(occasion, "occasion", "Say what the review is about.", 300)
    with doing("review.opened", by=by, on=project, right="operate") as now:
        review = new_review(now.project, trigger=OperationReview.Trigger.REQUEST, occasion=occasion, due_on=due_on)
        review.save()
        now.act.subject = review
        return review


def decide(*, review: OperationReview, decision: str, reason: str, by: Actor) -> OperationReview:
    """Decide to keep, update, roll back or stop. After a review by date the next one is opened.

    Raises: Invalid: no decision or no reason; the review stays open.
    """
    reason = required_text(reason, "reason", "Say why; the decision is read in years to come.")
    if decision not in OperationReview.Decision.values:
        words = ", ".join(OperationReview.Decision.values)
        raise Invalid("Choose a decision.", errors={"decision": [f"One of {words}."]})
    with doing("review.decided", by=by, on=review, right="decide in operation", reason=reason) as now:
        row = now.row
        require_move(row, OperationReview.State.DECIDED)
        row.findings = status.findings(now.project, now.act.at)
        row.state, row.decision, row.reason = OperationReview.State.DECIDED, decision, reason
        row.decided_by_id, row.decided_at = by.user.pk, now.act.at
        row.save()
        if row.trigger == OperationReview.Trigger.DATE and decision != OperationReview.Decision.STOP:
            _by_date(now.project, now.act.at.date()).save()
        return row


def open_by_date(project: Project, now: datetime) -> OperationReview | None:
    """A project in operation always has one review with a date ahead."""
    if project.state != Project.State.IN_OPERATION:
        return None
    if OperationReview.objects.filter(project=project, state="open", trigger="date").exists():
        return None
    subject = ("projects.project", project.pk)
    with audit.act("review.opened", by=SYSTEM, subject=subject, log_id=project.pk) as act:
        review = _by_date(project, now.date())
        review.save()
        act.subject = review
    return review


def remind(review: OperationReview, now: datetime) -> bool:
    """Tell of a review that is due, once a day; it is locked. Whether anybody was told."""
    is_due = review.state == OperationReview.State.OPEN and review.due_on <= now.date()
    if not is_due or (review.reminded_at and now - review.reminded_at < REMINDED_AFTER):
        return False
    with audit.act("review.reminded", by=SYSTEM, subject=review):
        review.reminded_at = now
        review.save()
        tell(
            review.project, key=f"review {review.pk} {now:%Y-%m-%d}", roles=["model-owner", "project-manager"],
            text=f"{review} of the system in operation is due since {review.due_on}.",
            url=reverse("monitoring:reviews", args=[review.project.slug]),
        )  # fmt: skip
    return True


def observe(*, project: Project, served: str, by: Actor) -> Observation:
    """Watch a release closely from now on, as the terms say; a review ends it.

    Raises: Conflict: an observation is running.
    """
    served = required_text(served, "served", "Name the version that was released.", 160)
    with doing("observation.opened", by=by, on=project, right="operate", alone=True) as now:
        if Observation.objects.filter(project=project, review__state="open").exists():
            raise Conflict("A release is being observed already; end that by its review.")
        observation = new_observation(now.project, served, now.act.at)
        now.act.subject = observation
        return observation


def follow_release(serving: Serving, at: datetime) -> None:
    """Watch closely what a release has just put into service."""
    if serving.kind == Serving.Kind.RELEASE:
        new_observation(serving.project, str(serving.model), at)


def new_observation(project: Project, served: str, at: datetime) -> Observation:
    """Saved with its review, inside an act that is open already."""
    plan = plans.of(project)
    ends_on = at.date() + timedelta(days=plan.observe_days)
    review = new_review(
        project, trigger=OperationReview.Trigger.RELEASE, occasion=f"Close watch over {served} ends.", due_on=ends_on
    )
    review.save()
    observation = Observation(
        project=project, served=served, started_at=at, ends_on=ends_on, interval_minutes=plan.observe_minutes,
        review=review,
    )  # fmt: skip
    observation.save()
    return observation


def _by_date(project: Project, after: date) -> OperationReview:
    due_on = after + timedelta(days=plans.of(project).review_every_days)
    return new_review(
        project, trigger=OperationReview.Trigger.DATE, occasion="Recurring review of the system in operation.",
        due_on=due_on,
    )  # fmt: skip
