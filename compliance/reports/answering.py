"""Answers points from records: the one way in which every annex and outline becomes sections of a report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import yaml

from compliance.documents.blocks import (
    WIDEST_UPRIGHT,
    Block,
    Column,
    KeyValues,
    NotRecorded,
    Pair,
    Paragraph,
    Placeholder,
    Section,
    Status,
    Table,
    Text,
    references_in,
    walk,
)
from compliance.documents.kinds import Context
from compliance.documents.writing import DASH, cell, table
from compliance.documents.writing import text as column
from regulations.checks import EMPTY, FAILED, OPEN, PASSED, Check, check_of, judge
from regulations.definitions import Pack
from regulations.points import Answer, Point, lists_of, point_of
from regulations.record_types import RecordType, built_in, record_types
from regulations.records import Record, Records

OUTLINES = Path(__file__).parent / "outlines"
LAWS = {
    "eu-ai-act": "the EU AI Act", "gdpr": "the GDPR", "iso-42001": "ISO/IEC 42001", "nist-ai-rmf": "the NIST AI RMF",
}  # fmt: skip
MARKED = 5  # so many records at most are marked at the verdict of a check; its sentence tells how many there are
FEW = 3  # so many records are told one below the other; more make a table
WORDS, LINES = (4, 11, 18), (4, 22, 44, 90)  # letters of the longest word and line that columns of width 1, 2 … hold
NARROWED = 3  # no column is made narrower than this to spare a turned page
IDENTIFYING = {"text", "long_text"}
VERDICTS: dict[str, tuple[str, Status]] = {
    PASSED: ("holds", "good"), FAILED: ("does not hold", "bad"), OPEN: ("open", "warn"),
}  # fmt: skip


def law(context: Context, key: str = "eu-ai-act") -> Pack | None:
    """The text the project was classified under; without a classification, the one that was in force here."""
    return context.packs.get(key)


def no_law(name: str) -> tuple[Section, ...]:
    said = NotRecorded(f"No version of {name} was in force here, so nothing tells what to state")
    return (Section("no-law", name, (said,)),)


def by_law(context: Context, *lists: str, key: str = "eu-ai-act") -> tuple[Section, ...]:
    """Sections for annexes or outlines of the regulation; in front, which text that is and an overview."""
    pack = law(context, key)
    if pack is None:
        return no_law(LAWS[key])
    known = lists_of(pack.body)
    points = [point for name in lists for point in known.get(name, ())]
    return with_overview(answered(context, points, pack=pack), Paragraph(f"By {pack}. {pack.text_line}"))


def by_outline(context: Context, name: str) -> tuple[Section, ...]:
    return with_overview(answered(context, outline(name)))


def outline(name: str) -> tuple[Point, ...]:
    """The points of a report that no law shapes."""
    return tuple(map(point_of, yaml.safe_load((OUTLINES / f"{name}.yaml").read_text())))


def answered(
    context: Context, points: Iterable[Point], *, pack: Pack | None = None, records: Records | None = None,
    prefix: str = "",
) -> tuple[Section, ...]:  # fmt: skip
    """A section for each point of `pack`, in their order, from all records or some.

    `prefix` keeps keys of sections apart where the same points are answered more than once.
    """
    types = record_types(pack.body) if pack else built_in()
    by_id = {point.id: point for point in points}
    writer = _Writer(types, records or context.records, context.at.date(), by_id, prefix)
    return tuple(map(writer.section, by_id.values()))


def with_overview(sections: tuple[Section, ...], *before: Block) -> tuple[Section, ...]:
    """A section in front that tells how far the records answer each of these."""
    rows = [[section.title, _standing(section)] for section in sections]
    lines = table("How far the records answer", [column("Point", 6), column("Answered", 2)], rows)
    return (Section("overview", "How far the records answer", (*before, lines)), *sections)


def _standing(section: Section) -> Text:
    lacking = any(isinstance(block, (NotRecorded, Placeholder)) for block in walk((section,)))
    if not lacking:
        return cell("from records", status="good")
    told = any(references_in((section,)))
    return cell("in part", status="warn") if told else cell("not recorded", status="bad")


@dataclass(frozen=True)
class _Writer:
    types: Mapping[str, RecordType]
    records: Records
    today: date
    points: Mapping[str, Point]
    prefix: str

    def section(self, point: Point) -> Section:
        blocks: list[Block] = [Paragraph(_asked(point))] if point.asks else []
        for at, answer in enumerate(point.answers, 1):
            blocks += self._answer(point, answer, f"{self.prefix}{point.id}-{at}")
        blocks += [self._checks(point)] if point.checks else []
        if point.see:
            named = "; ".join(title_of(self.points[each]) for each in point.see)
            blocks.append(Paragraph(f"See also {named}."))
        return Section(f"{self.prefix}{point.id}", title_of(point), tuple(blocks))

    def _answer(self, point: Point, answer: Answer, key: str) -> Iterator[Block]:
        kind, found = self.types[answer.record], self.records.of(answer.record, answer.where)
        subject = Check("exists", kind, answer.where).subject
        before = point.answers[: point.answers.index(answer)]
        again = any((each.record, each.where) == (answer.record, answer.where) for each in before)
        title = f"{subject}{', further' if again else ''} ({point.ref or point.heading})"
        if not found:
            yield _lacking(answer, subject, ", ".join(kind.by_key[name].label for name in answer.fields), key)
        else:
            yield from recorded(kind, found, answer.fields, key, title)
            if gaps := _gaps(kind, found, answer.fields):
                yield _lacking(answer, subject, gaps, key)

    def _checks(self, point: Point) -> Table:
        rows = []
        for told in point.checks:
            outcome = judge(check_of(told, self.types), self.records, self.today)
            verdict, status = VERDICTS[outcome.result]
            rows.append([cell(verdict, *outcome.references[:MARKED], status=status), outcome.because])
        columns = [column("Verdict"), column("Because", 6)]
        return table(f"Checks of what is recorded ({point.ref or point.heading})", columns, rows)


def title_of(point: Point) -> str:
    return f"{point.ref}: {point.heading}" if point.ref else point.heading


def _asked(point: Point) -> str:
    when = f" {point.condition}" if point.condition else ""
    return f"Asked for{when}: {'; '.join(point.asks)}."


def _lacking(answer: Answer, subject: str, fields: str, key: str) -> Block:
    if answer.by_hand:
        return Placeholder(key, f"{subject}: {fields}", answer.by_hand)
    when = f" ({answer.condition})" if answer.condition else ""
    return NotRecorded(f"{subject}: {fields}{when}", (answer.record,))


def recorded(kind: RecordType, found: Sequence[Record], fields: Sequence[str], key: str, title: str) -> Iterator[Block]:
    """What the records say in these fields: few of them one below the other, more as a table."""
    if len(found) > FEW:
        yield _table(kind, found, fields, title)
        return
    for at, record in enumerate(found, 1):
        pairs = tuple(
            Pair(kind.by_key[name].label, cell(value(kind, record, name), record))
            for name in fields
            if record.fields.get(name) not in EMPTY
        )
        if pairs:
            yield Section(f"{key}-{at}", f"{kind.name}: {record.source.label}", (KeyValues(pairs),))


def _table(kind: RecordType, found: Sequence[Record], fields: Sequence[str], title: str) -> Table:
    """Fields that no record gives have no column; that they lack is said below the table."""
    shown = [name for name in fields if any(record.fields.get(name) not in EMPTY for record in found)]
    columns = {kind.by_key[name].label: [value(kind, record, name) for record in found] for name in shown}
    if not shown or kind.by_key[shown[0]].type not in IDENTIFYING:
        columns = {"Record": [record.source.label for record in found]} | columns
    numbers = {kind.by_key[name].label for name in shown if kind.by_key[name].type == "integer"}
    widths = _fitting([_width(label, said) for label, said in columns.items()])
    heads = [
        Column(label, width, "number" if label in numbers else "text")
        for label, width in zip(columns, widths, strict=True)
    ]
    rows = zip(*columns.values(), strict=True)
    return table(title, heads, [[cell(row[0], record), *row[1:]] for record, row in zip(found, rows, strict=True)])


def _width(label: str, said: Sequence[str]) -> int:
    """A share of the line in which no word breaks and long texts need few lines."""
    lines = [line for text in said for line in text.splitlines()]
    word = max(len(word) for line in (label, *lines) for word in line.split() or [""])
    return max(_share(word, WORDS), _share(max(map(len, lines), default=0), LINES))


def _fitting(widths: list[int]) -> list[int]:
    """Narrower where texts are long, if that keeps the table on an upright page."""
    narrowed = list(widths)
    while sum(narrowed) > WIDEST_UPRIGHT and max(narrowed) > NARROWED:
        narrowed[narrowed.index(max(narrowed))] -= 1
    return narrowed if sum(narrowed) <= WIDEST_UPRIGHT else widths


def _share(letters: int, steps: Sequence[int]) -> int:
    """1 up to the first step, 2 up to the second …"""
    return 1 + sum(letters > step for step in steps)


def _gaps(kind: RecordType, found: Sequence[Record], fields: Sequence[str]) -> str:
    """“Origin; Period in 2 of 5”, for the fields that are not given everywhere."""
    told = []
    for name in fields:
        empty = sum(record.fields.get(name) in EMPTY for record in found)
        if empty:
            told.append(kind.by_key[name].label + (f" in {empty} of {len(found)}" if len(found) > 1 else ""))
    return "; ".join(told)


def value(kind: RecordType, record: Record, name: str) -> str:
    """What the record says in a field, as print has it; a dash for nothing."""
    given = record.fields.get(name)
    if given in EMPTY:
        return DASH
    return _moment(str(given)) if kind.by_key[name].type == "date" else kind.told(name, given)


def _moment(text: str) -> str:
    """A day, or a time to the minute in UTC."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    if len(text) <= len("2026-01-01"):
        return at.date().isoformat()
    return cell(at.astimezone(UTC) if at.tzinfo else at).text
