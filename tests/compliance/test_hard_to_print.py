"""Names of any script, words without end, and long tables stay whole on paper and on the screen."""

from __future__ import annotations

import re
import unicodedata
from html import escape

import pypdfium2
import pytest
from page import ValidationProfile, validate_pdf_bytes

from compliance.documents import blocks, html, pdf
from tests.compliance import samples
from tests.compliance.test_documents import is_by_chance

MARGIN_POINTS = 17 / 25.4 * 72  # a millimetre less than the page has


def lines(count: int) -> blocks.Section:
    columns = (blocks.Column("Name", 4), blocks.Column("Value", 1, "number"))
    rows = tuple((blocks.Text(f"Row {n}"), blocks.Text(str(n))) for n in range(count))
    return blocks.Section("long", "Long", (blocks.Table("Many rows", columns, rows),))


def test_on_the_screen_names_of_every_script_run_in_their_own_direction() -> None:
    page = html.as_html(samples.document(samples.every_block()[1], project=samples.HARD[0])).decode()
    assert f'<h1 dir="auto">{samples.HARD[0]}</h1>' in page
    assert all(f"<p dir=auto>{escape(name)}</p>" in page for name in samples.HARD)


def test_ten_thousand_rows_are_all_there_on_the_screen() -> None:
    page = html.as_html(samples.document(lines(10_000))).decode()
    assert page.count('<td class="number" dir=auto>') == 10_000
    assert ">Row 9999<" in page


@pytest.mark.slow
def test_on_paper_names_of_every_script_are_there_and_no_word_runs_over_the_margin() -> None:
    made = pypdfium2.PdfDocument(pdf.as_pdf(samples.document(samples.every_block()[1], project=samples.HARD[0])))
    pages = [page.get_textpage() for page in made]
    found = "".join(unicodedata.normalize("NFKC", page.get_text_range()) for page in pages)
    for name in ("مشروع", "הונאות", "顧客離反", "客户流失", "Ελληνικά", "Кириллица"):
        letters = set(unicodedata.normalize("NFKC", name))
        assert letters <= set(found), name
    boxes = [page.get_charbox(at) for page in pages for at in range(page.count_chars())]
    width = made[0].get_width()
    assert max(right for _, _, right, _ in boxes) <= width - MARGIN_POINTS
    assert min(left for left, _, right, _ in boxes if right > left) >= MARGIN_POINTS


@pytest.mark.slow
def test_paper_with_letters_of_every_script_is_valid_for_archives_and_readers() -> None:
    """A letter without a font would be an empty box, which no profile allows."""
    made = pdf.as_pdf(samples.document(*samples.every_block(), project=samples.HARD[2]))
    for profile in (ValidationProfile.PDF_A_3A, ValidationProfile.PDF_UA_1):
        failures = validate_pdf_bytes(made, profile=profile).failures
        assert [failure for failure in failures if not is_by_chance(failure)] == []


@pytest.mark.slow
def test_a_long_table_has_its_head_on_every_page_and_loses_no_row() -> None:
    made = pypdfium2.PdfDocument(pdf.as_pdf(samples.document(lines(300))))
    texts = [page.get_textpage().get_text_range() for page in made]
    with_rows = [text for text in texts if "Row " in text]
    assert len(with_rows) > 3
    assert all("Name" in text and "Value" in text for text in with_rows)
    found = [int(number) for text in with_rows for number in re.findall(r"Row (\d+)", text)]
    assert found == list(range(300))
