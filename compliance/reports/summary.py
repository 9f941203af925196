"""One page for who comes new to the project: what it is for, where it stands, and how good it is, in pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from compliance.documents.blocks import Block, KeyValues, NotRecorded, Pair, Section
from compliance.documents.kinds import Context, report
from compliance.documents.writing import cell, pair
from compliance.reports.answering import VERDICTS, value
from compliance.reports.dossier import glance
from projects.models import Decision, Phase
from regulations.checks import EMPTY, check_of, judge
from regulations.record_types import built_in

SAID = (
    ("intended-use", "purpose"),
    ("intended-use", "users"),
    ("intended-use", "affected_groups"),
    ("intended-use", "out_of_scope_use"),
    ("classification", "outcomes"),
    ("project", "version"),
)
ORDER = {
    "Thresholds before tests": {
        "record": "success-criterion", "test": "before", "field": "set_on", "other_record": "qa-result",
        "other_field": "tested_on",
    },
    "Tests before release": {
        "record": "qa-result", "test": "before", "field": "tested_on", "other_record": "release",
        "other_field": "released_on",
    },
}  # fmt: skip
LOOP_MM, BARS_MM, RISKS_MM = 72, 100, 62  # so that all is one page


@report(
    "summary",
    title="Summary",
    about="One page with pictures: what the system is for, where the project stands, criteria, risks.",
    audience="Whoever comes new to the project",
)
def sections(context: Context) -> tuple[Section, ...]:
    rows = (*_said(context), *_standing(context), *_order(context))
    return (Section("summary", "On one page", (KeyValues(rows), *_lacking(context), *_pictures(context))),)


def _said(context: Context) -> Iterator[Pair]:
    """Of the newest record of each type."""
    for kind, name in SAID:
        for record in context.records.of(kind)[-1:]:
            if record.fields.get(name) not in EMPTY:
                yield pair(built_in()[kind].by_key[name].label, value(built_in()[kind], record, name), record)


def _standing(context: Context) -> Iterator[Pair]:
    done = {Phase.State.PASSED, Phase.State.LOCKED}
    current = [phase for phase in context.rows(Phase) if phase.state not in done]
    at_work = "; ".join(f"phase {p.number}, {p.name}: {p.get_state_display().lower()}" for p in current)
    yield pair("At work", at_work or "no phase", *current)
    if decisions := context.rows(Decision):
        last = max(decisions, key=lambda decision: decision.decided_at)
        yield pair("Last decision", f"{last.gate.name}, {last.decided_at:%Y-%m-%d}: {last.get_outcome_display()}", last)


def _order(context: Context) -> Iterator[Pair]:
    for label, told in ORDER.items():
        outcome = judge(check_of(told, built_in()), context.records, context.at.date())
        verdict, status = VERDICTS[outcome.result]
        yield pair(label, cell(verdict, *outcome.references, status=status))


def _lacking(context: Context) -> Iterator[Block]:
    """In one line, since there is but one page."""
    lacking = [(kind, name) for kind, name in SAID if not any(name in r.fields for r in context.records.of(kind)[-1:])]
    told = [f"{built_in()[kind].name}: {built_in()[kind].by_key[name].label}" for kind, name in lacking]
    if told:
        yield NotRecorded("; ".join(told), tuple(dict.fromkeys(kind for kind, _ in lacking)))


def _pictures(context: Context) -> Iterator[Block]:
    yield replace(glance.loop(context), width_mm=LOOP_MM)
    measured = [each for each in glance.standing_of(context) if each[2]]
    if measured:
        yield replace(glance.bars(measured), width_mm=BARS_MM)
    else:
        yield NotRecorded("Values of the success criteria", ("success-criterion",))
    yield replace(glance.matrix_of(context), width_mm=RISKS_MM)
