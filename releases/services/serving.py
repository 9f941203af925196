"""What is served: one thing at a time in each deployment, and every switch in the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from crispmlq.errors import Conflict, Invalid
from experiments.services.versions import labelled
from projects.services.doing import Doing, doing, required_text
from projects.states import require_move
from releases import selectors
from releases.models import Increment, Release, Serving

if TYPE_CHECKING:
    from accounts.actors import Actor
    from projects.models import Project
    from registry.models import ArtefactVersion


# What apps above this one do, or refuse, when something begins to be served, inside the act: functions of the row and
# its time.
FOLLOWERS: list[Callable[[Serving, datetime], None]] = []


def register_follower(follow: Callable[[Serving, datetime], None]) -> None:
    FOLLOWERS.append(follow)


@dataclass(frozen=True)
class Target:
    kind: str
    release: Release | None = None
    model: ArtefactVersion | None = None
    fallback: str = ""


def roll_back(
    *, project: Project, deployment: str, model: str, reason: str, by: Actor, incident: UUID | None = None
) -> Serving:
    """Serve an earlier version again.

    Raises:
        Invalid: no reason, or a version that is not registered.
        Conflict: nothing is served there, or this very version; gate 4 was never passed with it.
    """
    reason = required_text(reason, "reason", "Say what makes the switch necessary.")
    with doing("serving.rolled_back", by=by, on=project, right="switch", reason=reason, alone=True) as now:
        version = labelled(now.project, model, "model", "model")
        if selectors.passing_decision(now.project, version) is None:
            raise Conflict(
                f"Gate 4 was never passed with {version}; nothing is rolled back to it.",
                passed=selectors.passed_versions(now.project),
            )
        return _switch(now, deployment, Target(Serving.Kind.ROLLBACK, None, version), reason, by, incident)


def fall_back(
    *, project: Project, deployment: str, fallback: str, reason: str, by: Actor, incident: UUID | None = None
) -> Serving:
    """Let the predefined baseline or rules answer instead of a model. Raises: Invalid; Conflict."""
    reason = required_text(reason, "reason", "Say what makes the switch necessary.")
    if fallback not in Serving.Fallback.values:
        sentence = f"One of {', '.join(Serving.Fallback.values)}."
        raise Invalid("Say what answers instead.", errors={"fallback": [sentence]})
    with doing("serving.fallen_back", by=by, on=project, right="switch", reason=reason, alone=True) as now:
        return _switch(now, deployment, Target(Serving.Kind.FALLBACK, fallback=fallback), reason, by, incident)


def switch_off(*, project: Project, deployment: str, reason: str, by: Actor, incident: UUID | None = None) -> Serving:
    """Serve nothing. Raises: Invalid; Conflict."""
    reason = required_text(reason, "reason", "Say why nothing is served any more.")
    with doing("serving.switched_off", by=by, on=project, right="switch", reason=reason, alone=True) as now:
        return _switch(now, deployment, Target(Serving.Kind.OFF), reason, by, incident)


def put(now: Doing, deployment: str, target: Target, reason: str, by: Actor, incident: UUID | None = None) -> Serving:
    """End what is served there and begin the next stretch, inside an act that is open already."""
    current = now.project.serving_set.select_for_update().filter(deployment=deployment, until=None).first()
    if current is not None:
        current.until = now.act.at
        current.save(update_fields=["until"])
    row = Serving(
        project=now.project, deployment=deployment, kind=target.kind, release=target.release, model=target.model,
        fallback=target.fallback, reason=reason, incident=incident, since=now.act.at, switched_by_id=by.user.pk,
        by_machine=by.is_machine,
    )  # fmt: skip
    row.save()
    for follow in FOLLOWERS:
        follow(row, now.act.at)
    return row


def stop_roll_outs(project: Project, reason: str, at: datetime, deployment: str | None = None) -> list[Release]:
    """Stop what is being rolled out, inside an act that is open already; the releases that were stopped."""
    rolling = project.release_set.select_for_update().filter(state=Release.State.ROLLING_OUT)
    stopped = list(rolling.filter(deployment=deployment) if deployment else rolling)
    for release in stopped:
        for running in release.increments.filter(state=Increment.State.RUNNING):
            require_move(running, Increment.State.STOPPED)
            running.state, running.result, running.ended_at = Increment.State.STOPPED, reason, at
            running.save(update_fields=["state", "result", "ended_at"])
        require_move(release, Release.State.STOPPED)
        release.state = Release.State.STOPPED
        release.save(update_fields=["state"])
    return stopped


def _switch(now: Doing, deployment: str, target: Target, reason: str, by: Actor, incident: UUID | None) -> Serving:
    current = now.project.serving_set.filter(deployment=deployment, until=None).select_related("model").first()
    if current is None:
        raise Conflict(f"Nothing was ever served as “{deployment}”.")
    if _is_the_same(current, target):
        raise Conflict(f"“{deployment}” serves {current.what} already.")
    stop_roll_outs(now.project, reason, now.act.at, deployment)
    row = put(now, deployment, target, reason, by, incident)
    now.act.subject = row
    return row


def _is_the_same(current: Serving, target: Target) -> bool:
    if target.model is not None:
        return current.model_id == target.model.pk
    return (current.kind, current.fallback) == (target.kind, target.fallback)
