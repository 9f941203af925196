"""Going back: tasks reopen, and everything built on them has to be confirmed again (CRISP-ML(Q), sections 2 and 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crispmlq.errors import Conflict, Invalid
from projects.models import Gate, Iteration, Phase, Project, Task
from projects.services import tasks as task_service
from projects.services.doing import doing, required_text
from projects.states import require_move

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.actors import Actor


def go_back(*, project: Project, to_phase: int, task_keys: list[str], origin: str, reason: str, by: Actor) -> Iteration:
    """Return from the phase the project is in to an earlier one, without waiting for a gate.

    Raises:
        Invalid: no reason, an unknown origin, a phase that was not reached, or tasks that are not of it.
        Conflict: a gate is submitted. NoRight.
    """
    reason = required_text(reason, "reason", "Say what was found that makes the way back necessary.")
    with doing("iteration.opened", by=by, on=project, right="manage", reason=reason, alone=True) as now:
        if now.project.gate_set.filter(state=Gate.State.SUBMITTED).exists():
            raise Conflict("A gate is being judged. Decide it, or withdraw the submission.")
        iteration = reopen(now.row, to_phase, task_keys, origin, reason, by, now.act.at)
        now.act.subject = iteration
        return iteration


def reopen(
    project: Project, to_phase: int, task_keys: list[str], origin: str, reason: str, by: Actor, at: datetime
) -> Iteration:
    """The change itself, inside an act that is open already and holds the project alone."""
    phases = {phase.number: phase for phase in project.phase_set.select_for_update()}
    reached = max((n for n, phase in phases.items() if phase.state != Phase.State.LOCKED), default=0)
    _require_sound(phases, reached, to_phase, origin)
    tasks = _to_reopen(project, phases[to_phase], task_keys)
    project.iteration += 1
    project.save(update_fields=["iteration"])
    _reopen_tasks(tasks, reason, project.iteration)
    _move_phases(phases, to_phase, reached, at)
    iteration = Iteration(
        project=project, number=project.iteration, origin=origin, from_phase=reached, to_phase=to_phase, reason=reason,
        reopened_tasks=[task.key for task in tasks], opened_by_id=by.user.pk, opened_at=at,
    )  # fmt: skip
    iteration.save()
    return iteration


def dependents(tasks: list[Task], chosen: set[str]) -> set[str]:
    """Keys of the chosen tasks and of all that depend on them, directly or through others."""
    found = set(chosen)
    while True:
        further = {task.key for task in tasks if found & set(task.depends_on)} - found
        if not further:
            return found
        found |= further


def _require_sound(phases: dict[int, Phase], reached: int, to_phase: int, origin: str) -> None:
    if to_phase not in phases or to_phase > reached:
        sentence = f"Choose a phase from 1 to {reached}."
        raise Invalid(sentence, errors={"to_phase": [sentence]})
    if origin not in Iteration.Origin.values or origin == Iteration.Origin.START:
        origins = ", ".join(o for o in Iteration.Origin.values if o != Iteration.Origin.START)
        raise Invalid("Say where the need was found.", errors={"origin": [f"One of {origins}."]})


def _to_reopen(project: Project, phase: Phase, task_keys: list[str]) -> list[Task]:
    tasks = list(project.task_set.select_for_update())
    of_phase = {task.key for task in tasks if task.phase_id == phase.pk}
    if not task_keys or set(task_keys) - of_phase:
        sentence = f"Choose at least one task of {phase} that has to be done again."
        raise Invalid(sentence, errors={"tasks": [sentence]})
    chosen, affected = set(task_keys), dependents(tasks, set(task_keys))
    return [
        task
        for task in tasks
        if task.key in chosen or (task.key in affected and task.state != Task.State.NOT_APPLICABLE)
    ]


def _reopen_tasks(tasks: list[Task], reason: str, iteration: int) -> None:
    fields = ["iteration"]
    for task in tasks:
        if task.state != Task.State.TO_DO:
            require_move(task, Task.State.TO_DO)
            fields = task_service.reset(task, reason, iteration)
        task.iteration = iteration
    Task.objects.bulk_update(tasks, fields)


def _move_phases(phases: dict[int, Phase], to_phase: int, reached: int, at: datetime) -> None:
    """The target opens, what lies between is to be confirmed again, and no gate behind it stays passed."""
    for number in range(to_phase, reached + 1):
        phase = phases[number]
        wanted = Phase.State.OPEN if number == to_phase else Phase.State.RECONFIRM
        if phase.state != wanted:
            require_move(phase, wanted)
            phase.state, phase.passed_at = wanted, None
            phase.opened_at = at if wanted == Phase.State.OPEN else phase.opened_at
            phase.save()
        gate = phase.gate
        if gate.state != Gate.State.OPEN:
            require_move(gate, Gate.State.OPEN)
            gate.state = Gate.State.OPEN
            gate.save(update_fields=["state"])
