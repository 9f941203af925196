"""Reports as Word files."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import docx
import pytest
from docx.document import Document

from compliance.documents import blocks
from compliance.documents.docx import as_docx, is_rtl
from tests.compliance import samples

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def opened(*sections: blocks.Section, **changes: Any) -> Document:
    return docx.Document(io.BytesIO(as_docx(samples.document(*sections, **changes))))


@pytest.fixture(scope="module")
def whole() -> Document:
    return opened(*samples.every_block())


def test_the_same_document_has_the_same_bytes() -> None:
    document = samples.document(*samples.every_block())
    assert as_docx(document) == as_docx(document)


def test_headings_have_styles_and_marks_lead_to_the_references(whole: Document) -> None:
    styles = {p.text: p.style.name for p in whole.paragraphs}
    assert styles["Every block"] == "Heading 1"
    assert styles["Within"] == "Heading 2"
    xml = whole.element.xml
    anchors = {name for name in ("ref-1", "ref-2") if f'w:anchor="{name}"' in xml and f'w:name="{name}"' in xml}
    assert anchors == {"ref-1", "ref-2"}
    assert 'TOC \\o "1-2"' in xml


def test_heads_of_tables_are_repeated_and_rows_are_not_cut(whole: Document) -> None:
    for table in whole.tables:
        rows = list(table._tbl.iter(f"{W}tr"))
        assert rows[0].find(f"{W}trPr/{W}tblHeader") is not None
        assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)


def test_a_picture_says_what_it_shows(whole: Document) -> None:
    assert 'descr="A green square"' in whole.element.xml


def test_names_of_every_script_and_control_characters_are_taken() -> None:
    strange = blocks.Section("s", "Strange", (blocks.Paragraph("a\x0bb\x01 <&>"),))
    text = "\n".join(p.text for p in opened(samples.every_block()[1], strange, project="مشروع").paragraphs)
    assert all(name in text for name in samples.HARD)
    assert "ab <&>" in text
    assert is_rtl("“مشروع")
    assert not is_rtl("Churn مشروع")


def test_a_wide_table_turns_the_paper_and_back() -> None:
    columns = tuple(blocks.Column(str(n)) for n in range(9))
    table = blocks.Table("Wide", columns, ((blocks.Text("x"),) * 9,))
    sections = opened(blocks.Section("w", "W", (table, blocks.Paragraph("after")))).sections
    assert [s.page_width > s.page_height for s in sections] == [False, True, False]


@pytest.mark.parametrize("status", ["draft", "final"])
def test_a_draft_has_a_watermark(status: str) -> None:
    header = opened(samples.every_block()[1], status=status).sections[0].header
    assert ('string="Draft"' in header._element.xml) is (status == "draft")
    assert status in header.paragraphs[0].text


@pytest.mark.slow
def test_ten_thousand_rows_are_all_there() -> None:
    rows = tuple((blocks.Text(str(n)), blocks.Text("x" * 20)) for n in range(10_000))
    table = blocks.Table("Long", (blocks.Column("Number", 1, "number"), blocks.Column("Text", 4)), rows)
    made = as_docx(samples.document(blocks.Section("l", "Long", (table,))))
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        assert package.read("word/document.xml").count(b"<w:cantSplit/>") == 10_001
