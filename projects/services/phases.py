"""What the state of a phase allows."""

from __future__ import annotations

from crispmlq.errors import Conflict, Invalid
from projects.models import Phase, Task


class PhaseClosed(Conflict):
    code, title = "phase_closed", "Phase is closed"


def require_open(phase: Phase, doing: str) -> None:
    """Raises: PhaseClosed unless the phase is open. Requirements and tasks move only there."""
    if phase.state != Phase.State.OPEN:
        raise PhaseClosed(
            f"To {doing}, {phase} must be open; it is “{phase.get_state_display().lower()}”.", phase_state=phase.state
        )


def require_not_in_review(phase: Phase, doing: str) -> None:
    """Raises: PhaseClosed while the phase's gate is submitted, since its facts are frozen then."""
    if phase.state == Phase.State.IN_REVIEW:
        raise PhaseClosed(
            f"The gate of {phase} is being judged on frozen facts. Withdraw the submission before you {doing}.",
            phase_state=phase.state,
        )


def task_of(phase: Phase, key: str | None) -> Task | None:
    """The task of the phase with this key; none without a key. Raises: Invalid: there is no such task."""
    if not key:
        return None
    found = phase.task_set.filter(key=key).first()
    if found is None:
        sentence = f"{phase} has no such task."
        raise Invalid(sentence, errors={"task": [sentence]})
    return found
