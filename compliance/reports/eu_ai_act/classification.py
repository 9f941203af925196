"""How the class was found: every answer with its reason, the rules that decided, and open points of the law."""

from __future__ import annotations

from compliance.documents.blocks import Block, KeyValues, Section
from compliance.documents.writing import cell, pair, paragraph, table
from compliance.documents.writing import text as column
from regulations.coverage import Coverage
from regulations.models import Classification

ANSWERS = {True: "Yes", False: "No", None: "Not known"}


def section(covered: Coverage, row: Classification) -> Section:
    pack, result = covered.basis.pack, covered.basis.result
    rules = {rule.id: rule for rule in pack.rules}
    deciding = [
        [rules[key].cite, "; ".join(pack.outcomes[each].label for each in rules[key].then) or "duties alone", key]
        for key in result.decided_by
    ]
    blocks: list[Block] = [
        KeyValues(
            (
                pair("Text", pack.text_line),
                pair("Purpose that was assessed", cell(row.purpose, row)),
                pair("Why the class is right", cell(row.reasoning, row)),
                pair("Signed as", cell(row.signed_role.replace("-", " "), row)),
            )
        ),
        table("Rules that decided", ["Provision", column("Leads to", 4), "Rule"], deciding, "No rule decided yet."),
        table("Answers", [column("Question", 5), "Provision", "Answer", column("Reason", 4)], _answers(covered, row)),
    ]
    if result.open_facts:
        open_ = [[pack.facts[key].question, pack.facts[key].cite] for key in result.open_facts]
        blocks.append(table("Questions still open", [column("Question", 5), "Provision"], open_))
    if result.contradictions:
        told = " ".join(each.says for each in result.contradictions)
        blocks.append(paragraph(f"Answers that contradict each other: {told}", row))
    blocks.append(_uncertain(covered))
    return Section("classification", "Classification", tuple(blocks))


def _answers(covered: Coverage, row: Classification) -> list[list[object]]:
    facts = covered.basis.pack.facts
    return [
        [facts[key].question, facts[key].cite, cell(_answer(row.answers[key]), row), row.reasons.get(key, "")]
        for key in facts
        if key in row.answers
    ]


def _answer(value: object) -> str:
    return ANSWERS[value] if value is None or isinstance(value, bool) else str(value)


def _uncertain(covered: Coverage) -> Section:
    """Points of the law that are open and touch an obligation that applies."""
    apply = {standing.obligation.id: standing.obligation.ref for standing in covered.applicable}
    rows = [
        [each["topic"], each["text"], ", ".join(apply[key] for key in each["affects"] if key in apply)]
        for each in covered.basis.pack.body.get("uncertain", [])
        if apply.keys() & set(each["affects"])
    ]
    columns = [column("Point", 2), column("What is open", 5), column("Touches", 2)]
    lines = table("Open points of the law", columns, rows, "None touches an obligation that applies.")
    return Section("classification-uncertain", "Open points of the law", (lines,))
