"""Rules that read accepted documents."""

from __future__ import annotations

from decimal import Decimal

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
    is_borne,
    link,
    listed,
    met,
    missing,
    not_met,
    row_name,
    rows_of,
    rule,
    satisfies,
    shown,
    unknown,
    wanted,
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
    name = field_name(facts, kind, key)
    if satisfies(value, params):
        return met(f"{name}: {shown(value)}.", links)
    return not_met(f"{name} is {shown(value)}; needed is {wanted(params)}.", links)


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
    name = field_name(facts, params["kind"], params["table"])
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
    bad = [row for row in rows if not satisfies(row.get(params["column"]), params)]
    links, column = [link("document", params["kind"])], params["column"].replace("-", " ")
    if bad:
        return not_met(
            f"{len(bad)} of {len(rows)} rows need {wanted(params)} in “{column}”: {listed(map(row_name, bad))}.",
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
        seen = [f"{row_name(r)} ({r[params['column']]} below {r[params['minimum']]})" for r in low]
        return not_met(f"Below the minimum: {listed(seen)}.", links)
    return met(f"All {len(rows)} rows reach their minimum.", links)


@rule(
    kind=KIND,
    table=TABLE,
    column=COLUMN,
    values=Param("texts", names="option", of="column"),
    with_any=Param("texts", names="column", of="table", is_required=False),
)
def column_covers(facts: Facts, params: Params) -> Finding:
    """Each of `values` stands in `column` of at least one row, which has an entry in at least one column `with_any`."""
    document = accepted(facts, params["kind"])
    if document is None:
        return missing(facts, params["kind"])
    rows, needed = document["fields"].get(params["table"]) or [], params.get("with_any", [params["column"]])
    there = {row.get(params["column"]) for row in rows if any(row.get(name) for name in needed)}
    lacking = [value for value in params["values"] if value not in there]
    links = [link("document", params["kind"])]
    if lacking:
        return not_met(f"Not treated: {listed(value.replace('-', ' ') for value in lacking)}.", links)
    return met(f"All {len(params['values'])} are treated.", links)


@rule(kind=KIND, roles_any=Param("groups", names="role"))
def document_approved_by(facts: Facts, params: Params) -> Finding:
    """Accepted by one role of each group in `roles_any`; of a submitted one it says whose word is still wanting."""
    document = facts["documents"].get(params["kind"])
    if document is None or not (document["state"] == "submitted" or accepted(facts, params["kind"])):
        return missing(facts, params["kind"])
    held = {review["role"] for review in document["reviews"] if review["verdict"] != "rejected"}
    open_groups = [group for group in params["roles_any"] if not held & set(group)]
    links = [link("document", params["kind"])]
    if open_groups:
        wanted = "; ".join(" or ".join(r.replace("-", " ") for r in group) for group in open_groups)
        return not_met(f"Still to be accepted by: {wanted}.", links)
    if document["state"] == "submitted":
        return missing(facts, params["kind"])
    return met("Accepted by " + listed(sorted(r.replace("-", " ") for r in held)) + ".", links)


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


@rule(
    kind=KIND,
    table=TABLE,
    column=NUMBERS,
    where=Param("cells", names="cell", of="table", is_required=False),
    task=Param(names="task", is_required=False),
)
def gain_proven(facts: Facts, params: Params) -> Finding:
    """In every row that satisfies `where`, the gain in `column` is above zero; others stay on record."""
    if any(t["key"] == params.get("task") and t["state"] == "not_applicable" for t in facts["tasks"]):
        return met("The task does not apply to this project.", [link("task", params["task"])])
    if accepted(facts, params["kind"]) is None:
        return missing(facts, params["kind"])
    where, links = params.get("where", {}), [link("document", params["kind"])]
    rows = rows_of(facts, params["kind"], params["table"])
    kept = [row for row in rows if all(row.get(c) == v for c, v in where.items())]
    useless = [row for row in kept if Decimal(row[params["column"]]) <= 0]
    if useless:
        said = [f"{row_name(row)} ({row[params['column']]})" for row in useless]
        return not_met(f"No gain: {listed(said)}.", links)
    return met(f"{len(kept)} kept with a gain, {len(rows) - len(kept)} removed.", links)
