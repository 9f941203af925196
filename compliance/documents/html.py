"""A report as one HTML file, for the screen and as what the PDF is set from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import segno
from django.conf import settings
from django.template.loader import render_to_string

from compliance.documents import plain
from compliance.documents.blocks import (
    Block,
    Callout,
    Cited,
    Code,
    Column,
    Figure,
    KeyValues,
    Listing,
    NotRecorded,
    Paragraph,
    Placeholder,
    Refs,
    ReportDocument,
    Section,
    Table,
    Text,
)
from regulations.records import Reference

PAPER_ROWS = 2_000  # of one table; setting each takes 15 ms and a quarter of a megabyte
STYLES = Path(settings.BASE_DIR, "static", "css")
FONTS = Path(__file__).parent / "fonts" / "fonts.css"  # not among the static files: only paper needs them
BREAKS = re.compile(r"[\r\n]+")


def as_html(document: ReportDocument) -> bytes:
    """One file that needs no other; marks lead to the pages of the records."""
    return page(document, for_paper=False).encode()


def page(document: ReportDocument, *, for_paper: bool) -> str:
    """`for_paper`: marks lead to the list of references, and long tables are cut, which is told below them."""
    writer = _Writer(plain.marks(document), _targets(document, for_paper), for_paper)
    sections = "".join(writer.write_all(document.sections, 1))
    sheets = [STYLES / "report.css"] + [FONTS] * for_paper
    sheets += [STYLES / "report-draft.css"] * (document.status == "draft")
    context = {
        "document": document,
        "styles": "\n".join(sheet.read_text() for sheet in sheets),
        "facts": "".join(writer.write(document.facts, 2)),
        "sections": sections,
        "references": "".join(writer.annex(document.references)),
        "qr": qr(document),
    }
    return render_to_string("compliance/document.html", context)


def qr(document: ReportDocument) -> str:
    note = segno.make(document.trail.root_note, error="m", micro=False)
    return note.svg_inline(scale=1, border=0, omitsize=True, title="The head of the whole installation as a QR code")


def _targets(document: ReportDocument, for_paper: bool) -> dict[Reference, str]:
    """Reference -> where its mark leads."""
    return {
        cited.reference: f"#ref-{at}" if for_paper or not cited.path else settings.CRISPMLQ_URL + cited.path
        for at, cited in enumerate(document.references, 1)
    }


@dataclass(frozen=True)
class _Writer:
    marks: Mapping[Reference, int]
    targets: Mapping[Reference, str]
    for_paper: bool
    written: set[Reference] = field(default_factory=set)

    def write_all(self, blocks: Iterable[Block], level: int) -> Iterator[str]:
        for block in blocks:
            yield from self.write(block, level)

    def write(self, block: Block, level: int) -> Iterator[str]:
        """`level` of the heading above it; the title of the report has 1."""
        match block:
            case Section():
                yield from self._section(block, level + 1)
            case Paragraph():
                yield f"<p dir=auto>{_lines(block.text)}{self._marks(block.references)}</p>"
            case Callout():
                yield f'<p dir=auto class="box {block.tone}">{_lines(block.text)}{self._marks(block.references)}</p>'
            case KeyValues():
                rows = (f"<dt>{escape(p.label)}</dt><dd dir=auto>{self._said(p.value)}</dd>" for p in block.rows)
                yield f"<dl>{''.join(rows)}</dl>"
            case Table():
                yield from self._table(block)
            case Figure():
                yield _figure(block)
            case Code():
                title = f'<p class="caption">{escape(block.title)}</p>' if block.title else ""
                yield f"{title}<pre>{escape(block.text)}</pre>"
            case Listing():
                items = "".join(f"<li dir=auto>{self._said(item)}</li>" for item in block.items)
                yield f"<ol>{items}</ol>" if block.ordered else f"<ul>{items}</ul>"
            case NotRecorded():
                kinds = f" (records of the type {', '.join(block.record_types)})" if block.record_types else ""
                yield f'<p class="lacking">Not recorded: {escape(block.what + kinds)}</p>'
            case Placeholder():
                hint = f" {block.hint}" if block.hint else ""
                yield f'<p class="open">To be filled in: {escape(block.label + "." + hint)}</p>'

    def _section(self, section: Section, level: int) -> Iterator[str]:
        heading = f"h{min(level, 6)}"
        yield f'<section id="{escape(section.key)}"><{heading}>{escape(section.title)}</{heading}>'
        yield from self.write_all(section.blocks, level)
        yield "</section>"

    def _table(self, table: Table) -> Iterator[str]:
        if not table.rows:
            yield f'<p class="caption">{escape(table.title)}</p><p>{escape(table.empty)}</p>'
            return
        wide = ' class="wide"' if table.is_wide else ""
        title = escape(table.title)  # no caption: on paper it would be parted from the first row
        yield f'<div{wide}><p class="caption">{title}</p>'
        yield f'<table aria-label="{title}"><colgroup>{_widths(table.columns)}</colgroup>'
        heads = (f'<th scope="col" class="{c.kind}">{escape(c.title)}</th>' for c in table.columns)
        yield f"<thead><tr>{''.join(heads)}</tr></thead><tbody>"
        kinds = [column.kind for column in table.columns]
        shown = table.rows[:PAPER_ROWS] if self.for_paper else table.rows
        for row in shown:
            yield f"<tr>{''.join(map(self._cell, row, kinds))}</tr>"
        yield "</tbody></table></div>"
        if len(shown) < len(table.rows):
            said = (
                f"Printed are the first {len(shown):,} of {len(table.rows):,} rows. All of them are in the data that is"
            )
            yield f'<p class="box warn">{said} attached to this file, and in the other forms of the report.</p>'

    def _cell(self, cell: Text, kind: str) -> str:
        return f'<td class="{kind}" dir=auto>{self._said(cell)}</td>'

    def _said(self, said: Text) -> str:
        text = _lines(said.text)
        text = f'<span class="{said.status}">{text}</span>' if said.status else text
        return text + self._marks(said.references)

    def _marks(self, references: Refs) -> str:
        if not references:
            return ""
        self.written.update(references)
        links = (f'<a href="{escape(self.targets[r])}">{self.marks[r]}</a>' for r in references)
        return f'<sup class="marks" dir=ltr>[{", ".join(links)}]</sup>'

    def annex(self, references: tuple[Cited, ...]) -> Iterator[str]:
        """Rows of the list of references; of those that were marked in what is shown."""
        return (_annexed(self.marks[c.reference], c) for c in references if c.reference in self.written)


def _lines(text: str) -> str:
    return BREAKS.sub("<br>", escape(text))


def _widths(columns: Iterable[Column]) -> str:
    shares = [column.width for column in columns]
    return "".join(f'<col style="width:{100 * share / sum(shares):.2f}%">' for share in shares)


def _figure(figure: Figure) -> str:
    width = f'style="width:{figure.width_mm}mm"'
    return f'<div class="picture" {width}>{titled(figure)}<p class="caption">{escape(figure.title)}</p></div>'


def titled(figure: Figure) -> str:
    """The picture with its alternative text as its title, the one place where readers of PDF and HTML look for it."""
    svg = re.sub(r"<title>.*?</title>", "", figure.svg, count=1, flags=re.DOTALL)
    return re.sub(r"(<svg[^>]*>)", lambda head: f"{head[1]}<title>{escape(figure.alt)}</title>", svg, count=1)


def _annexed(mark: int, cited: Cited) -> str:
    of = cited.reference
    label = escape(of.label)
    label = f'<a href="{escape(settings.CRISPMLQ_URL + cited.path)}">{label}</a>' if cited.path else label
    event = "–" if cited.event is None else cited.event
    digest = f"<br>{cited.digest}" if cited.digest else ""
    digest += f"<br>file {escape(of.sha256)}" if of.sha256 else ""
    return (
        f'<tr><td class="number" id="ref-{mark}">{mark}</td><td dir=auto>{label}</td>'
        f'<td class="code">{escape(of.kind)} {escape(of.id)}{digest}</td><td class="number">{event}</td></tr>'
    )
