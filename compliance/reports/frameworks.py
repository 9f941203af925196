"""Statement of applicability (ISO/IEC 42001) and profile (NIST AI RMF): every control with decision and evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compliance.documents.blocks import Block, NotRecorded, Section, Status, Text
from compliance.documents.kinds import Builder, Context, report
from compliance.documents.writing import cell, number, paragraph, table
from compliance.documents.writing import text as column
from compliance.reports.answering import LAWS, MARKED, law, no_law, value
from regulations import covering
from regulations.checks import EMPTY
from regulations.coverage import MET, NEEDS_REVIEW, OPEN, PARTLY, STATUSES, Coverage, Standing
from regulations.record_types import built_in
from regulations.records import Record

DECISION = "control-decision"
DECIDED = ("applicable", "reason", "how")
TONES: dict[str, Status] = {MET: "good", PARTLY: "warn", NEEDS_REVIEW: "warn", OPEN: "bad"}
Decisions = Mapping[str, Record]


def _builder(key: str, noun: str) -> Builder:
    def sections(context: Context) -> tuple[Section, ...]:
        pack = law(context, key)
        if pack is None:
            return no_law(LAWS[key])
        covered = covering.of_rows(context.source, key, context.records, context.at.date())
        decided = {str(r.fields["control"]): r for r in context.records.of(DECISION, {"framework": key})}
        by_group = {of: [s for s in covered.standings if s.obligation.group == of] for of in pack.groups}
        groups = (_group(of, title, by_group[of], decided) for of, title in pack.groups.items())
        return (_summary(pack.text_line, covered, decided, noun), *groups)

    return sections


def _summary(text_line: str, covered: Coverage, decided: Decisions, noun: str) -> Section:
    count = len(covered.standings)
    undecided = sum(standing.obligation.ref not in decided for standing in covered.standings)
    rows = [[STATUSES[status], found] for status, found in covered.counts.items()]
    blocks: list[Block] = [
        paragraph(
            f"{text_line} Whether one of the {noun} is applied, why and how, is a person’s decision. What records show "
            "of it is found by checks; that a record is there does not show that it is good enough."
        ),
        table(f"Standing of the {count} {noun}", ["Standing", number("Number", 2)], rows),
    ]
    if undecided:
        blocks.append(NotRecorded(f"Decisions on {undecided} of {count} {noun}", (DECISION,)))
    return Section("summary", f"All {noun}", tuple(blocks))


def _group(key: str, title: str, standings: Sequence[Standing], decided: Decisions) -> Section:
    rows = []
    for standing in standings:
        of, decision = standing.obligation, decided.get(standing.obligation.ref)
        rows.append([f"{of.ref} {of.title}", *(_decided(decision, name) for name in DECIDED), _evidence(standing)])
    columns = [column("Number and title", 4), "Applied", column("Why", 3), column("How", 3), column("Evidence", 4)]
    return Section(f"group-{key}", title, (table(title, columns, rows),))


def _decided(decision: Record | None, name: str) -> Text:
    """What the newest decision says; that nothing is recorded, if it says nothing."""
    if decision is None or decision.fields.get(name) in EMPTY:
        return Text("not recorded", (), "warn")
    return cell(value(built_in()[DECISION], decision, name), decision)


def _evidence(standing: Standing) -> Text:
    confirmed = (standing.confirmed.source,) if standing.confirmed else ()
    references = (*confirmed, *standing.evidence.references)[:MARKED]
    return Text(f"{standing.label}. {' '.join(standing.because)}", references, TONES.get(standing.status, ""))


report(
    "soa",
    title="Statement of applicability (ISO/IEC 42001)",
    law="iso-42001",
    about="All 38 controls of Annex A: whether each is applied, why, how, and what records show of it.",
    audience="Those who run or certify a management system for AI",
)(_builder("iso-42001", "controls"))
report(
    "nist-profile",
    title="Profile (NIST AI RMF)",
    law="nist-ai-rmf",
    about="All 72 outcomes: whether each is sought, why, how, and what records show of it.",
    audience="Those who follow the framework, and their customers",
)(_builder("nist-ai-rmf", "outcomes"))
