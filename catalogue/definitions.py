"""The catalogue as frozen objects, made from the body of a stored version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from catalogue.document_kinds import DocumentKind, document_kinds

if TYPE_CHECKING:
    from catalogue.models import CatalogueVersion


@dataclass(frozen=True)
class Risk:
    key: str
    name: str
    what_goes_wrong: str
    category: str
    severity: str
    likelihood: str
    source: str = ""


@dataclass(frozen=True)
class QAMethod:
    key: str
    name: str
    what_it_does: str
    mitigates: tuple[str, ...]
    evidence: tuple[Mapping[str, str], ...]
    source: str = ""


@dataclass(frozen=True)
class Task:
    """`not_applicable_when` names a tailoring question, the answers that rule the task out, and the reason to note."""

    key: str
    name: str
    group: str
    aim: str
    why: str
    required: bool
    depends_on: tuple[str, ...]
    document_kinds: tuple[str, ...]
    checklist: tuple[str, ...]
    risks: tuple[Risk, ...]
    qa_methods: tuple[QAMethod, ...]
    applies_when: str | None = None
    not_applicable_when: Mapping[str, Any] | None = None
    contributes_to: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Requirement:
    key: str
    kind: str
    text: str
    source: str = ""


@dataclass(frozen=True)
class Check:
    """A question of a gate. `when`: can be judged at "submission", or only at the "decision".

    Met when its rule is, and each {"rule", "params"} of `also`. `applies_when` names a tailoring question and the
    answers under which it is asked at all.
    """

    key: str
    text: str
    blocking: bool
    waivable: bool
    when: str
    rule: str
    params: Mapping[str, Any]
    mend_roles: tuple[str, ...]
    also: tuple[Mapping[str, Any], ...] = ()
    applies_when: Mapping[str, Any] | None = None
    source: str = ""


@dataclass(frozen=True)
class Gate:
    key: str
    phase: int
    name: str
    exit_question: str
    recurring: bool
    deciders: tuple[str, ...]
    required_outputs: tuple[str, ...]
    levels_that_must_be_met: tuple[str, ...]
    criteria_judged: Mapping[str, Any]
    outcomes: tuple[Mapping[str, Any], ...]
    own_checks: tuple[Check, ...]
    common_checks: tuple[Check, ...]
    judged_version: Mapping[str, str] | None = None  # {"kind", "field"} that name the version the gate decides on

    @property
    def checks(self) -> tuple[Check, ...]:
        return self.own_checks + self.common_checks

    def judges(self, level: str) -> bool:
        """Whether criteria of this level matter at the gate."""
        return self.criteria_judged[level]["mode"] not in {"not-judged", "indirect"}

    @property
    def releases(self) -> bool:
        """Passing it puts the model into operation: the gate of the fifth phase of six, in every catalogue."""
        return self.phase == 5


@dataclass(frozen=True)
class Phase:
    number: int
    key: str
    name: str
    aim: str
    requirements: tuple[Requirement, ...]
    tasks: tuple[Task, ...]
    gate: Gate
    aliases: tuple[str, ...] = ()
    note: str = ""
    source: str = ""


@dataclass(frozen=True)
class TailoringQuestion:
    key: str
    text: str
    options: tuple[Mapping[str, str], ...]
    default: str
    help: str = ""
    warning: Mapping[str, Any] | None = None  # {"answers", "text"}: shown wherever the project is


@dataclass(frozen=True)
class Rating:
    """Severity value times likelihood value. Limits compare with that product."""

    severities: Mapping[str, int]
    likelihoods: Mapping[str, int]
    feasible_up_to: int
    needs_qa_from: int
    critical_needs_qa: bool
    acceptance_from: int

    def value(self, severity: str, likelihood: str) -> int:
        return self.severities[severity] * self.likelihoods[likelihood]

    def is_tolerable(self, severity: str, value: int, was_treated: bool) -> bool:
        """Whether a rating closes a risk: at or below the limit, and a critical one only after a QA method."""
        if severity == "critical" and self.critical_needs_qa and not was_treated:
            return False
        return value <= self.feasible_up_to


@dataclass(frozen=True)
class Cycle:
    """A way back beside the served model: to which phase, and the tasks that open there."""

    to_phase: int
    tasks: tuple[str, ...]


@dataclass(frozen=True)
class Catalogue:
    key: str
    version: str
    name: str
    roles: Mapping[str, str]
    rating: Rating
    questions: tuple[TailoringQuestion, ...]
    phases: tuple[Phase, ...]
    cycles: Mapping[str, Cycle]
    document_kinds: Mapping[str, DocumentKind] = field(default_factory=dict)

    def warnings(self, answers: Mapping[str, str]) -> list[str]:
        """What has to be said of a project with these answers, wherever it is shown."""
        given = [(question.warning, answers.get(question.key)) for question in self.questions]
        return [warning["text"] for warning, answer in given if warning and answer in warning["answers"]]

    @cached_property
    def sources(self) -> dict[str, str]:
        """Where the process says so, by key of a requirement, task, risk, QA method or kind of document."""
        tasks = [task for phase in self.phases for task in phase.tasks]
        rows = [row for phase in self.phases for row in phase.requirements]
        rows += [*tasks, *(row for task in tasks for row in (*task.risks, *task.qa_methods))]
        return {row.key: row.source for row in [*rows, *self.document_kinds.values()] if row.source}

    def phase(self, number: int) -> Phase:
        return self.phases[number - 1]

    def gate(self, key: str) -> Gate:
        return self._gates[key]

    def task(self, key: str) -> Task:
        return self._tasks[key]

    @cached_property
    def _gates(self) -> dict[str, Gate]:
        return {phase.gate.key: phase.gate for phase in self.phases}

    @cached_property
    def _tasks(self) -> dict[str, Task]:
        return {task.key: task for phase in self.phases for task in phase.tasks}


def of(version: CatalogueVersion) -> Catalogue:
    """The objects of a stored version; built once per process, since a version never changes."""
    found = _built.get(version.pk)
    if found is None:
        found = _built[version.pk] = build(version.body)
    return found


_built: dict[UUID, Catalogue] = {}


def build(body: Mapping[str, Any]) -> Catalogue:
    gates = {gate["phase"]: _gate(gate) for gate in body["gates"]}
    return Catalogue(
        key=body["key"],
        version=body["version"],
        name=body["name"],
        roles={role["key"]: role["name"] for role in body["roles"]},
        rating=Rating(**body["rating"]),
        questions=tuple(TailoringQuestion(**{**q, "options": tuple(q["options"])}) for q in body["questions"]),
        phases=tuple(_phase(phase, gates[phase["number"]]) for phase in body["phases"]),
        cycles={key: Cycle(c["to_phase"], tuple(c["tasks"])) for key, c in body["cycles"].items()},
        document_kinds=document_kinds(body),
    )


def _phase(phase: Mapping[str, Any], gate: Gate) -> Phase:
    return Phase(
        number=phase["number"],
        key=phase["key"],
        name=phase["name"],
        aim=phase["aim"],
        requirements=tuple(Requirement(**requirement) for requirement in phase["requirements"]),
        tasks=tuple(_task(task) for task in phase["tasks"]),
        gate=gate,
        aliases=tuple(phase.get("aliases", ())),
        note=phase.get("note", ""),
        source=phase.get("source", ""),
    )


def _task(task: Mapping[str, Any]) -> Task:
    return Task(
        **{
            **task,
            **{name: tuple(task[name]) for name in ("depends_on", "document_kinds", "checklist")},
            "contributes_to": tuple(task.get("contributes_to", ())),
            "risks": tuple(Risk(**risk) for risk in task["risks"]),
            "qa_methods": tuple(
                QAMethod(**{**m, "mitigates": tuple(m["mitigates"]), "evidence": tuple(m["evidence"])})
                for m in task["qa_methods"]
            ),
        }
    )


def _gate(gate: Mapping[str, Any]) -> Gate:
    tuples = ("deciders", "required_outputs", "levels_that_must_be_met", "outcomes")
    rest = {name: value for name, value in gate.items() if name not in {"checks", "common_checks"}}
    return Gate(
        **{**rest, **{name: tuple(gate[name]) for name in tuples}},
        own_checks=tuple(_check(check) for check in gate["checks"]),
        common_checks=tuple(_check(check) for check in gate["common_checks"]),
    )


def _check(check: Mapping[str, Any]) -> Check:
    return Check(**{**check, "mend_roles": tuple(check["mend_roles"]), "also": tuple(check.get("also", ()))})
