"""What a report is made of: plain frozen data, no markup. Every statement can name the rows it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from regulations.records import Reference

Status = Literal["", "good", "warn", "bad"]
Refs = tuple[Reference, ...]
NORMAL_WIDTH = 2
WIDEST_UPRIGHT = 16  # units of width that fit on an upright page


@dataclass(frozen=True)
class Text:
    """A statement, or the cell of a table."""

    text: str
    references: Refs = ()
    status: Status = ""


@dataclass(frozen=True)
class Paragraph:
    text: str
    references: Refs = ()


@dataclass(frozen=True)
class Callout:
    """A paragraph that nobody may overlook."""

    text: str
    tone: Status = "warn"
    references: Refs = ()


@dataclass(frozen=True)
class Pair:
    label: str
    value: Text


@dataclass(frozen=True)
class KeyValues:
    rows: tuple[Pair, ...]


@dataclass(frozen=True)
class Column:
    """`width` is a share of the line; `kind` says how cells are set: numbers to the right, codes in fixed width."""

    title: str
    width: int = NORMAL_WIDTH
    kind: Literal["text", "number", "code"] = "text"


@dataclass(frozen=True)
class Table:
    """`title` names the table in every form and as a file of its own; `empty` is said where there are no rows."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Text, ...], ...]
    empty: str = "Nothing is recorded."

    @property
    def is_wide(self) -> bool:
        """Whether paper has to be turned for it."""
        return sum(column.width for column in self.columns) > WIDEST_UPRIGHT


@dataclass(frozen=True)
class Figure:
    """`svg` in plain colours, since neither classes nor variables of a page reach into a picture on paper."""

    svg: str
    title: str
    alt: str
    width_mm: int = 130


@dataclass(frozen=True)
class Code:
    """Text that is copied to the letter: a hash, a note, a command."""

    text: str
    title: str = ""


@dataclass(frozen=True)
class Listing:
    items: tuple[Text, ...]
    ordered: bool = False


@dataclass(frozen=True)
class NotRecorded:
    """What would stand here, were it recorded. `record_types` are those of the pack."""

    what: str
    record_types: tuple[str, ...] = ()


@dataclass(frozen=True)
class Placeholder:
    """Left open for a person; a report with open ones is never final. `key` is unique within the report."""

    key: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Section:
    """`key` is unique within the report and stays, so that two reports can be compared."""

    key: str
    title: str
    blocks: tuple[Block, ...] = field(default=())


Block = Paragraph | Callout | KeyValues | Table | Figure | Code | Listing | NotRecorded | Placeholder | Section


@dataclass(frozen=True)
class TrailHead:
    """The signed head of the project's log that commits to all the report says."""

    size: int
    root: str
    last_event: str
    sealed_at: str
    note: str
    root_note: str
    vkey: str


@dataclass(frozen=True)
class Cited:
    """A reference with the event that last changed its row by then, and the path of its page if it has one.

    `event` is the number in the log of the project; `digest` the hash of that change, which commits to the whole row.
    """

    reference: Reference
    event: int | None = None
    digest: str = ""
    path: str = ""


@dataclass(frozen=True)
class ReportDocument:
    """One report, from which every form is made. `as_of` in UTC; marks are the places in `references`, from 1."""

    kind: str
    title: str
    subtitle: str
    project: str
    slug: str
    as_of: str
    text_versions: tuple[str, ...]
    status: Literal["draft", "final"]
    trail: TrailHead
    facts: KeyValues
    sections: tuple[Section, ...]
    references: tuple[Cited, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.title}: {self.project}"


def walk(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Every block, those within sections after their section, in the order of reading."""
    for block in blocks:
        yield block
        if isinstance(block, Section):
            yield from walk(block.blocks)


def references_in(blocks: tuple[Block, ...]) -> Iterator[Reference]:
    for block in walk(blocks):
        match block:
            case Paragraph() | Callout():
                yield from block.references
            case KeyValues():
                yield from (reference for pair in block.rows for reference in pair.value.references)
            case Table():
                yield from (reference for row in block.rows for cell in row for reference in cell.references)
            case Listing():
                yield from (reference for item in block.items for reference in item.references)


def placeholders_in(document: ReportDocument) -> list[Placeholder]:
    return [block for block in walk(document.sections) if isinstance(block, Placeholder)]


def tables_in(document: ReportDocument) -> list[Table]:
    """In the order of reading; their places, from 1, name them as files."""
    return [block for block in walk(document.sections) if isinstance(block, Table)]
