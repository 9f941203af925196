"""Rules a catalogue must keep: its JSON Schema, then that everything it refers to exists."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from catalogue import document_faults, rule_params
from catalogue.files import File, Position

SCHEMA = json.loads((Path(__file__).parent / "schema" / "catalogue.json").read_text())
# The gate rules that exist, each with its parameters; the app that judges gates adds them at start-up.
KNOWN_RULES: dict[str, rule_params.Declared] = {}
Place = tuple[File, Position]


def body_of(found: list[File]) -> dict[str, Any]:
    """One body from all files of a catalogue without faults."""
    head = next(file for file in found if _type(file) == "catalogue")
    parts = {kind: [f.data for f in found if _type(f) == kind] for kind in ("phase", "documents", "gates")}
    return {
        **head.data,
        "phases": sorted(parts["phase"], key=lambda phase: phase["number"]),
        "documents": sorted(parts["documents"], key=lambda part: part["phase"]),
        "gates": sorted(parts["gates"][0]["gates"], key=lambda gate: gate["phase"]),
    }


def faults_of(found: list[File]) -> list[str]:
    """Every broken rule, as "file, line, rule: sentence"; references are looked at once the shape is right."""
    for file in found:
        _check_shape(file)
    _check_completeness(found)
    if not any(file.faults for file in found):
        _References(found).check()
    return [fault for file in found for fault in file.faults]


def _type(file: File) -> str:
    name = file.name.removesuffix(".yaml")
    return name.rsplit("-", 1)[0] if name[-1].isdigit() else name


def _check_shape(file: File) -> None:
    schema = {**SCHEMA, "$ref": f"#/$defs/{_type(file)}"}
    if _type(file) not in SCHEMA["$defs"]:
        file.fault((), "known-file", "The file is none of catalogue, phase-N, documents-N, gates.")
        return
    for error in sorted(Draft202012Validator(schema).iter_errors(file.data), key=lambda e: list(map(str, e.path))):
        file.fault(tuple(error.absolute_path), str(error.validator), error.message[:300])


def _check_completeness(found: list[File]) -> None:
    types = [_type(file) for file in found]
    if not found or types.count("catalogue") != 1 or types.count("gates") != 1:
        raise_on = found[0] if found else File("catalogue.yaml")
        if not found:
            found.append(raise_on)
        raise_on.fault((), "complete", "A catalogue has one file catalogue.yaml and one gates.yaml.")
        return
    numbers = [file.data.get("number") for file in found if _type(file) == "phase" and isinstance(file.data, dict)]
    if sorted(map(str, numbers)) != [str(n) for n in range(1, 7)]:
        next(f for f in found if _type(f) == "catalogue").fault(
            (), "six-phases", "Phases 1 to 6 are needed, each once."
        )


class _References:
    """Everything a key may refer to, gathered once."""

    def __init__(self, found: list[File]) -> None:
        self.found = found
        self.head = next(f for f in found if _type(f) == "catalogue")
        head = self.head.data
        self.roles = {role["key"] for role in head["roles"]}
        self.questions = {q["key"]: {o["key"] for o in q["options"]} for q in head["questions"]}
        self.tasks = {task["key"]: (place, task) for place, task in self._each_task()}
        self.risks = {risk["key"] for _, task in self.tasks.values() for risk in task["risks"]}
        self.kinds = {kind["key"]: kind for _, kind in self._each_kind()}
        self.gates = {gate["key"] for _, gate in self._each_gate()}

    def check(self) -> None:
        self._check_unique()
        for place, task in self.tasks.values():
            self._check_task(place, task)
        self._check_cycles()
        for name, cycle in self.head.data["cycles"].items():
            self._known(self.head, ("cycles", name), "known-task", cycle["tasks"], self.tasks)
        for (file, at), kind in self._each_kind():
            for group in kind["review_roles"]:
                self._known(file, (*at, "review_roles"), "known-role", group, self.roles)
            for place, rule, sentence in document_faults.faults(kind, self.tasks):
                file.fault((*at, *place), rule, sentence)
        for place, gate in self._each_gate():
            self._check_gate(place, gate)

    def _each_task(self) -> Iterator[tuple[Place, dict[str, Any]]]:
        for file in self.found:
            if _type(file) == "phase":
                for i, task in enumerate(file.data["tasks"]):
                    yield (file, ("tasks", i)), task

    def _each_kind(self) -> Iterator[tuple[Place, dict[str, Any]]]:
        for file in self.found:
            if _type(file) == "documents":
                for i, kind in enumerate(file.data["documents"]):
                    yield (file, ("documents", i)), kind

    def _each_gate(self) -> Iterator[tuple[Place, dict[str, Any]]]:
        for file in self.found:
            if _type(file) == "gates":
                for i, gate in enumerate(file.data["gates"]):
                    yield (file, ("gates", i)), gate

    def _check_unique(self) -> None:
        seen: dict[str, str] = {}
        for file in self.found:
            for at, value in _keys(file.data, ()):
                if value in seen:
                    file.fault(at, "unique-id", f"“{value}” is used already in {seen[value]}.")
                seen[value] = file.name

    def _check_task(self, place: Place, task: dict[str, Any]) -> None:
        file, at = place
        self._known(file, (*at, "depends_on"), "known-task", task["depends_on"], self.tasks)
        documents = [*task["document_kinds"], *task.get("contributes_to", ())]
        self._known(file, (*at, "document_kinds"), "known-document", documents, self.kinds)
        for i, method in enumerate(task["qa_methods"]):
            self._known(file, (*at, "qa_methods", i), "known-risk", method["mitigates"], self.risks)
        condition = task.get("not_applicable_when")
        self._check_answers(file, (*at, "not_applicable_when"), condition)
        if task["required"] and (condition or task.get("applies_when")):
            file.fault(at, "conditional", f"“{task['key']}” is required, so it can not depend on an answer.")

    def _check_cycles(self) -> None:
        done: set[str] = set()

        def visit(key: str, path: tuple[str, ...]) -> None:
            if key in path:
                (file, at), _ = self.tasks[key]
                circle = " → ".join((*path[path.index(key) :], key))
                file.fault((*at, "depends_on"), "no-cycle", f"Tasks wait for each other: {circle}.")
            elif key not in done:
                for before in self.tasks[key][1]["depends_on"] if key in self.tasks else ():
                    visit(before, (*path, key))
                done.add(key)

        for key in self.tasks:
            visit(key, ())

    def _check_gate(self, place: Place, gate: dict[str, Any]) -> None:
        file, at = place
        self._known(file, (*at, "deciders"), "known-role", gate["deciders"], self.roles)
        self._known(file, (*at, "required_outputs"), "known-document", gate["required_outputs"], self.kinds)
        if judged := gate.get("judged_version"):
            self._known(file, (*at, "judged_version"), "known-document", [judged["kind"]], self.kinds)
        for part in ("checks", "common_checks"):
            for i, check in enumerate(gate[part]):
                self._check_check(file, (*at, part, i), check)

    def _check_check(self, file: File, at: Position, check: dict[str, Any]) -> None:
        self._known(file, (*at, "mend_roles"), "known-role", check["mend_roles"], self.roles)
        self._check_answers(file, (*at, "applies_when"), check.get("applies_when"))
        self._check_rule(file, at, check)
        for i, further in enumerate(check.get("also", ())):
            self._check_rule(file, (*at, "also", i), further)

    def _check_answers(self, file: File, at: Position, condition: dict[str, Any] | None) -> None:
        if condition and not set(condition["answers"]) <= self.questions.get(condition["question"], set()):
            file.fault(at, "known-question", "No question has these answers.")

    def _check_rule(self, file: File, at: Position, check: dict[str, Any]) -> None:
        self._known(file, (*at, "rule"), "known-rule", [check["rule"]], KNOWN_RULES)
        declared = KNOWN_RULES.get(check["rule"])
        if declared is None:
            return
        known = {"role": self.roles, "kind": self.kinds, "risk": self.risks, "gate": self.gates, "task": self.tasks}
        for name, rule, sentence in rule_params.faults(declared, check["params"], known):
            file.fault((*at, "params", name), rule, f"{check['rule']}: {sentence}")

    @staticmethod
    def _known(file: File, at: Position, rule: str, keys: Any, known: Any) -> None:
        for key in keys:
            if key not in known:
                file.fault(at, rule, f"There is no “{key}”.")


def _keys(value: Any, at: Position) -> Iterator[tuple[Position, str]]:
    """Ids that must be unique in the whole catalogue; keys of options, fields, columns and roles are local."""
    if isinstance(value, dict):
        if isinstance(value.get("key"), str):
            yield (*at, "key"), value["key"]
        for name, child in value.items():
            if name not in {"options", "fields", "columns", "roles", "questions"}:
                yield from _keys(child, (*at, name))
    elif isinstance(value, list):
        for i, child in enumerate(value):
            yield from _keys(child, (*at, i))
