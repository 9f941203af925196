"""The order of events: the machine works, people review and decide, once back from gate 4, then on to operation."""

from __future__ import annotations

from collections.abc import Callable

from examples.breast_cancer import experiments, obligations, parts
from examples.breast_cancer.client import Client
from examples.breast_cancer.machine import Machine
from examples.breast_cancer.people import People
from projects.services.gates import Resolution

BACK = Resolution(
    outcome="backtrack",
    reason="The blind test misses criteria: the tree overlooks too many malignant tumours.",
    to_phase=3,
    tasks=["model-selection"],
)


def tell(client: Client, people: People, say: Callable[[str], None]) -> None:
    """Take the project from its start to operation; `say` is told each step."""
    machine = Machine(client, iteration=1)
    machine.propose_criteria()
    people.approve_criteria()
    for phase in (1, 2, 3, 4):
        _phase(machine, people, phase, say)
        resolution = BACK if phase == 4 else Resolution(outcome="pass", reason="Every check is met.")
        people.decide(people.submit(phase, f"Iteration 1, {machine.science.name}."), resolution)
    say("Gate 4 was missed: back to phase 3.")
    machine = Machine(client, iteration=2)
    for phase in (3, 4, 5, 6):
        _phase(machine, people, phase, say)
        resolution = Resolution(outcome="pass", reason="Every check is met.")
        people.decide(people.submit(phase, f"Iteration 2, {machine.science.name}."), resolution)
    say("In operation, first review passed.")


def _phase(machine: Machine, people: People, phase: int, say: Callable[[str], None]) -> None:
    say(f"Iteration {machine.iteration}, phase {phase}")
    if phase == 1:
        machine.list_additional_processes()
        people.classify()
    parts.register(machine.client, machine.science, phase)
    if phase == 6:
        people.roll_out()
        obligations.record(machine.client)
    if phase == 5:
        machine.write_early()
        people.prepare_operation()
    while machine.round(phase):
        people.review_everything()
    if phase == 6:
        people.mark_not_needed(phase)
    if phase == 3:
        experiments.log(machine.client, machine.science)
        people.choose_model()
    if phase == 4:
        experiments.evaluate(machine.client, machine.science)
    if phase == 5:
        people.plan_release(machine.science)
    machine.measure(phase)
    people.handle_incidents()
    people.settle(phase)
    if phase == 4:
        machine.update_risk_register()
    machine.add_review(phase)
    people.review_everything()
