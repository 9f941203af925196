"""A catalogue as frozen objects: what the process asks for, without a trace of any project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from catalogue.models import CatalogueVersion

Groups = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Requirement:
    key: str
    kind: str  # requirement or constraint
    text: str
    source: tuple[str, ...] = ()


@dataclass(frozen=True)
class Risk:
    """`severity` and `likelihood` are the first guess that a project replaces by its own rating."""

    key: str
    name: str
    what_goes_wrong: str
    category: str
    severity: str
    likelihood: str
    source: tuple[str, ...] = ()


@dataclass(frozen=True)
class QAMethod:
    """`evidence` lists what shows that it was carried out: {"kind", "what"}."""

    key: str
    name: str
    what_it_does: str
    mitigates: tuple[str, ...]
    evidence: tuple[Mapping[str, str], ...]
    source: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """`not_applicable_when` is {"question", "answers", "reason"}: answers that rule the task out from the start."""

    key: str
    name: str
    group: str
    aim: str
    why: str
    required: bool
    applies_when: str
    not_applicable_when: Mapping[str, Any] | None
    depends_on: tuple[str, ...]
    document_kinds: tuple[str, ...]
    checklist: tuple[str, ...]
    risks: tuple[Risk, ...]
    qa_methods: tuple[QAMethod, ...]
    source: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """A column of a table; never itself a table or a list."""

    key: str
    label: str
    type: str
    required: bool
    options: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class Field:
    key: str
    label: str
    type: str
    required: bool
    help: str = ""
    options: tuple[Mapping[str, str], ...] = ()
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True)
class DocumentKind:
    """`phase` is the number of the phase it belongs to; one acceptance is needed from each group of `review_roles`."""

    key: str
    name: str
    kind: str
    phase: int
    tasks: tuple[str, ...]
    fields: tuple[Field, ...]
    review_roles: Groups

    def field(self, key: str) -> Field:
        return next(each for each in self.fields if each.key == key)


@dataclass(frozen=True)
class Check:
    """One thing a gate asks for, judged by `rule`; those who hold one of `mend_roles` can put it right."""

    key: str
    text: str
    blocking: bool
    waivable: bool
    when: str  # "submission" or "decision"
    rule: str
    params: Mapping[str, Any]
    mend_roles: tuple[str, ...]


@dataclass(frozen=True)
class Gate:
    """`own_checks` are asked at this gate only, `checks` are these and the ones common to all gates."""

    key: str
    name: str
    exit_question: str
    deciders: tuple[str, ...]
    required_outputs: tuple[str, ...]
    levels_that_must_be_met: tuple[str, ...]
    criteria_judged: Mapping[str, Any]
    recurring: bool
    outcomes: tuple[Mapping[str, Any], ...]
    own_checks: tuple[Check, ...]
    common_checks: tuple[Check, ...]

    @property
    def checks(self) -> tuple[Check, ...]:
        return self.own_checks + self.common_checks


@dataclass(frozen=True)
class Phase:
    number: int
    key: str
    name: str
    aim: str
    requirements: tuple[Requirement, ...]
    tasks: tuple[Task, ...]
    gate: Gate


@dataclass(frozen=True)
class TailoringQuestion:
    key: str
    text: str
    help: str
    options: tuple[Mapping[str, str], ...]
    default: str


@dataclass(frozen=True)
class Rating:
    """A rating is severity times likelihood. Up to `feasible_up_to` it is borne, from `needs_qa_from` it needs a QA
    method, and what remains from `acceptance_from` on needs a signature."""

    severities: Mapping[str, int]
    likelihoods: Mapping[str, int]
    feasible_up_to: int
    needs_qa_from: int
    critical_needs_qa: bool
    acceptance_from: int


@dataclass(frozen=True)
class Catalogue:
    key: str
    version: str
    name: str
    roles: Mapping[str, str]
    rating: Rating
    questions: tuple[TailoringQuestion, ...]
    phases: tuple[Phase, ...]
    document_kinds: Mapping[str, DocumentKind] = field(repr=False)

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


_built: dict[UUID, Catalogue] = {}


def of(row: CatalogueVersion) -> Catalogue:
    """The definitions of a loaded version. Kept for the life of the process, as a version never changes."""
    if row.pk not in _built:
        _built[row.pk] = build(row.body)
    return _built[row.pk]


def build(body: Mapping[str, Any]) -> Catalogue:
    """Definitions from the content of a catalogue that the loader has accepted."""
    gates = {gate["phase"]: gate for gate in body["gates"]}
    return Catalogue(
        key=body["key"],
        version=body["version"],
        name=body["name"],
        roles={role["key"]: role["name"] for role in body["roles"]},
        rating=Rating(**body["rating"]),
        questions=tuple(TailoringQuestion(**{**q, "options": tuple(q["options"])}) for q in body["questions"]),
        phases=tuple(_phase(phase, gates[phase["number"]], body["common_checks"]) for phase in body["phases"]),
        document_kinds={kind["key"]: _document_kind(kind) for kind in body["document_kinds"]},
    )


def _phase(row: Mapping[str, Any], gate: Mapping[str, Any], common: list[Mapping[str, Any]]) -> Phase:
    return Phase(
        number=row["number"],
        key=row["key"],
        name=row["name"],
        aim=row["aim"],
        requirements=tuple(_frozen(Requirement, each) for each in row["requirements"]),
        tasks=tuple(_task(each) for each in row["tasks"]),
        gate=_gate(gate, common),
    )


def _task(row: Mapping[str, Any]) -> Task:
    return _frozen(
        Task,
        {
            "applies_when": "",
            "not_applicable_when": None,
            **row,
            "risks": [_frozen(Risk, each) for each in row["risks"]],
            "qa_methods": [_frozen(QAMethod, each) for each in row["qa_methods"]],
        },
    )


def _document_kind(row: Mapping[str, Any]) -> DocumentKind:
    fields = [_field(each) for each in row["fields"]]
    groups = tuple(tuple(group) for group in row["review_roles"])
    return _frozen(DocumentKind, {**row, "fields": fields, "review_roles": groups})


def _field(row: Mapping[str, Any]) -> Field:
    columns = [_frozen(Column, {"required": False, **each}) for each in row.get("columns", [])]
    return _frozen(Field, {"required": False, **row, "columns": columns})


def _gate(row: Mapping[str, Any], common: list[Mapping[str, Any]]) -> Gate:
    own = {name: value for name, value in row.items() if name not in {"checks", "phase", "measured_in"}}
    return _frozen(
        Gate,
        {
            "recurring": False,
            **own,
            "own_checks": [_check(each) for each in row["checks"]],
            "common_checks": [_common(each, row) for each in common if row["phase"] in each["phases"]],
        },
    )


def _common(row: Mapping[str, Any], gate: Mapping[str, Any]) -> Check:
    """A check of all gates, with its key and the parameters that it takes from the gate."""
    params = {**row.get("params", {}), **{name: gate[of_gate] for name, of_gate in row.get("params_of_gate", {}).items()}}
    rest = {name: value for name, value in row.items() if name not in {"phases", "params_of_gate"}}
    return _check({**rest, "key": f"g{gate['phase']}-common-{row['key']}", "params": params})


def _check(row: Mapping[str, Any]) -> Check:
    return _frozen(Check, {"blocking": True, "waivable": False, "when": "submission", "mend_roles": [], **row})


def _frozen(kind: type, row: Mapping[str, Any]) -> Any:
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in row.items()})
