"""What changed between two reports: statement by statement, with the events that changed the rows behind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.utils.dateparse import parse_datetime

from audit import selectors
from audit.selectors import HistoryEntry
from audit.trail import Change, Entry, Event
from compliance.documents import blocks as b
from compliance.models import Report
from compliance.services import reports
from crispmlq.errors import Invalid
from regulations.records import Reference

BESIDE = frozenset({"verify"})  # parts that tell of the trail, which grows from report to report
Place = tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """An event between the two, with its number in the log of the project."""

    number: int
    entry: HistoryEntry


@dataclass(frozen=True)
class Difference:
    """A statement that is new, gone or says something else. `place` is where it stands, from the part inwards."""

    change: Literal["added", "gone", "changed"]
    place: Place
    before: str
    after: str
    references: b.Refs
    events: tuple[Told, ...] = ()

    @property
    def part(self) -> str:
        """The title of the part it stands in; a part that is new or gone says its own."""
        return self.place[0] if self.place else self.after or self.before


@dataclass(frozen=True)
class Comparison:
    earlier: Report
    later: Report
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class _Statement:
    place: Place
    text: str
    references: b.Refs


def compare(one: Report, other: Report) -> Comparison:
    """In the order of the later report, then what is gone. Five queries, however much they say.

    Raises:
        Invalid: they are of different kinds or projects.
        NotFound: one was made before reports were kept as documents. EvidenceDamaged: a file was altered.
    """
    if (one.kind, one.project_id) != (other.kind, other.project_id):
        raise Invalid("Two reports can be compared if they are of the same kind and project.")
    documents = {report.pk: reports.document_of(report) for report in (one, other)}
    earlier, later = sorted((one, other), key=lambda report: (report.as_of, report.issued_at, report.pk))
    found = _differences(statements(documents[earlier.pk]), statements(documents[later.pk]))
    events = _events(documents[earlier.pk], documents[later.pk], one.project_id, found)
    return Comparison(earlier, later, tuple(_told(each, events) for each in found))


def by_part(differences: Iterable[Difference]) -> dict[str, list[Difference]]:
    """By the title of the part they stand in, in the order they come; what is gone beside the rest of its part."""
    parts: dict[str, list[Difference]] = defaultdict(list)
    for difference in differences:
        parts[difference.part].append(difference)
    return dict(parts)


def statements(document: b.ReportDocument) -> dict[Place, _Statement]:
    """Every statement by a key that stays the same while what it tells of stays the same."""
    found: dict[Place, _Statement] = {}
    facts = b.Section("facts", "Cover", (document.facts,))
    for key, statement in _in_sections((facts, *document.sections), ()):
        unique, again = key, 1
        while unique in found:
            again += 1
            unique = (*key, str(again))
        found[unique] = statement
    return found


def _in_sections(sections: Iterable[b.Section], titles: Place, keys: Place = ()) -> Iterator[tuple[Place, _Statement]]:
    for section in sections:
        if section.key in BESIDE:
            continue
        here, place = (*keys, section.key), (*titles, section.title)
        yield (*here, "title"), _Statement(titles, section.title, ())
        for block in section.blocks:
            if isinstance(block, b.Section):
                yield from _in_sections((block,), place, here)
            else:
                for name, title, text in _in_block(block):
                    yield (*here, *name), _Statement((*place, *title), text.text, text.references)


def _in_block(block: b.Block) -> Iterator[tuple[Place, Place, b.Text]]:
    """Name within its section, the titles to show, and what is said."""
    match block:
        case b.Table():
            for row in block.rows:
                yield from _in_row(block, row)
        case b.KeyValues():
            yield from ((("fact", pair.label), (pair.label,), pair.value) for pair in block.rows)
        case b.Listing():
            yield from ((("item", _row_name((item,))), (), item) for item in block.items)
        case b.Figure():
            yield ("figure", block.title), (block.title,), b.Text(block.alt)
        case b.Code():
            yield ("code", block.title), (block.title,), b.Text(block.text)
        case b.Placeholder():
            yield ("placeholder", block.key), (), b.Text(block.label)
        case b.NotRecorded():
            yield ("not recorded", block.what), (), b.Text(f"Not recorded: {block.what}")
        case b.Paragraph() | b.Callout():
            yield ("paragraph", _ids(block.references)), (), b.Text(block.text, block.references)


def _in_row(table: b.Table, row: tuple[b.Text, ...]) -> Iterator[tuple[Place, Place, b.Text]]:
    """Each cell; it rests on what its row rests on, if it names nothing itself."""
    name = _row_name(row)
    behind = tuple(reference for cell in row for reference in cell.references)
    for column, cell in zip(table.columns, row, strict=True):
        place = (table.title, row[0].text, column.title)
        yield ("table", table.title, name, column.title), place, b.Text(cell.text, cell.references or behind)


def _row_name(row: tuple[b.Text, ...]) -> str:
    """Rows behind it, as far as they are named: their values may change, and it is still the same row."""
    return _ids(tuple(reference for cell in row for reference in cell.references)[:1]) or row[0].text


def _ids(references: b.Refs) -> str:
    return " ".join(f"{reference.kind} {reference.id}" for reference in references[:1])


def _differences(before: Mapping[Place, _Statement], after: Mapping[Place, _Statement]) -> list[Difference]:
    found = []
    for key, now in after.items():
        was = before.get(key)
        if was is None:
            found.append(Difference("added", now.place, "", now.text, now.references))
        elif was.text != now.text:
            references = tuple(dict.fromkeys((*was.references, *now.references)))
            found.append(Difference("changed", now.place, was.text, now.text, references))
    gone = [was for key, was in before.items() if key not in after]
    return found + [Difference("gone", was.place, was.text, "", was.references) for was in gone]


def _events(
    earlier: b.ReportDocument, later: b.ReportDocument, log_id: UUID, found: list[Difference]
) -> dict[tuple[str, UUID], tuple[Told, ...]]:
    """Row -> the events between the two that changed it, in their order."""
    rows = {UUID(reference.id) for difference in found for reference in difference.references}
    between = {"at__gt": parse_datetime(earlier.as_of), "at__lte": parse_datetime(later.as_of)}
    events = Event.objects.filter(log_id=log_id, **between).order_by("id")
    touched: dict[UUID, set[tuple[str, UUID]]] = defaultdict(set)
    lines = Change.objects.filter(**{f"event__{name}": value for name, value in between.items()}, event__log_id=log_id)
    for uid, kind, key in lines.values_list("event_id", "obj_type", "obj_id"):
        if key in rows:
            touched[uid].add((kind, key))
    entries = selectors.entries(event for event in events if event.uid in touched)
    places = Entry.objects.filter(event_id__in=[entry.id for entry in entries])
    numbers = dict(places.values_list("event_id", "seq"))
    by_row: dict[tuple[str, UUID], list[Told]] = defaultdict(list)
    for entry in entries:
        for row in touched[entry.uid]:
            by_row[row].append(Told(numbers[entry.id], entry))
    return {row: tuple(told) for row, told in by_row.items()}


def _told(difference: Difference, events: Mapping[tuple[str, UUID], tuple[Told, ...]]) -> Difference:
    found = {told.number: told for reference in difference.references for told in events.get(_row(reference), ())}
    told = tuple(found[number] for number in sorted(found))
    return Difference(
        difference.change, difference.place, difference.before, difference.after, difference.references, told
    )


def _row(reference: Reference) -> tuple[str, UUID]:
    return reference.kind, UUID(reference.id)
