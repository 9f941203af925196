"""Whether the parts of a catalogue fit together: names that point somewhere, no name twice, no task before itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

import catalogue
from catalogue.source import Place, Problem, Source

Sources = dict[str, Source]
Found = Iterator[Problem]
PHASES = range(1, 7)


def problems(sources: Sources) -> Found:
    yield from _unique_keys(sources)
    yield from _numbers(sources)
    yield from _tasks(sources)
    yield from _cycles(sources)
    yield from _questions(sources["catalogue.yaml"])
    yield from _document_kinds(sources)
    yield from _gates(sources)


def _each(sources: Sources, stem: str, name: str) -> Iterator[tuple[Source, Place, dict[str, Any]]]:
    for number in PHASES:
        source = sources[f"{stem}-{number}.yaml"]
        for index, row in enumerate(source.data[name]):
            yield source, (name, index), row


def _items(sources: Sources, name: str) -> Iterator[tuple[Source, Place, dict[str, Any]]]:
    for source, place, task in _each(sources, "phase", "tasks"):
        for index, row in enumerate(task[name]):
            yield source, (*place, name, index), row


def _keys(rows: Iterable[tuple[Source, Place, dict[str, Any]]]) -> set[str]:
    return {row["key"] for _, _, row in rows}


def _unknown(source: Source, place: Place, names: Iterable[str], known: Iterable[str], what: str) -> Found:
    known = set(known)
    for name in names:
        if name not in known:
            yield source.problem(place, "unknown-reference", f"There is no {what} “{name}”.")


def _unique_keys(sources: Sources) -> Found:
    """Items of a project share one name space with their kind, so a key stands once in the whole catalogue."""
    gates = sources["gates.yaml"]
    groups = [
        _each(sources, "phase", "requirements"),
        _each(sources, "phase", "tasks"),
        _items(sources, "risks"),
        _items(sources, "qa_methods"),
        _each(sources, "documents", "document_kinds"),
        ((gates, ("gates", i), gate) for i, gate in enumerate(gates.data["gates"])),
        (
            (gates, ("gates", i, "checks", j), check)
            for i, gate in enumerate(gates.data["gates"])
            for j, check in enumerate(gate["checks"])
        ),
    ]
    seen: dict[str, Source] = {}
    for group in groups:
        for source, place, row in group:
            if row["key"] in seen:
                where = seen[row["key"]].file
                yield source.problem((*place, "key"), "duplicate-id", f"“{row['key']}” is already used in {where}.")
            seen.setdefault(row["key"], source)


def _numbers(sources: Sources) -> Found:
    for number in PHASES:
        source = sources[f"phase-{number}.yaml"]
        if source.data["number"] != number:
            yield source.problem(("number",), "phase-number", f"This file is about phase {number}.")
    gates = sources["gates.yaml"]
    if [gate["phase"] for gate in gates.data["gates"]] != list(PHASES):
        yield gates.problem(("gates",), "phase-number", "There must be one gate for each phase, in their order.")


def _tasks(sources: Sources) -> Found:
    tasks = _keys(_each(sources, "phase", "tasks"))
    risks = _keys(_items(sources, "risks"))
    kinds = _keys(_each(sources, "documents", "document_kinds"))
    questions = {q["key"]: {o["key"] for o in q["options"]} for q in sources["catalogue.yaml"].data["questions"]}
    for source, place, task in _each(sources, "phase", "tasks"):
        yield from _unknown(source, (*place, "depends_on"), task["depends_on"], tasks, "task")
        yield from _unknown(source, (*place, "document_kinds"), task["document_kinds"], kinds, "document kind")
        ruled_out = task.get("not_applicable_when")
        if ruled_out:
            at = (*place, "not_applicable_when")
            yield from _unknown(source, at, [ruled_out["question"]], questions, "question")
            answers = questions.get(ruled_out["question"], set())
            yield from _unknown(source, at, ruled_out["answers"], answers, "answer to this question")
        if task["required"] and (ruled_out or task.get("applies_when")):
            yield source.problem(place, "required-task", "A required task always applies; it can have no condition.")
    for source, place, method in _items(sources, "qa_methods"):
        yield from _unknown(source, (*place, "mitigates"), method["mitigates"], risks, "risk")


def _cycles(sources: Sources) -> Found:
    found = {row["key"]: (source, place, row) for source, place, row in _each(sources, "phase", "tasks")}
    graph = {key: [name for name in row["depends_on"] if name in found] for key, (_, _, row) in found.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        source, place, _ = found[error.args[1][0]]
        yield source.problem((*place, "depends_on"), "cycle", f"Tasks wait for each other: {' → '.join(error.args[1])}.")


def _questions(source: Source) -> Found:
    for index, question in enumerate(source.data["questions"]):
        options = [option["key"] for option in question["options"]]
        yield from _unknown(source, ("questions", index, "default"), [question["default"]], options, "option")


def _document_kinds(sources: Sources) -> Found:
    roles = _roles(sources)
    used = {kind for _, _, task in _each(sources, "phase", "tasks") for kind in task["document_kinds"]}
    for source, place, kind in _each(sources, "documents", "document_kinds"):
        named = [role for group in kind["review_roles"] for role in group]
        yield from _unknown(source, (*place, "review_roles"), named, roles, "role")
        if kind["key"] not in used:
            yield source.problem(place, "unused", f"No task produces “{kind['key']}”.")
        yield from _fields(source, (*place, "fields"), kind["fields"])


def _fields(source: Source, place: Place, fields: list[dict[str, Any]]) -> Found:
    seen = set()
    for index, field in enumerate(fields):
        at = (*place, index)
        if field["key"] in seen:
            yield source.problem(at, "duplicate-id", f"The field “{field['key']}” stands here twice.")
        seen.add(field["key"])
        if (field["type"] == "choice") != ("options" in field):
            yield source.problem(at, "options", "Options belong to a choice, and a choice needs them.")
        if (field["type"] == "table") != ("columns" in field):
            yield source.problem(at, "columns", "Columns belong to a table, and a table needs them.")
        yield from _fields(source, (*at, "columns"), field.get("columns", []))


def _gates(sources: Sources) -> Found:
    source, roles = sources["gates.yaml"], _roles(sources)
    kinds = {row["key"]: row for _, _, row in _each(sources, "documents", "document_kinds")}
    for index, gate in enumerate(source.data["gates"]):
        place = ("gates", index)
        yield from _unknown(source, (*place, "deciders"), gate["deciders"], roles, "role")
        yield from _unknown(source, (*place, "required_outputs"), gate["required_outputs"], kinds, "document kind")
        for number, check in enumerate(gate["checks"]):
            yield from _check(source, (*place, "checks", number), check, roles, kinds)
    gates = {gate["key"] for gate in source.data["gates"]}
    for index, gate in enumerate(source.data["gates"]):
        for number, check in enumerate(gate["checks"]):
            named = [check["params"]["gate"]] if "gate" in check.get("params", {}) else []
            yield from _unknown(source, ("gates", index, "checks", number), named, gates, "gate")
    for index, check in enumerate(source.data["common_checks"]):
        yield from _check(source, ("common_checks", index), check, roles, kinds)


def _check(source: Source, place: Place, check: dict[str, Any], roles: set[str], kinds: dict[str, Any]) -> Found:
    params = check.get("params", {})
    yield from _unknown(source, (*place, "mend_roles"), check.get("mend_roles", []), roles, "role")
    named = [*params.get("roles", []), *(role for group in params.get("roles_any", []) for role in group)]
    yield from _unknown(source, (*place, "params"), named, roles, "role")
    if catalogue.rules_registered:
        yield from _unknown(source, (*place, "rule"), [check["rule"]], catalogue.rules_registered, "rule")
    of_kinds = [params[name] for name in ("kind", "than", "kind_a", "kind_b") if name in params]
    yield from _unknown(source, (*place, "params"), of_kinds + params.get("kinds", []), kinds, "document kind")
    for kind, field in _fields_read(params):
        if kind in kinds:
            known = {each["key"] for each in kinds[kind]["fields"]}
            yield from _unknown(source, (*place, "params"), [field], known, f"field of {kind}")
    yield from _columns(source, (*place, "params"), params, kinds)


def _fields_read(params: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for kind, field in (("kind", "field"), ("kind", "table"), ("kind_a", "field_a"), ("kind_b", "field_b")):
        if kind in params and field in params:
            yield params[kind], params[field]
    yield from zip(params.get("kinds", []), params.get("fields", []), strict=False)


def _columns(source: Source, place: Place, params: dict[str, Any], kinds: dict[str, Any]) -> Found:
    """Rules read a column in every row, so it must be one that every row has."""
    fields = kinds.get(params.get("kind"), {}).get("fields", [])
    table = next((each for each in fields if each["key"] == params.get("table")), {"columns": []})
    known = {column["key"] for column in table.get("columns", []) if column.get("required")}
    named = [params[name] for name in ("column", "minimum") if name in params]
    yield from _unknown(source, place, [*named, *params.get("where", {})], known, "required column")


def _roles(sources: Sources) -> set[str]:
    return {role["key"] for role in sources["catalogue.yaml"].data["roles"]}
