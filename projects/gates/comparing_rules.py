"""Rules that hold one accepted document against another."""

from __future__ import annotations

from typing import Any

from catalogue.rule_params import Param
from projects.gates.rules import (
    COLUMN,
    FIELD,
    KIND,
    TABLE,
    Facts,
    Finding,
    Params,
    accepted,
    condition,
    field_name,
    link,
    listed,
    met,
    missing,
    not_met,
    rows_of,
    rule,
    satisfies,
    shown,
)

BY_TABLE = Param(names="field", of="by_kind", types=("table",))
BY_COLUMN = Param(names="column", of="by_table")


@rule(kinds=Param("texts", names="kind"), fields=Param("texts", names="field", of="kinds", is_filled=True))
def documents_agree(facts: Facts, params: Params) -> Finding:
    """The same value stands in `fields[i]` of each of `kinds[i]`."""
    pairs = list(zip(params["kinds"], params["fields"], strict=True))
    for kind, _ in pairs:
        if accepted(facts, kind) is None:
            return missing(facts, kind)
    values = [accepted(facts, kind)["fields"].get(key) for kind, key in pairs]
    links = [link("document", kind) for kind, _ in pairs]
    names = [facts["kind_names"].get(kind, kind) for kind, _ in pairs]
    if len(set(map(str, values))) == 1 and values[0]:
        return met(f"Both name {values[0]}.", links)
    said = [f"{name}: {shown(value)}" for name, value in zip(names, values, strict=True)]
    return not_met(f"They differ: {listed(said)}.", links)


@rule(kind=KIND, than=KIND)
def document_newer(facts: Facts, params: Params) -> Finding:
    """`kind` was accepted or confirmed after `than` was."""
    newer, older = accepted(facts, params["kind"]), accepted(facts, params["than"])
    for kind, document in ((params["kind"], newer), (params["than"], older)):
        if document is None:
            return missing(facts, kind)
    links = [link("document", params["kind"])]
    name = facts["kind_names"].get(params["than"], params["than"])
    if newer["settled_at"] >= older["settled_at"]:
        return met(f"Accepted {newer['settled_at'][:10]}, after “{name}”.", links)
    return not_met(f"It is older than “{name}”, which it has to take into account: review it once more.", links)


@rule(
    kind=KIND,
    table=TABLE,
    column=COLUMN,
    by_kind=KIND,
    by_table=BY_TABLE,
    by_column=BY_COLUMN,
    value=Param(names="column", of="by_table", is_required=False),
    verdict=Param(names="column", of="by_table", is_required=False),
    **condition(of="verdict", is_required=False),
)
def rows_answered(facts: Facts, params: Params) -> Finding:
    """What each row of one table names in `column` is taken up in `by_column` of another.

    With `verdict`, the answer has to satisfy the condition there. `value` is the column told with each answer.
    """
    for kind in (params["kind"], params["by_kind"]):
        if accepted(facts, kind) is None:
            return missing(facts, kind)
    named = [row.get(params["column"]) for row in rows_of(facts, params["kind"], params["table"])]
    asked = dict.fromkeys(name for name in named if name)
    answers: dict[str, list[dict[str, Any]]] = {}
    for row in rows_of(facts, params["by_kind"], params["by_table"]):
        answers.setdefault(_folded(row.get(params["by_column"])), []).append(row)
    links = [link("document", params["by_kind"]), link("document", params["kind"])]
    lacking = [name for name in asked if _folded(name) not in answers]
    told = [(name, row) for name in asked for row in answers.get(_folded(name), [])]
    judged = told if "verdict" in params else []
    failed = [(name, row) for name, row in judged if not satisfies(row.get(params["verdict"]), params)]
    if lacking or failed:
        said = [f"Without an answer: {listed(lacking, 12)}."] if lacking else []
        said += [f"Not settled: {_told(failed, params)}."] if failed else []
        return not_met(" ".join(said), links)
    if not asked:
        return met(f"{field_name(facts, params['kind'], params['table'])}: nothing is named.", links)
    return met(f"{_told(told, params)}.", links)


@rule(
    kind=KIND,
    field=Param(names="field", of="kind", is_filled=True),
    by_kind=KIND,
    by_table=BY_TABLE,
    by_column=BY_COLUMN,
)
def field_in_table(facts: Facts, params: Params) -> Finding:
    """What a field of one document names is an entry in a table of another."""
    for kind in (params["kind"], params["by_kind"]):
        if accepted(facts, kind) is None:
            return missing(facts, kind)
    value = accepted(facts, params["kind"])["fields"].get(params["field"])
    known = [row.get(params["by_column"]) for row in rows_of(facts, params["by_kind"], params["by_table"])]
    links = [link("document", params["by_kind"]), link("document", params["kind"])]
    register = facts["kind_names"].get(params["by_kind"], params["by_kind"])
    if value in known:
        return met(f"“{register}” knows {value}.", links)
    return not_met(f"“{register}” does not know {shown(value)}, only {listed(map(str, known)) or 'nothing'}.", links)


@rule(kind=KIND, field=FIELD, by_kind=KIND, by_field=Param(names="field", of="by_kind"))
def set_against(facts: Facts, params: Params) -> Finding:
    """A later document says how it stands with what an earlier one expected; both are told."""
    for kind in (params["kind"], params["by_kind"]):
        if accepted(facts, kind) is None:
            return missing(facts, kind)
    expected = accepted(facts, params["kind"])["fields"].get(params["field"])
    found = accepted(facts, params["by_kind"])["fields"].get(params["by_field"])
    links = [link("document", params["kind"]), link("document", params["by_kind"])]
    said = f"Expected: {_quoted(expected)} Found: {_quoted(found)}"
    return met(said, links) if expected and found else not_met(said, links)


def _folded(text: Any) -> str:
    """Names are the same whatever their capitals and blanks."""
    return " ".join(str(text or "").casefold().split())


def _told(answers: list[tuple[str, dict[str, Any]]], params: Params) -> str:
    """Each name with its value and verdict."""

    def one(name: str, row: dict[str, Any]) -> str:
        verdict = str(row.get(params.get("verdict"), "")).replace("-", " ")
        told = [text for text in (row.get(params.get("value")), verdict) if text]
        return f"{name} ({', '.join(told)})" if told else name

    return listed((one(name, row) for name, row in answers), 12)


def _quoted(text: Any) -> str:
    text = str(text or "")
    return f"“{text if len(text) <= 300 else text[:299] + '…'}”" if text else "nothing."
