"""The dossier: it holds what the records hold; built by a job, stored, handed out, told."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from page import ValidationProfile, validate_pdf_bytes

from audit.models import Event
from compliance.documents import blocks, pdf, plain
from compliance.documents.plain import as_json
from compliance.models import Report
from compliance.services import reports
from crispmlq.errors import Invalid, NotFound
from evidence.models import Blob
from jobs import queue
from jobs.models import Job
from tests import reported, walk
from tests.cast import Cast
from tests.compliance import samples
from tests.compliance.test_documents import is_by_chance


def test_it_holds_what_the_records_hold(cast: Cast) -> None:
    walk.approve_criteria(cast)
    walk.accept_document(cast, "scope-document")
    document = reported.built(cast.project)
    assert [s.key for s in reported.section(document, "phases").blocks] == [f"phase-{n}" for n in range(1, 7)]
    assert {row["Criterion"] for row in reported.table(document, "Success criteria, as they stand")} == set(
        walk.CRITERIA
    )
    [revision] = reported.table(document, "Documents and their revisions")
    assert revision["State"] == "Accepted"
    assert plain.from_json(plain.as_json(document)) == document


def test_every_row_of_its_tables_names_the_record_it_rests_on(cast: Cast) -> None:
    walk.pass_gate(cast, 1)
    document = reported.built(cast.project)
    for table in blocks.tables_in(document):
        if not table.title.startswith(("Limits", "Checks of", "Gates")):
            assert all(any(cell.references for cell in row) for row in table.rows), table.title
    assert all(cited.event is not None and len(cited.digest) == 64 for cited in document.references)


def test_html_and_json_have_the_same_bytes_for_the_same_state(cast: Cast) -> None:
    first, second = reported.built(cast.project), reported.built(cast.project)
    assert plain.as_json(first) == plain.as_json(second)
    assert reported.page(first) == reported.page(second)


def test_a_past_time_gives_the_document_of_then(cast: Cast) -> None:
    walk.approve_criteria(cast)
    before = reported.built(cast.project)
    walk.settle(cast, 1)
    walk.accept_document(cast, "scope-document")
    assert reported.built(cast.project) != before
    assert reported.built(cast.project, at=parse_datetime(before.as_of)) == before


@pytest.mark.slow
def test_a_job_issues_it_and_issuing_again_gives_the_same_hash(cast: Cast) -> None:
    for _ in range(2):
        job = reports.request(project=cast.project, by=cast.ada)
        queue.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.progress) == (Job.State.DONE, 100), job.message
    first, second = Report.objects.select_related("pdf", "docx")
    assert (first.pdf.sha256, first.docx.sha256) == (second.pdf.sha256, second.docx.sha256)
    client = Client()
    client.force_login(cast.ada.user)
    answer = client.get(f"/projects/churn/reports/{first.pk}/pdf")
    assert answer.content.startswith(b"%PDF-1.7")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in answer.content
    assert Event.objects.latest("id").act == "report.downloaded"


def test_a_stranger_gets_no_report(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.otto.user)
    assert client.get("/projects/churn/reports").status_code == 404
    assert client.post("/projects/churn/reports/build").status_code == 404
    assert not Job.objects.exists()


@pytest.mark.slow
def test_the_pdf_is_archival_and_accessible(cast: Cast) -> None:
    walk.approve_criteria(cast)
    made = pdf.as_pdf(reported.built(cast.project))
    for profile in (ValidationProfile.PDF_A_3A, ValidationProfile.PDF_UA_1):
        report = validate_pdf_bytes(made, profile=profile)
        assert [failure for failure in report.failures if not is_by_chance(failure)] == []


class TestRequest:
    def test_asking_for_the_same_meanwhile_gives_the_same_job_and_for_another_another(self, cast: Cast) -> None:
        ask = {"project": cast.project, "by": cast.mara}
        assert reports.request(**ask) == reports.request(**ask)
        assert reports.request(**ask, status="draft") != reports.request(**ask)

    def test_it_refuses_a_time_to_come_another_status_and_an_unknown_kind(self, cast: Cast) -> None:
        for wrong, refusal in (
            ({"at": timezone.now() + timedelta(hours=1)}, Invalid),
            ({"status": "perfect"}, Invalid),
            ({"kind": "horoscope"}, NotFound),
        ):
            with pytest.raises(refusal):
                reports.request(project=cast.project, by=cast.mara, **wrong)
        assert not Job.objects.exists()


class TestIssue:
    def test_a_final_report_with_open_places_is_refused_by_their_names(self, cast: Cast) -> None:
        document = samples.document(*samples.every_block())
        with pytest.raises(reports.PlaceholdersOpen, match="Still open: Signature") as refused:
            reports.issue(project=cast.project, document=document, files={"json": b"{}"}, by=cast.mara)
        assert refused.value.data == {"placeholders": ["sign"]}
        assert not Report.objects.exists()
        assert not Blob.objects.exists()

    def test_a_draft_keeps_what_it_was_made_from(self, cast: Cast) -> None:
        report = issued(cast)
        assert (report.status, report.kind) == ("draft", "sample")
        assert report.text_versions == ["Process crisp-ml(q) 1"]
        assert reports.document_of(report).as_of == "2026-11-24T10:00:00.000000Z"


class TestTables:
    def test_each_table_is_a_file_of_its_own_with_numbers_as_numbers(self, cast: Cast) -> None:
        file = reports.hand_out_table(report=issued(cast), number=1, form="csv", by=cast.ada)
        assert file.data.decode() == f"Name,Value,Hash\r\nRisk,0.25,{'ab' * 32}\r\n"
        assert file.name == "churn-sample-table-1.csv"
        assert Event.objects.latest("id").act == "report.downloaded"

    @pytest.mark.parametrize(("number", "form"), [(0, "csv"), (3, "csv"), (1, "pdf")])
    def test_there_is_no_other(self, cast: Cast, number: int, form: str) -> None:
        with pytest.raises(NotFound):
            reports.hand_out_table(report=issued(cast), number=number, form=form, by=cast.ada)


def issued(cast: Cast) -> Report:
    document = samples.document(*samples.every_block(), status="draft")
    return reports.issue(project=cast.project, document=document, files={"json": plain.as_json(document)}, by=cast.mara)


class TestCommand:
    def run(self, *arguments: str) -> str:
        out = StringIO()
        call_command("report", "churn", *arguments, stdout=out)
        return out.getvalue()

    def test_it_writes_the_files_of_the_report_it_builds(
        self, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("compliance.services.reports._files", lambda _, document, job: {"json": as_json(document)})
        told = self.run("--by", "ada", "--status", "draft", "--to", str(tmp_path))
        report = Report.objects.get()
        assert (report.status, report.issued_by) == ("draft", cast.ada.user)
        assert f"{report.data.sha256}  {report.data.name}" in told
        assert json.loads((tmp_path / report.data.name).read_bytes())["kind"] == "dossier"

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--by", "nobody"], "no account"),
            (["--by", "otto"], "no such project"),
            (["--by", "ada", "--kind", "horoscope"], "There is no report"),
            (["--by", "ada", "--as-of", "2001-01-01"], "did not exist"),
        ],
    )
    def test_it_says_why_it_built_none(self, cast: Cast, arguments: list[str], said: str) -> None:
        with pytest.raises(CommandError, match=said):
            self.run(*arguments)
