"""Statement of applicability (ISO/IEC 42001) and profile (NIST AI RMF): every control with decision and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compliance.documents.blocks import NotRecorded, Section, Text
from compliance.documents.kinds import Builder, Context, report
from compliance.documents.writing import cell, number, paragraph, table
from compliance.documents.writing import text as column
from compliance.reports.answering import LAWS, MARKED, VERDICTS, law, no_law, value
from regulations.checks import EMPTY, FAILED, OPEN, PASSED, Outcome, check_of, judge
from regulations.definitions import Obligation, Pack
from regulations.record_types import RecordType, record_types
from regulations.records import Record

DECISION = "control-decision"


@dataclass(frozen=True)
class _Control:
    """`decision`: the newest one of a person on it. `outcomes`: of the checks of records."""

    of: Obligation
    decision: Record | None
    outcomes: tuple[Outcome, ...]

    @property
    def result(self) -> str:
        """Of all checks together; nothing that records could show is open."""
        results = {outcome.result for outcome in self.outcomes}
        return FAILED if FAILED in results else PASSED if results == {PASSED} else OPEN

    def said(self, key: str, kind: RecordType) -> Text:
        """What the decision says; that nothing is recorded, if it says nothing."""
        if self.decision is None or self.decision.fields.get(key) in EMPTY:
            return Text("not recorded", (), "warn")
        return cell(value(kind, self.decision, key), self.decision)


def _builder(key: str, noun: str) -> Builder:
    def sections(context: Context) -> tuple[Section, ...]:
        pack = law(context, key)
        if pack is None:
            return no_law(LAWS[key])
        controls = _controls(context, pack)
        kind = record_types(pack.body)[DECISION]
        groups = (_group(title, [c for c in controls if c.of.group == of], kind) for of, title in pack.groups.items())
        return (_summary(context, pack, controls, noun), *groups)

    return sections


def _controls(context: Context, pack: Pack) -> list[_Control]:
    types, decided = record_types(pack.body), _decisions(context, pack.key)
    return [_Control(each, decided.get(each.ref), _judged(context, each, types)) for each in pack.obligations.values()]


def _decisions(context: Context, framework: str) -> dict[str, Record]:
    """By number of the control; the newest counts."""
    return {str(each.fields["control"]): each for each in context.records.of(DECISION, {"framework": framework})}


def _judged(context: Context, control: Obligation, types: Mapping[str, RecordType]) -> tuple[Outcome, ...]:
    return tuple(judge(check_of(told, types), context.records, context.at.date()) for told in control.checks)


def _summary(context: Context, pack: Pack, controls: list[_Control], noun: str) -> Section:
    shown = [[VERDICTS[each][0], sum(control.result == each for control in controls)] for each in VERDICTS]
    lines = table(f"What records show of the {len(controls)} {noun}", ["Checks", number("Number", 2)], shown)
    undecided = [control for control in controls if control.decision is None]
    said = paragraph(
        f"{pack.text_line} Whether one of the {noun} is applied, why and how, is a person’s decision. What records "
        "show of it is found by checks; that a record is there does not show that it is good enough."
    )
    lacking = NotRecorded(f"Decisions on {len(undecided)} of {len(controls)} {noun}", (DECISION,))
    blocks = (said, lines, lacking) if undecided else (said, lines)
    return Section("summary", f"All {noun}", blocks)


def _group(title: str, controls: list[_Control], kind: RecordType) -> Section:
    key = f"group-{controls[0].of.group}"
    rows = [
        [
            f"{control.of.ref} {control.of.title}",
            *(control.said(name, kind) for name in ("applicable", "reason", "how")), _evidence(control),
        ]
        for control in controls
    ]  # fmt: skip
    columns = [column("Number and title", 4), "Applied", column("Why", 3), column("How", 3), column("Evidence", 4)]
    return Section(key, title, (table(title, columns, rows),))


def _evidence(control: _Control) -> Text:
    if not control.outcomes:
        return cell("Nothing that records could show.", status="warn")
    _, status = VERDICTS[control.result]
    references = dict.fromkeys(reference for outcome in control.outcomes for reference in outcome.references)
    return Text(" ".join(outcome.because for outcome in control.outcomes), tuple(references)[:MARKED], status)


report(
    "soa",
    title="Statement of applicability (ISO/IEC 42001)",
    about="All 38 controls of Annex A: whether each is applied, why, how, and what records show of it.",
    audience="Those who run or certify a management system for AI",
)(_builder("iso-42001", "controls"))
report(
    "nist-profile",
    title="Profile (NIST AI RMF)",
    about="All 72 outcomes: whether each is sought, why, how, and what records show of it.",
    audience="Those who follow the framework, and their customers",
)(_builder("nist-ai-rmf", "outcomes"))
