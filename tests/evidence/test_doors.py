"""Files through page and API: how they come in, how they are handed out, and what is never handed out."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from audit.models import Event
from evidence.models import Blob
from projects.models import Attachment, Revision
from projects.services import documents
from tests import walk
from tests.cast import Cast, token_for

DATA = b"age,churned\n41,no\n"
FORM = "/projects/churn/documents/scope-document/1/attach"
ENDPOINT = "/api/v1/projects/churn/documents/scope-document/revisions/1/attachments"
SHOWN = "/projects/churn/documents/scope-document"
DOORS = ["page", "api"]


@pytest.fixture
def draft(cast: Cast) -> Revision:
    values = walk.values_for(documents.kind_of(cast.project, "scope-document"))
    return documents.draft(project=cast.project, kind="scope-document", fields=values, by=cast.dana)


def attach(cast: Cast, revision: Revision, name: str = "rows.csv") -> Attachment:
    return documents.attach(revision=revision, name=name, media_type="text/csv", data=DATA, by=cast.dana)


def client_of(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.actors[name].user)
    return client


def send(cast: Cast, door: str, file: Any, name: str = "dana", **fields: str) -> Any:
    return client_of(cast, name).post(FORM if door == "page" else ENDPOINT, {"file": file, **fields})


def fetch(cast: Cast, door: str, attachment: Attachment, name: str = "dana") -> Any:
    url = f"/projects/churn/files/{attachment.pk}"
    return client_of(cast, name).get(url if door == "page" else f"/api/v1/projects/churn/attachments/{attachment.pk}")


def on_disk() -> list[Path]:
    return [path for path in Path(settings.EVIDENCE_DIR).rglob("*") if path.is_file()]


def body_of(answer: Any) -> str:
    return answer.content.decode()


@pytest.mark.parametrize(("door", "status"), [("page", 302), ("api", 201)])
def test_a_file_comes_in_and_goes_out_unchanged(cast: Cast, draft: Revision, door: str, status: int) -> None:
    assert send(cast, door, SimpleUploadedFile("rows.csv", DATA, "text/csv")).status_code == status
    attachment = draft.attachments.get()
    assert attachment.blob.sha256 == hashlib.sha256(DATA).hexdigest()
    answer = fetch(cast, door, attachment)
    assert (answer.status_code, answer.content) == (200, DATA)
    assert Event.objects.latest("id").act == "evidence.downloaded"


@pytest.mark.parametrize("door", DOORS)
def test_a_download_is_never_shown_in_the_browser(cast: Cast, draft: Revision, door: str) -> None:
    answer = fetch(cast, door, attach(cast, draft, "<script>.html"))
    assert answer["Content-Disposition"].startswith('attachment; filename="')
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'self'" in answer["Content-Security-Policy"]


def test_a_program_is_told_the_hash_of_what_it_gets(cast: Cast, draft: Revision) -> None:
    told = fetch(cast, "api", attach(cast, draft))["Repr-Digest"]
    assert told == f"sha-256=:{b64encode(hashlib.sha256(DATA).digest()).decode()}:"


@pytest.mark.parametrize("name", ["<b>.csv", 'a"; filename="evil.exe', "דוח.csv", "a;b.csv", "x" * 200])
def test_an_odd_name_does_not_leave_its_quotes(cast: Cast, draft: Revision, name: str) -> None:
    answer = fetch(cast, "page", attach(cast, draft, name))
    inner = answer["Content-Disposition"].removeprefix('attachment; filename="').removesuffix('"')
    assert '"' not in inner
    assert inner.isascii()
    assert len(inner) == len(name)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("data", "said"), [(b"", "empty"), (b"x" * 101, "at most 100 are accepted")], ids=["empty", "too large"]
)
def test_an_unfit_file_is_refused(
    cast: Cast, draft: Revision, settings: Any, door: str, data: bytes, said: str
) -> None:
    settings.EVIDENCE_MAX_BYTES = 100
    answer = send(cast, door, SimpleUploadedFile("rows.csv", data))
    assert answer.status_code == 422
    if door == "api":
        assert said in answer.json()["errors"]["file"][0]
    assert not Blob.objects.exists()
    assert on_disk() == []


@pytest.mark.parametrize(("door", "status"), [("page", 422), ("api", 422)])
def test_a_form_without_a_file_is_refused(cast: Cast, draft: Revision, door: str, status: int) -> None:
    assert send(cast, door, "").status_code == status


def test_bytes_without_the_claimed_hash_are_refused(cast: Cast, draft: Revision) -> None:
    answer = send(cast, "api", SimpleUploadedFile("rows.csv", DATA), sha256="0" * 64)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["sha256"])
    assert not draft.attachments.exists()
    assert not Blob.objects.exists()
    assert on_disk() == []


def test_bytes_with_the_claimed_hash_are_kept(cast: Cast, draft: Revision) -> None:
    digest = hashlib.sha256(DATA).hexdigest()
    assert send(cast, "api", SimpleUploadedFile("rows.csv", DATA), sha256=digest).json()["sha256"] == digest


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", ["../../x", "..\\..\\x", "/etc/x", "C:\\x"])
def test_a_path_is_cut_off_a_name(cast: Cast, draft: Revision, door: str, name: str) -> None:
    send(cast, door, SimpleUploadedFile("n", DATA), name="dana")
    body = _multipart(name)
    client_of(cast, "dana").generic("POST", FORM if door == "page" else ENDPOINT, *body)
    assert set(Blob.objects.values_list("name", flat=True)) == {"n", "x"}
    assert len(on_disk()) == 1


@pytest.mark.parametrize("door", DOORS)
def test_a_very_long_name_is_refused(cast: Cast, draft: Revision, door: str) -> None:
    assert send(cast, door, SimpleUploadedFile("x" * 250, DATA)).status_code == 422
    assert not Blob.objects.exists()


def test_markup_in_a_name_is_shown_as_text(cast: Cast, draft: Revision) -> None:
    attach(cast, draft, "<b>bold<b>.csv")
    for page in (SHOWN, "/projects/churn/history"):
        assert "<b>bold" not in body_of(client_of(cast, "dana").get(page))
    assert "&lt;b&gt;bold&lt;b&gt;.csv" in body_of(client_of(cast, "dana").get(SHOWN))


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("damage", [None, b"damaged bytes"], ids=["gone", "altered"])
def test_damaged_evidence_is_not_handed_out(cast: Cast, draft: Revision, door: str, damage: bytes | None) -> None:
    attachment = attach(cast, draft)
    path, events = on_disk()[0], Event.objects.count()
    path.write_bytes(damage) if damage else path.unlink()
    answer = fetch(cast, door, attachment)
    assert answer.status_code == 409
    assert b"damaged bytes" not in answer.content
    assert ("is gone" if damage is None else "was altered") in body_of(answer)
    if door == "api":
        assert answer["Content-Type"] == "application/problem+json"
        assert (answer.json()["code"], answer.json()["sha256"]) == ("evidence_damaged", attachment.blob.sha256)
    assert Event.objects.count() == events


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("who", ["otto", "root"])
def test_a_file_is_not_there_for_strangers(cast: Cast, draft: Revision, door: str, who: str) -> None:
    attachment = attach(cast, draft)
    answer = fetch(cast, door, attachment, who)
    assert answer.status_code == 404
    assert DATA not in answer.content
    assert send(cast, door, SimpleUploadedFile("b", b"b"), who).status_code == 404
    assert draft.attachments.count() == 1


def test_a_token_of_another_project_finds_no_file(cast: Cast, draft: Revision) -> None:
    attachment = attach(cast, draft)
    other = type(cast.project)()
    answer = Client().get(
        f"/api/v1/projects/churn/attachments/{attachment.pk}",
        headers={"authorization": f"Bearer {token_for('pipeline', other)}"},
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("door", DOORS)
def test_an_auditor_reads_files_and_attaches_none(cast: Cast, draft: Revision, door: str) -> None:
    attachment = attach(cast, draft)
    assert fetch(cast, door, attachment, "ada").content == DATA
    assert send(cast, door, SimpleUploadedFile("b", b"b"), "ada").status_code == 403


@pytest.mark.parametrize(("door", "status"), [("page", 302), ("api", 201)])
def test_a_submitted_revision_takes_no_more_files(cast: Cast, draft: Revision, door: str, status: int) -> None:
    assert send(cast, door, SimpleUploadedFile("a", b"a")).status_code == status
    documents.submit(revision=draft, by=cast.dana)
    assert send(cast, door, SimpleUploadedFile("b", b"b")).status_code == 409
    assert draft.attachments.count() == 1


def _multipart(name: str) -> tuple[bytes, str]:
    """A form with one file whose name no client would send like this."""
    quoted = name.replace("\\", "\\\\")
    head = f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n\r\n'
    return head.encode() + DATA + b"\r\n--edge--\r\n", "multipart/form-data; boundary=edge"
