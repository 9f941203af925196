"""Decisions whether to update the model: asked by a trigger, taken with both costs and a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from crispmlq.errors import Invalid
from monitoring import plans
from monitoring.models import UpdateDecision
from monitoring.services import numbers
from projects.models import Project
from projects.services.criteria import is_storable
from projects.services.doing import doing, required_text
from projects.states import require_move

if TYPE_CHECKING:
    from accounts.actors import Actor

Approach = UpdateDecision.Approach


@dataclass(frozen=True)
class Weighing:
    """What a decision rests on; costs in `cost_unit`."""

    decision: str
    reason: str
    cost_of_update: Decimal | None = None
    cost_of_staying: Decimal | None = None
    cost_unit: str = ""
    approach: str = ""
    approach_reason: str = ""
    cost_of_labels: Decimal | None = None


def ask(*, project: Project, trigger: str, by: Actor) -> UpdateDecision:
    """Ask for a decision by hand, with what triggers it. Raises: Invalid: no trigger."""
    trigger = required_text(trigger, "trigger", "Say what speaks for an update; without a trigger there is none.", 300)
    with doing("update.asked", by=by, on=project, right="work", reason=trigger) as now:
        hours = plans.of(now.project).answer_hours
        asked = UpdateDecision(
            project=now.project, number=numbers.following(UpdateDecision, now.project), trigger=trigger,
            due_at=now.act.at + timedelta(hours=hours),
        )  # fmt: skip
        asked.save()
        now.act.subject = asked
        return asked


def decide(*, update: UpdateDecision, weighing: Weighing, by: Actor) -> UpdateDecision:
    """Keep or update, weighing the cost of an update against that of a stale model.

    Raises:
        Invalid: a cost or the reason is missing; an update without approach and cost of labels; training from scratch
            without its reason.
    """
    if errors := _faults(weighing):
        raise Invalid("Please correct what is marked.", errors=errors)
    reason = weighing.reason.strip()
    with doing("update.decided", by=by, on=update, right="decide in operation", reason=reason) as now:
        require_move(now.row, UpdateDecision.State.DECIDED)
        for name, value in vars(weighing).items():
            setattr(now.row, name, value.strip() if isinstance(value, str) else value)
        now.row.state = UpdateDecision.State.DECIDED
        now.row.decided_by_id, now.row.decided_at = by.user.pk, now.act.at
        now.row.save()
        return now.row


def _faults(weighing: Weighing) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    updates = weighing.decision == UpdateDecision.Decision.UPDATE
    if weighing.decision not in UpdateDecision.Decision.values:
        errors["decision"] = [f"One of {', '.join(UpdateDecision.Decision.values)}."]
    if not weighing.reason.strip():
        errors["reason"] = ["Say why."]
    needed = ["cost_of_update", "cost_of_staying", *(["cost_of_labels"] if updates else [])]
    for name in needed:
        number = getattr(weighing, name)
        if number is None or number < 0 or not is_storable(number):
            errors[name] = ["Give an estimate, as a number from 0."]
    if updates and weighing.approach not in Approach.values:
        errors["approach"] = [f"One of {', '.join(Approach.values)}."]
    if weighing.approach == Approach.FROM_SCRATCH and not weighing.approach_reason.strip():
        errors["approach_reason"] = ["Say why fine-tuning or retraining does not do."]
    if len(weighing.cost_unit) > 20:
        errors["cost_unit"] = ["Use up to 20 characters."]
    return errors
