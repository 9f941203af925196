"""Rules that read accepted documents."""

from __future__ import annotations

from decimal import Decimal
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
    is_borne,
    link,
    listed,
    met,
    missing,
    not_met,
    rule,
    unknown,
)

# A row without one of these could not be judged.
NUMBERS = Param(names="column", of="table", types=("number", "integer"), is_filled=True)


@rule(kinds=Param("texts", names="kind"))
def documents_accepted(facts: Facts, params: Params) -> Finding:
    lacking = [kind for kind in params["kinds"] if accepted(facts, kind) is None]
    names = [facts["kind_names"].get(kind, kind) for kind in lacking]
    links = [link("document", kind) for kind in lacking]
    if not lacking:
        return met("All of them are accepted.", [link("document", kind) for kind in params["kinds"]])
    return not_met(f"Not accepted in this iteration: {listed(names)}.", links)


@rule(kind=KIND, field=FIELD, task=Param(names="task", is_required=False), **condition(of="field"))
def document_field(facts: Facts, params: Params) -> Finding:
    """`equals`, `one_of` or `not_empty` decides on one field of one accepted document.

    With `task`, the check is met when that conditional task does not apply.
    """
    if any(t["key"] == params.get("task") and t["state"] == "not_applicable" for t in facts["tasks"]):
        return met("The task does not apply to this project.", [link("task", params["task"])])
    kind, key = params["kind"], params["field"]
    document = accepted(facts, kind)
    if document is None:
        return missing(facts, kind)
    value, links = document["fields"].get(key), [link("document", kind)]
    name = _field_name(facts, kind, key)
    if _satisfies(value, params):
        return met(f"{name}: {_shown(value)}.", links)
    return not_met(f"{name} is {_shown(value)}; needed is {_wanted(params)}.", links)


@rule(
    kind=KIND,
    table=TABLE,
    where=Param("cells", names="cell", of="table", is_required=False),
    at_least=Param("count", is_required=False),
)
def document_rows(facts: Facts, params: Params) -> Finding:
    """The table has `at_least` rows that satisfy `where` (column: value)."""
    document = accepted(facts, params["kind"])
    if document is None:
        return missing(facts, params["kind"])
    where = params.get("where", {})
    rows = [
        row for row in document["fields"].get(params["table"]) or [] if all(row.get(c) == v for c, v in where.items())
    ]
    needed, links = params.get("at_least", 1), [link("document", params["kind"])]
    name = _field_name(facts, params["kind"], params["table"])
    condition = " with " + ", ".join(f"{c.replace('-', ' ')} “{v}”" for c, v in where.items()) if where else ""
    said = f"{name}: {len(rows)} of at least {needed} {'row' if needed == 1 else 'rows'}{condition}."
    return met(said, links) if len(rows) >= needed else not_met(said, links)


@rule(kind=KIND, table=TABLE, column=COLUMN, **condition(of="column"))
def every_row(facts: Facts, params: Params) -> Finding:
    """Each row satisfies `one_of`, `equals` or `not_empty` in `column`; an empty table says nothing against it."""
    document = accepted(facts, params["kind"])
    if document is None:
        return missing(facts, params["kind"])
    rows = document["fields"].get(params["table"]) or []
    bad = [row for row in rows if not _satisfies(row.get(params["column"]), params)]
    links, column = [link("document", params["kind"])], params["column"].replace("-", " ")
    if bad:
        return not_met(
            f"{len(bad)} of {len(rows)} rows need {_wanted(params)} in “{column}”: {listed(map(_row_name, bad))}.",
            links,
        )
    return met(f"All {len(rows)} rows are in order.", links)


@rule(kind=KIND, table=TABLE, column=NUMBERS, minimum=NUMBERS)
def column_at_least(facts: Facts, params: Params) -> Finding:
    """In every row the number in `column` reaches the number in the column `minimum`."""
    document = accepted(facts, params["kind"])
    if document is None:
        return missing(facts, params["kind"])
    rows, links = document["fields"].get(params["table"]) or [], [link("document", params["kind"])]
    if not rows:
        return unknown("The table is empty.", links)
    low = [row for row in rows if Decimal(row[params["column"]]) < Decimal(row[params["minimum"]])]
    if low:
        seen = [f"{_row_name(r)} ({r[params['column']]} below {r[params['minimum']]})" for r in low]
        return not_met(f"Below the minimum: {listed(seen)}.", links)
    return met(f"All {len(rows)} rows reach their minimum.", links)


@rule(kind=KIND, table=TABLE, column=COLUMN, values=Param("texts", names="option", of="column"))
def column_covers(facts: Facts, params: Params) -> Finding:
    """Each of `values` stands in `column` of at least one row."""
    document = accepted(facts, params["kind"])
    if document is None:
        return missing(facts, params["kind"])
    there = {row.get(params["column"]) for row in document["fields"].get(params["table"]) or []}
    lacking = [value for value in params["values"] if value not in there]
    links = [link("document", params["kind"])]
    if lacking:
        return not_met(f"Not treated: {listed(value.replace('-', ' ') for value in lacking)}.", links)
    return met(f"All {len(params['values'])} are treated.", links)


@rule(kind=KIND, roles_any=Param("groups", names="role"))
def document_approved_by(facts: Facts, params: Params) -> Finding:
    """Accepted by one role of each group in `roles_any`."""
    document = accepted(facts, params["kind"])
    if document is None:
        return missing(facts, params["kind"])
    held = {review["role"] for review in document["reviews"] if review["verdict"] != "rejected"}
    open_groups = [group for group in params["roles_any"] if not held & set(group)]
    links = [link("document", params["kind"])]
    if open_groups:
        wanted = "; ".join(" or ".join(r.replace("-", " ") for r in group) for group in open_groups)
        return not_met(f"Still to be accepted by: {wanted}.", links)
    return met("Accepted by " + listed(sorted(r.replace("-", " ") for r in held)) + ".", links)


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
    said = [f"{name}: {_shown(value)}" for name, value in zip(names, values, strict=True)]
    return not_met(f"They differ: {listed(said)}.", links)


@rule(kind=KIND, than=KIND)
def document_newer(facts: Facts, params: Params) -> Finding:
    """`kind` was accepted or confirmed after `than` was."""
    newer, older = accepted(facts, params["kind"]), accepted(facts, params["than"])
    for kind, document in ((params["kind"], newer), (params["than"], older)):
        if document is None:
            return missing(facts, kind)
    links = [link("document", params["kind"])]
    if newer["settled_at"] >= older["settled_at"]:
        return met(f"Renewed {newer['settled_at'][:10]}, after the evaluation.", links)
    return not_met("It is older than what it has to take into account: review it once more.", links)


@rule(
    risk_keys=Param("texts", names="risk"),
    kind=KIND,
    field=FIELD,
    task=Param(names="task", is_required=False),
    **condition(of="field"),
)
def risk_accepted_or_document_field(facts: Facts, params: Params) -> Finding:
    """The document says so, or each risk named by `risk_keys` carries a signed acceptance."""
    finding = document_field(facts, params)
    risks = [risk for risk in facts["risks"] if risk["key"] in params["risk_keys"]]
    if finding.verdict == "met" or not risks or not all(is_borne(risk, facts) for risk in risks):
        return finding
    return met("The limit is accepted in the risk register.", [link("risk", risk["key"]) for risk in risks])


@rule(kind=KIND)
def measures_frozen(facts: Facts, params: Params) -> Finding:
    """The plan of measures was settled before the first measured result of the iteration."""
    document = accepted(facts, params["kind"])
    if document is None:
        return missing(facts, params["kind"])
    times = [m["recorded_at"] for c in facts["criteria"] for m in c["measurements"] if m["environment"] != "forecast"]
    links = [link("document", params["kind"])]
    if times and min(times) < document["first_settled_at"]:
        return not_met("A result was recorded before the quality measures were settled.", links)
    return met("Settled before the first result.", links)


def _satisfies(value: Any, params: Params) -> bool:
    if "equals" in params:
        return value == params["equals"]
    if "one_of" in params:
        return value in params["one_of"]
    return value not in (None, "", [])


def _wanted(params: Params) -> str:
    if "equals" in params:
        return _shown(params["equals"])
    if "one_of" in params:
        return " or ".join(_shown(value) for value in params["one_of"])
    return "an entry"


def _shown(value: Any) -> str:
    if value in (None, "", []):
        return "empty"
    if isinstance(value, list):
        return f"{len(value)} entries"
    return f"“{str(value).replace('-', ' ') if len(str(value)) < 60 else str(value)[:57] + '…'}”"


def _row_name(row: dict[str, Any]) -> str:
    """The longest text of a row names it best; the order of its columns is not part of the facts."""
    texts = sorted(str(value) for value in row.values() if not isinstance(value, list))
    return max(texts, key=len, default="row")[:60]


def _field_name(facts: Facts, kind: str, key: str) -> str:
    return f"{facts['kind_names'].get(kind, kind)}, {key.replace('-', ' ')}"
