"""A report as a DOCX file, to be worked on. Same document, same bytes.

python-docx keeps the package, its styles and pictures; the text itself is written as XML, because the library is too
slow for long tables and knows no fields, bookmarks and alternative texts.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

import docx
import segno
from django.conf import settings
from django.utils.dateparse import parse_datetime
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, Pt, RGBColor

from compliance.documents import pictures, plain
from compliance.documents.blocks import (
    Block,
    Callout,
    Code,
    Figure,
    KeyValues,
    Listing,
    NotRecorded,
    Paragraph,
    Placeholder,
    ReportDocument,
    Section,
    Table,
    Text,
)
from regulations.records import Reference
from ui.sheets import UNPRINTABLE

COLOURS = {"good": "216E39", "warn": "8A5300", "bad": "AE2A22", "faint": "62686F", "mark": "0B5F63"}
PORTRAIT, LANDSCAPE = 174, 261  # mm of a line
PAGE = (210, 297)
EMU_PER_MM = 36_000
TWIPS_PER_MM = 1440 / 25.4


def as_docx(document: ReportDocument) -> bytes:
    file = docx.Document()
    _prepare(file, document)
    writer = _Writer(file, plain.marks(document))
    parts = [_cover(document, writer), _contents(document), *writer.write_all(document.sections, 1)]
    parts += [_annex(document, writer)] if document.references else []
    return _packed(file, "".join(parts))


def _prepare(file: Document, document: ReportDocument) -> None:
    """Paper, styles, running head and foot, properties."""
    body = file.element.body
    for child in list(body)[:-1]:
        body.remove(child)
    section = file.sections[0]
    section.page_width, section.page_height = Mm(PAGE[0]), Mm(PAGE[1])
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin, section.bottom_margin = Mm(22), Mm(20)
    styles = file.styles
    styles["Normal"].font.size, styles["Normal"].font.name = Pt(9.5), "Calibri"
    for level, size in enumerate((15, 12, 10.5, 9.5), 1):
        font = styles[f"Heading {level}"].font
        font.name, font.size, font.color.rgb = "Calibri", Pt(size), RGBColor.from_string(COLOURS["mark"])
    head = f"{document.project} · {document.title} · {document.status}, {document.as_of[:16].replace('T', ' ')} UTC"
    section.header.paragraphs[0].text = UNPRINTABLE.sub("", head)
    if document.status == "draft":
        section.header.paragraphs[0]._p.append(parse_xml(_WATERMARK))
    foot = section.footer.paragraphs[0]._p
    foot.append(parse_xml(_field("PAGE", "1", nsdecls("w"))))
    foot.append(parse_xml(f"<w:r {nsdecls('w')}><w:t xml:space='preserve'> of </w:t></w:r>"))
    foot.append(parse_xml(_field("NUMPAGES", "1", nsdecls("w"))))
    properties, at = file.core_properties, parse_datetime(document.as_of)
    properties.title, properties.author, properties.subject = (
        UNPRINTABLE.sub("", document.name),
        "crispmlq",
        document.kind,
    )
    properties.comments, properties.last_modified_by, properties.language = document.status, "crispmlq", "en"
    properties.created = properties.modified = at.replace(tzinfo=None, microsecond=0)


@dataclass
class _Writer:
    file: Document
    marks: Mapping[Reference, int]
    names: dict[str, int] = field(default_factory=dict)  # of bookmarks
    pictures: int = 0

    def write_all(self, blocks: Iterable[Block], level: int) -> Iterator[str]:
        for block in blocks:
            yield from self.write(block, level)

    def write(self, block: Block, level: int) -> Iterator[str]:
        match block:
            case Section():
                yield paragraph(self.bookmark(block.key, run(block.title)), f"Heading{min(level, 4)}")
                yield from self.write_all(block.blocks, level + 1)
            case Paragraph():
                yield self.statement(Text(block.text, block.references))
            case Callout():
                yield self.statement(Text(block.text, block.references, block.tone), shaded=True)
            case KeyValues():
                for pair in block.rows:
                    yield paragraph(run(f"{pair.label}: ", bold=True) + self.said(pair.value))
            case Table():
                yield self.table(block)
            case Figure():
                yield self.picture(pictures.png_of(block.svg, block.width_mm), block.alt, block.width_mm)
                yield paragraph(run(block.title, colour="faint"))
            case Code():
                yield paragraph(run(block.title, colour="faint"), keep=True) if block.title else ""
                yield paragraph(run(block.text, mono=True), shaded=True)
            case Listing():
                style = "ListNumber" if block.ordered else "ListBullet"
                yield from (self.statement(item, style) for item in block.items)
            case NotRecorded():
                kinds = f" (records of the type {', '.join(block.record_types)})" if block.record_types else ""
                yield self.statement(Text(f"Not recorded: {block.what}{kinds}", (), "warn"), shaded=True)
            case Placeholder():
                yield self.statement(Text(f"To be filled in: {block.label}. {block.hint}", (), "warn"), shaded=True)

    def statement(self, text: Text, style: str = "", *, shaded: bool = False) -> str:
        return paragraph(self.said(text), style, rtl=is_rtl(text.text), shaded=shaded)

    def said(self, text: Text, *, mono: bool = False) -> str:
        rtl = is_rtl(text.text)
        return run(text.text, colour=text.status, mono=mono, rtl=rtl) + self.cited(text.references)

    def cited(self, references: tuple[Reference, ...]) -> str:
        if not references:
            return ""
        links = (
            f'<w:hyperlink w:anchor="ref-{self.marks[r]}">{run(str(self.marks[r]), mark=True)}</w:hyperlink>'
            for r in references
        )
        return run("[", mark=True) + run(", ", mark=True).join(links) + run("]", mark=True)

    def bookmark(self, name: str, inner: str) -> str:
        number = self.names.setdefault(name, len(self.names))
        return (
            f'<w:bookmarkStart w:id="{number}" w:name={quoteattr(place(name))}/>{inner}<w:bookmarkEnd w:id="{number}"/>'
        )

    def table(self, table: Table) -> str:
        title = paragraph(run(table.title, colour="faint"), keep=True)
        if not table.rows:
            return title + paragraph(run(table.empty))
        line = LANDSCAPE if table.is_wide else PORTRAIT
        total = sum(column.width for column in table.columns)
        widths = [round(line * TWIPS_PER_MM * column.width / total) for column in table.columns]
        kinds = [column.kind for column in table.columns]
        head = "".join(cell(run(c.title, bold=True), w, c.kind) for c, w in zip(table.columns, widths, strict=True))
        rows = "".join(
            "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
            + "".join(
                cell(self.said(text, mono=kind == "code"), width, kind, rtl=is_rtl(text.text))
                for text, width, kind in zip(row, widths, kinds, strict=True)
            )
            + "</w:tr>"
            for row in table.rows
        )
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        made = (
            f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{_LINES}</w:tblBorders>'
            f'<w:tblLayout w:type="fixed"/><w:tblCaption w:val={quoteattr(clean(table.title))}/></w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid><w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>{rows}"
            "</w:tbl>"
        )
        if not table.is_wide:
            return title + made + paragraph("")
        return self.turn(upright=True) + title + made + self.turn(upright=False)

    def turn(self, *, upright: bool) -> str:
        """The end of a part on paper that is upright, or turned."""
        width, height = PAGE if upright else PAGE[::-1]
        size = f'<w:pgSz w:w="{round(width * TWIPS_PER_MM)}" w:h="{round(height * TWIPS_PER_MM)}"'
        size += "/>" if upright else ' w:orient="landscape"/>'
        own = self.file.element.body[-1]
        kept = "".join(
            f'<w:{each.tag.rpartition("}")[2]} w:type="{each.type_}" r:id="{each.rId}"/>'
            for each in own
            if each.tag.endswith(("headerReference", "footerReference"))
        )
        margin = " ".join(f'w:{side}="{round(mm * TWIPS_PER_MM)}"' for side, mm in _MARGINS.items())
        return f"<w:p><w:pPr><w:sectPr {_RELATIONS}>{kept}{size}<w:pgMar {margin}/></w:sectPr></w:pPr></w:p>"

    def picture(self, png: bytes, alt: str, width_mm: int) -> str:
        self.pictures += 1
        relation, image = self.file.part.get_or_add_image(io.BytesIO(png))
        wide = width_mm * EMU_PER_MM
        high = round(wide * image.px_height / image.px_width)
        number, said = self.pictures, quoteattr(clean(alt))
        return (
            f'<w:p><w:r><w:drawing><wp:inline {_DRAWING}><wp:extent cx="{wide}" cy="{high}"/>'
            f'<wp:docPr id="{number}" name="Picture {number}" descr={said}/>'
            '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
            f'<pic:nvPicPr><pic:cNvPr id="{number}" name="Picture {number}" descr={said}/><pic:cNvPicPr/></pic:nvPicPr>'
            f'<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
            f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{wide}" cy="{high}"/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
            "</wp:inline></w:drawing></w:r></w:p>"
        )


def clean(text: str) -> str:
    return UNPRINTABLE.sub("", text)


def place(name: str) -> str:
    """A name that Word takes for a bookmark: letters, digits and lines, at most 40 of them."""
    return re.sub(r"[^A-Za-z0-9-]", "-", name)[-40:]


def is_rtl(text: str) -> bool:
    """Whether its first letter belongs to a script that runs from right to left."""
    strong = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind for kind in strong if kind in {"L", "R", "AL"}), "L") != "L"


def run(
    text: str, *, bold: bool = False, colour: str = "", mono: bool = False, mark: bool = False, rtl: bool = False
) -> str:
    look = '<w:rFonts w:ascii="Consolas" w:hAnsi="Consolas" w:cs="Consolas"/>' if mono else ""
    look += "<w:b/>" if bold else ""
    look += f'<w:color w:val="{COLOURS["mark" if mark else colour]}"/>' if mark or colour else ""
    look += '<w:sz w:val="13"/>' if mono else ""
    look += '<w:vertAlign w:val="superscript"/>' if mark else ""
    look += "<w:rtl/>" if rtl else ""
    lines = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in clean(text).splitlines() or [""]
    )
    return f"<w:r><w:rPr>{look}</w:rPr>{lines}</w:r>"


def paragraph(inner: str, style: str = "", *, keep: bool = False, rtl: bool = False, shaded: bool = False) -> str:
    look = f'<w:pStyle w:val="{style}"/>' if style else ""
    look += "<w:keepNext/>" if keep else ""
    look += '<w:shd w:val="clear" w:color="auto" w:fill="F4F2EC"/>' if shaded else ""
    look += "<w:bidi/>" if rtl else ""
    return f"<w:p><w:pPr>{look}</w:pPr>{inner}</w:p>"


def cell(inner: str, width: int, kind: str, *, rtl: bool = False) -> str:
    look = "<w:bidi/>" if rtl else ""
    look += '<w:spacing w:after="20"/>' + ('<w:jc w:val="right"/>' if kind == "number" else "")
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr><w:p><w:pPr>{look}</w:pPr>{inner}</w:p></w:tc>'


def _cover(document: ReportDocument, writer: _Writer) -> str:
    trail = document.trail
    note = segno.make(trail.root_note, error="m", micro=False)
    png = io.BytesIO()
    note.save(png, kind="png", scale=6, border=2)
    is_draft = document.status == "draft"
    facts = [(pair.label, pair.value.text) for pair in document.facts.rows]
    facts += [
        ("Shows the state of", f"{document.as_of[:19].replace('T', ' ')} UTC"),
        ("Texts", "\n".join(document.text_versions)),
        ("Trail", f"{trail.size} events, sealed {trail.sealed_at[:19].replace('T', ' ')} UTC, root {trail.root}"),
        ("Last event", trail.last_event),
    ]
    return (
        paragraph(run(document.project, rtl=is_rtl(document.project)), "Title", rtl=is_rtl(document.project))
        + paragraph(run(document.title), "Subtitle")
        + writer.statement(Text(document.subtitle))
        + paragraph(run("Draft, not to be relied on" if is_draft else "Final", bold=True, colour="warn" * is_draft))
        + "".join(paragraph(run(f"{label}: ", bold=True) + run(value)) for label, value in facts)
        + writer.picture(png.getvalue(), "The head of the whole installation as a QR code", 34)
        + paragraph(run("Signed head of the whole installation", colour="faint"), keep=True)
        + paragraph(run(trail.root_note, mono=True), shaded=True)
    )  # fmt: skip


def _contents(document: ReportDocument) -> str:
    """A field that Word fills with page numbers; until then, the parts as links."""
    parts = [(section.key, section.title) for section in document.sections]
    parts += [("references", "References")] if document.references else []
    links = "".join(
        paragraph(f"<w:hyperlink w:anchor={quoteattr(place(key))}>{run(title)}</w:hyperlink>") for key, title in parts
    )
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r><w:r><w:instrText xml:space="preserve"> TOC \\o '
        '"1-2" \\h \\z \\u </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    end = '<w:p><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    title = f"<w:p><w:pPr><w:pageBreakBefore/></w:pPr>{run('Contents', bold=True, colour='mark')}</w:p>"
    rest = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
    return f"{title}<w:p>{begin}</w:p>{links}{end}{rest}"


def _annex(document: ReportDocument, writer: _Writer) -> str:
    widths = [round(PORTRAIT * TWIPS_PER_MM * share / 100) for share in (8, 30, 52, 10)]
    heads = zip(("Mark", "Record", "Kind, id and SHA-256", "Event"), widths, ("number", "", "", "number"), strict=True)
    head = "".join(cell(run(title, bold=True), width, kind) for title, width, kind in heads)
    rows = []
    for mark, cited in enumerate(document.references, 1):
        of = cited.reference
        digests = [cited.digest] * bool(cited.digest) + [f"file {of.sha256}"] * bool(of.sha256)
        label = run(of.label, rtl=is_rtl(of.label))
        if cited.path:
            label = _field(f'HYPERLINK "{settings.CRISPMLQ_URL}{cited.path}"', of.label)
        cells = (
            (writer.bookmark(f"ref-{mark}", run(str(mark))), "number"), (label, ""),
            (run("\n".join([f"{of.kind} {of.id}", *digests]), mono=True), ""),
            (run("–" if cited.event is None else str(cited.event)), "number"),
        )  # fmt: skip
        made = (cell(inner, width, kind) for (inner, kind), width in zip(cells, widths, strict=True))
        rows.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(made)}</w:tr>")
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        paragraph(writer.bookmark("references", run("References")), "Heading1")
        + f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid><w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>{''.join(rows)}"
        "</w:tbl>" + paragraph("")
    )


def _field(instruction: str, shown: str, namespaces: str = "") -> str:
    return f"<w:fldSimple {namespaces} w:instr={quoteattr(instruction)}>{run(shown)}</w:fldSimple>"


def _packed(file: Document, xml: str) -> bytes:
    """The package with the text in its body, and all its parts at one time, so that it has the same bytes again.

    The text goes in as bytes: to move ten thousand rows from one tree into another would take half a minute.
    """
    made, kept = io.BytesIO(), io.BytesIO()
    file.save(made)
    with zipfile.ZipFile(made) as package, zipfile.ZipFile(kept, "w") as archive:
        for name in package.namelist():
            data = package.read(name)
            if name == "word/document.xml":
                data = data.replace(b"<w:body>", b"<w:body>" + xml.encode(), 1)
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return kept.getvalue()


_DRAWING, _RELATIONS = nsdecls("wp", "a", "pic", "r"), nsdecls("r")
_MARGINS = {"top": 22, "right": 18, "bottom": 20, "left": 18, "header": 10, "footer": 10, "gutter": 0}
_LINES = '<w:bottom w:val="single" w:sz="4" w:color="D8D4C9"/><w:insideH w:val="single" w:sz="4" w:color="D8D4C9"/>'
_WATERMARK = (
    f'<w:r {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">'
    '<w:pict><v:shapetype id="watermark" coordsize="21600,21600" o:spt="136" adj="10800" '
    'path="m@7,l@8,m@5,21600l@6,21600e"><v:textpath on="t" fitshape="t"/></v:shapetype>'
    '<v:shape id="draft" type="#watermark" alt="Draft" style="position:absolute;width:420pt;height:150pt;rotation:315;'
    "z-index:-1;mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;"
    'mso-position-vertical-relative:margin" fillcolor="#efece4" stroked="f"><v:textpath string="Draft"/></v:shape>'
    "</w:pict></w:r>"
)
