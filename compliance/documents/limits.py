"""The last part of every report: what it does not say. Written by the frame, so that no builder can leave it out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from compliance.documents.blocks import (
    Block,
    Callout,
    Column,
    NotRecorded,
    Paragraph,
    Placeholder,
    Section,
    Text,
    walk,
)
from compliance.documents.kinds import Context, ReportKind
from compliance.documents.writing import cell, table
from projects.models import Waiver

KEY = "limits"
TITLE = "What this report does not say"
GENERAL = (
    "It prints what was recorded; it can not tell whether an entry is true. The seal shows that what was recorded was "
    "not changed afterwards. Against whoever holds the signing key it protects only those who hold an earlier head, "
    "such as the one printed here."
)  # fmt: skip
NATURES = {
    "not covered": "Asked for, and no record answers it",
    "waived": "Left out with somebody's consent",
    "self-attested": "Stated by the people concerned, with nothing that shows it",
}


@dataclass(frozen=True)
class Gap:
    """One thing the report can not vouch for."""

    nature: Literal["not covered", "waived", "self-attested"]
    what: Text
    because: Text


# Functions that find gaps in what a project has recorded, of whatever report.
FINDERS: list[Callable[[Context], Iterable[Gap]]] = []


def finds_gaps(find: Callable[[Context], Iterable[Gap]]) -> Callable[[Context], Iterable[Gap]]:
    """Have what `find(context)` gives listed at the end of every report."""
    FINDERS.append(find)
    return find


def last_part(kind: ReportKind, context: Context, sections: tuple[Section, ...]) -> Section:
    gaps = [gap for find in FINDERS for gap in find(context)]
    blocks: list[Block] = [Callout(GENERAL)]
    blocks += [_of_nature(nature, said, gaps) for nature, said in NATURES.items()]
    blocks += [_not_recorded(kind, context, sections), _open(sections)]
    return Section(KEY, TITLE, tuple(blocks))


def _of_nature(nature: str, said: str, gaps: list[Gap]) -> Section:
    rows = [[gap.what, gap.because] for gap in gaps if gap.nature == nature]
    key, title = f"{KEY}-{nature.replace(' ', '-')}", nature.capitalize()
    if not rows:
        return Section(key, title, (Paragraph(f"{said}: nothing that is known."),))
    columns = [Column("What", 3), Column("Because", 3)]
    return Section(key, title, (Paragraph(f"{said}."), table(f"Limits: {nature}", columns, rows)))


def _not_recorded(kind: ReportKind, context: Context, sections: tuple[Section, ...]) -> Section:
    lacking = [Text(block.what) for block in walk(sections) if isinstance(block, NotRecorded)]
    lacking += [cell(f"No record of the type “{need}”.") for need in kind.needs if not context.records.of(need)]
    rows = [[each] for each in dict.fromkeys(lacking)]
    lines = table("Limits: not recorded", ["What is missing"], rows, "Nothing the report asks for is missing.")
    return Section(f"{KEY}-not-recorded", "Not recorded", (lines,))


def _open(sections: tuple[Section, ...]) -> Section:
    rows = [[cell(b.label), cell(b.hint)] for b in walk(sections) if isinstance(b, Placeholder)]
    lines = table("Limits: placeholders", ["Left open", "What belongs there"], rows, "No place was left open.")
    return Section(f"{KEY}-placeholders", "Placeholders", (lines,))


@finds_gaps
def _waived_checks(context: Context) -> Iterable[Gap]:
    for waiver in context.rows(Waiver):
        if waiver.state == Waiver.State.GRANTED:
            because = f"{waiver.reason} Until {waiver.expires_on}, granted by {waiver.decided_by}."
            yield Gap("waived", cell(f"{waiver.gate.name}: {waiver.check_key}", waiver), cell(because))


@finds_gaps
def _entered_later(context: Context) -> Iterable[Gap]:
    """Of a project taken in while its system ran: entries made long after what they tell of."""
    project = context.project
    if project.running_since is not None:
        what = (
            f"Entries up to {project.caught_up_at or context.at:%Y-%m-%d} tell of what happened before they were made."
        )
        yield Gap("self-attested", cell(what, project), cell(f"The system runs since {project.running_since}."))
