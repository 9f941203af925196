"""Going back: tasks reopen, and everything built on them has to be confirmed again (CRISP-ML(Q), sections 2 and 3).

Where the served model stays in operation meanwhile (an update, a challenger), the sixth phase goes on as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalogue.definitions import of
from crispmlq.errors import Conflict, Invalid
from projects.models import Decision, Gate, Iteration, Phase, Project, Task
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
        _require_nothing_submitted(now.row)
        iteration = reopen(now.row, Turn(to_phase, task_keys, origin, reason), by, now.act.at)
        now.act.subject = iteration
        return iteration


def begin_update(*, project: Project, reason: str, by: Actor) -> Iteration:
    """From the sixth phase, open what an update has to do again, in a new iteration that names the served version.

    Data is verified, the model is built, evaluated in full and released anew; documents go on from what they say.

    Raises:
        Invalid: no reason. Conflict: the project is not in operation, another such iteration is under way, or a gate is
        submitted. NoRight.
    """
    return _beside_operation(project, Iteration.Kind.UPDATE, "iteration.update_begun", reason, by)


def begin_challenger(*, project: Project, reason: str, by: Actor) -> Iteration:
    """Try another approach in a run of modelling and evaluation of its own, beside the served model.

    Raises: as `begin_update`.
    """
    return _beside_operation(project, Iteration.Kind.CHALLENGER, "iteration.challenger_begun", reason, by)


def convert(*, project: Project, reason: str, by: Actor) -> Project:
    """Make a full project of a proof of concept: every required task opens, and all that was done stays on record.

    Raises:
        Invalid: no reason. Conflict: it is a full project already, or a gate is submitted. NoRight.
    """
    reason = required_text(reason, "reason", "Say why it becomes a full project.")
    with doing("project.converted", by=by, on=project, right="manage", reason=reason, alone=True) as now:
        row = now.row
        if row.kind != Project.Kind.PROOF_OF_CONCEPT:
            raise Conflict("This is a full project already.", kind=row.kind)
        _require_nothing_submitted(row)
        row.kind = Project.Kind.FULL
        row.save(update_fields=["kind"])
        if row.state != Project.State.DRAFT:
            required = [task.key for task in row.task_set.filter(phase__number=1, is_required=True)]
            turn = Turn(1, required, Iteration.Origin.PROJECT, reason, Iteration.Kind.CONVERSION)
            reopen(row, turn, by, now.act.at)
        return row


def _beside_operation(project: Project, kind: str, act: str, reason: str, by: Actor) -> Iteration:
    reason = required_text(reason, "reason", "Say what makes it necessary.")
    with doing(act, by=by, on=project, right="manage", reason=reason, alone=True) as now:
        if now.row.state != Project.State.IN_OPERATION:
            raise Conflict("Nothing is in operation yet.", state=now.row.state)
        if now.row.phase_set.exclude(state=Phase.State.PASSED).exclude(number=6).exists():
            raise Conflict("An iteration is under way; bring it to its release first.")
        _require_nothing_submitted(now.row)
        cycle = of(now.project.catalogue).cycles[kind]
        turn = Turn(cycle.to_phase, list(cycle.tasks), Iteration.Origin.PRODUCTION, reason, kind)
        iteration = reopen(now.row, turn, by, now.act.at)
        now.act.subject = iteration
        return iteration


@dataclass(frozen=True)
class Turn:
    """A way back: to which phase, what opens there, and why."""

    to_phase: int
    task_keys: list[str]
    origin: str
    reason: str
    kind: str = Iteration.Kind.ORDINARY

    @property
    def keeps_operating(self) -> bool:
        return self.kind in Iteration.BESIDE_OPERATION


def reopen(project: Project, turn: Turn, by: Actor, at: datetime) -> Iteration:
    """The change itself, inside an act that is open already and holds the project alone."""
    phases = {phase.number: phase for phase in project.phase_set.select_for_update()}
    reached = max((n for n, phase in phases.items() if phase.state != Phase.State.LOCKED), default=0)
    _require_sound(phases, reached, turn)
    tasks = _to_reopen(project, phases, turn)
    project.iteration += 1
    project.save(update_fields=["iteration"])
    _reopen_tasks(tasks, turn.reason, project.iteration)
    _move_phases(phases, turn.to_phase, reached - 1 if turn.keeps_operating else reached, at)
    iteration = Iteration(
        project=project, number=project.iteration, kind=turn.kind, origin=turn.origin, from_phase=reached,
        to_phase=turn.to_phase, reason=turn.reason, reopened_tasks=[task.key for task in tasks],
        previous_version=_served_version(project), opened_by_id=by.user.pk, opened_at=at,
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


def _require_nothing_submitted(project: Project) -> None:
    if project.gate_set.filter(state=Gate.State.SUBMITTED).exists():
        raise Conflict("A gate is being judged. Decide it, or withdraw the submission.")


def _served_version(project: Project) -> str:
    """Of the model whose release was passed last, as its documents named it; empty before the first."""
    releasing = [phase.gate.key for phase in of(project.catalogue).phases if phase.gate.releases]
    passed = Decision.objects.filter(project=project, gate__key__in=releasing, outcome=Decision.Outcome.PASS)
    newest = passed.select_related("evaluation").order_by("-decided_at").first()
    return newest.evaluation.model_version if newest else ""


def _require_sound(phases: dict[int, Phase], reached: int, turn: Turn) -> None:
    if turn.to_phase not in phases or turn.to_phase > reached:
        sentence = f"Choose a phase from 1 to {reached}."
        raise Invalid(sentence, errors={"to_phase": [sentence]})
    if turn.origin not in Iteration.FOUND and turn.kind != Iteration.Kind.CONVERSION:
        origins = ", ".join(Iteration.FOUND)
        raise Invalid("Say where the need was found.", errors={"origin": [f"One of {origins}."]})


def _to_reopen(project: Project, phases: dict[int, Phase], turn: Turn) -> list[Task]:
    tasks, phase, task_keys = list(project.task_set.select_for_update()), phases[turn.to_phase], turn.task_keys
    if turn.keeps_operating:
        tasks = [task for task in tasks if task.phase_id != phases[6].pk]
    of_phase = {task.key for task in tasks if task.phase_id == phase.pk}
    if not task_keys or set(task_keys) - of_phase:
        sentence = f"Choose at least one task of {phase} that has to be done again."
        raise Invalid(sentence, errors={"tasks": [sentence]})
    chosen, affected = set(task_keys), dependents(tasks, set(task_keys))
    if turn.kind == Iteration.Kind.CONVERSION:
        chosen |= {task.key for task in tasks if task.is_required}
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
