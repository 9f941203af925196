"""Reports as documents: one object, from which every form is made."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from django.utils.dateparse import parse_datetime
from page import ValidationFailure, ValidationProfile, validate_pdf_bytes

from compliance.documents import blocks, citing, frame, html, kinds, limits, pdf, plain
from compliance.documents.writing import cell, ref
from projects.models import Risk, Waiver
from projects.services import risks, waivers
from regulations.records import Reference
from tests import walk
from tests.cast import Cast
from tests.compliance import samples


def test_a_document_comes_back_from_its_json() -> None:
    document = samples.document(*samples.every_block())
    assert plain.from_json(plain.as_json(document)) == document


def test_every_kind_of_block_is_in_the_sample() -> None:
    document = samples.document(*samples.every_block())
    assert {type(block) for block in blocks.walk(document.sections)} == set(plain.NAMES)


class TestHtml:
    page = staticmethod(lambda **changes: html.as_html(samples.document(*samples.every_block(), **changes)).decode())

    def test_what_was_recorded_is_never_markup(self) -> None:
        assert "A statement &lt;b&gt;." in self.page()

    def test_marks_lead_to_the_page_of_the_record_or_to_the_list_of_references(self) -> None:
        page = self.page()
        assert 'href="http://127.0.0.1:8000/projects/churn/">1</a>' in page
        assert 'href="#ref-2">2</a>' in page
        assert 'id="ref-2"' in page

    def test_on_paper_every_mark_leads_to_the_list_of_references(self) -> None:
        document = samples.document(*samples.every_block())
        assert 'href="#ref-1">1</a>' in html.page(document, for_paper=True)

    def test_a_draft_says_so(self) -> None:
        assert "<strong>Final</strong>" in self.page()
        assert "not to be relied on" in self.page(status="draft")

    def test_a_picture_has_its_alternative_text_as_title(self) -> None:
        assert "<title>A green square</title>" in self.page()
        assert "<title>Old</title>" not in self.page()

    def test_a_table_with_many_columns_turns_the_paper(self) -> None:
        table = blocks.Table("Wide", tuple(blocks.Column(str(n)) for n in range(9)), ((blocks.Text("x"),) * 9,))
        assert '<div class="wide">' in html.page(samples.document(blocks.Section("w", "W", (table,))), for_paper=True)

    def test_a_long_table_is_whole_on_screen_and_cut_on_paper_which_is_told(self) -> None:
        named = [Reference("projects.risk", str(UUID(int=n)), f"Risk {n}") for n in range(html.PAPER_ROWS + 1)]
        rows = tuple((blocks.Text(f"row {n}", (risk,)),) for n, risk in enumerate(named))
        document = samples.document(blocks.Section("s", "S", (blocks.Table("T", (blocks.Column("C"),), rows),)))
        screen, paper = (html.page(document, for_paper=paper) for paper in (False, True))
        last = f'id="ref-{html.PAPER_ROWS + 1}"'
        assert (f"row {html.PAPER_ROWS}<" in screen, last in screen) == (True, True)
        assert (f"row {html.PAPER_ROWS}<" in paper, last in paper) == (False, False)
        assert "Printed are the first 2,000 of 2,001 rows." in paper


@pytest.mark.slow
class TestPdf:
    @pytest.mark.parametrize("status", ["draft", "final"])
    def test_it_is_archival_and_accessible_and_has_the_same_bytes_again(self, status: str) -> None:
        sections = samples.every_block()[:1]  # what has letters of fonts that may lack is tried apart
        document = samples.document(*sections, status=status)
        made = pdf.as_pdf(document)
        assert made == pdf.as_pdf(replace(document))
        for profile in (ValidationProfile.PDF_A_3A, ValidationProfile.PDF_UA_1):
            report = validate_pdf_bytes(made, profile=profile)
            assert [failure for failure in report.failures if not is_by_chance(failure)] == []


def is_by_chance(failure: ValidationFailure) -> bool:
    """The validator takes the last byte of a stream for a line end where it happens to be 0x0D."""
    return "STREAM-LENGTH" in str(failure)


@pytest.fixture
def context(cast: Cast) -> kinds.Context:
    return frame.context_of(cast.project)


def sections(*written: blocks.Block) -> tuple[blocks.Section, ...]:
    return (blocks.Section("one", "One", written),)


def kind(*written: blocks.Block, **changes: object) -> kinds.ReportKind:
    return kinds.ReportKind("try", "Try", "About.", "Somebody", lambda context: sections(*written), **changes)


class TestFrame:
    def test_what_is_not_said_is_the_last_part_whatever_the_builder_writes(self, cast: Cast) -> None:
        for each in [*kinds.KINDS.values(), kind()]:
            last = frame.build(each, cast.project).sections[-1]
            assert (last.key, last.title) == (limits.KEY, "What this report does not say")
            assert limits.GENERAL in str(last)

    def test_it_names_placeholders_and_what_is_not_recorded(self, cast: Cast) -> None:
        lacking = kind(blocks.Placeholder("p", "Signature"), blocks.NotRecorded("No data sheet."), needs=("dataset",))
        said = str(frame.build(lacking, cast.project).sections[-1])
        assert "Signature" in said
        assert "No data sheet." in said
        assert "No record of the type “dataset”." in said

    def test_it_names_what_was_waived(self, cast: Cast) -> None:
        gate = cast.project.gate_set.get(phase__number=1)
        given = {"reason": "Later.", "expires_on": walk.days(5)}
        waivers.grant(waiver=waivers.request(gate=gate, check_key="g1-aligned", by=cast.mara, **given), by=cast.sven)
        last = frame.build(kind(), cast.project).sections[-1]
        assert "g1-aligned" in str(last)
        assert ref(Waiver.objects.get()) in list(blocks.references_in((last,)))

    def test_the_same_state_gives_the_same_bytes(self, cast: Cast) -> None:
        assert plain.as_json(frame.build(kind(), cast.project)) == plain.as_json(frame.build(kind(), cast.project))

    def test_a_past_time_shows_the_state_of_then(self, cast: Cast) -> None:
        before = frame.build(kind(), cast.project)
        walk.approve_criteria(cast)
        after = frame.build(kind(), cast.project)
        again = frame.build(kind(), cast.project, at=parse_datetime(before.as_of))
        assert before == again
        assert after.as_of > before.as_of


class TestReferences:
    def test_each_has_the_event_that_last_changed_its_row_by_then_and_its_page(self, cast: Cast) -> None:
        risk = Risk.objects.filter(project=cast.project).first()
        report = kind(blocks.Paragraph("Rated.", (ref(risk),)))
        before = frame.build(report, cast.project)
        risks.rate(risk=risk, severity="low", likelihood="rare", reason="Seen.", by=cast.dora)
        after = frame.build(report, cast.project)
        assert before.references[0].event < after.references[0].event < after.trail.size
        assert before.references[0].path == f"/projects/churn/risks/{risk.key}"
        again = frame.build(report, cast.project, at=parse_datetime(before.as_of))
        assert again.references == before.references

    @pytest.mark.parametrize("rows", [1, 25])
    def test_they_need_the_same_queries_however_many(
        self, cast: Cast, context: kinds.Context, django_assert_num_queries: object, rows: int
    ) -> None:
        found = [ref(risk) for risk in context.rows(Risk)[:rows]]
        with django_assert_num_queries(3):  # changes, their places in the log, pages of risks
            assert len(citing.cited(found, cast.project.pk, context.at)) == rows


def test_a_cell_is_said_as_print_has_it() -> None:
    assert [cell(value).text for value in (None, "", True, 3, [])] == ["–", "–", "yes", "3", "–"]
