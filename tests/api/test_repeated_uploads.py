"""A file sent twice under one idempotency key is attached once, however its form is put together."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from projects.models import Attachment
from projects.services import documents, memberships
from tests import walk
from tests.cast import Cast, token_for

URL = "/api/v1/projects/churn/documents/scope-document/revisions/1/attachments"


@pytest.fixture
def send(cast: Cast) -> Any:
    values = walk.values_for(documents.kind_of(cast.project, "scope-document"))
    documents.draft(project=cast.project, kind="scope-document", fields=values, by=cast.dana)
    token = f"Bearer {token_for('pipeline', cast.project)}"

    def call(data: bytes, edge: str, name: str = "rows.csv", key: str = "k1") -> Any:
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + data + f"\r\n--{edge}--\r\n".encode()
        headers = {"authorization": token, "idempotency-key": key}
        return Client().generic("POST", URL, body, f"multipart/form-data; boundary={edge}", headers=headers)

    return call


def test_the_same_file_in_another_envelope_is_the_same_request(send: Any) -> None:
    first, again = send(b"data", "one"), send(b"data", "two")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again["Idempotent-Replay"] == "true"
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize(("data", "name"), [(b"other", "rows.csv"), (b"data", "other.csv")])
def test_another_file_under_the_same_key_is_refused(send: Any, data: bytes, name: str) -> None:
    send(b"data", "one")
    answer = send(data, "one", name)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
    assert Attachment.objects.count() == 1


def test_a_large_file_can_be_repeated_too(send: Any, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    assert [send(b"x" * 2_000, "one").status_code for _ in range(2)] == [201, 201]
    assert Attachment.objects.count() == 1


def test_it_works_from_the_session_of_a_browser(cast: Cast, send: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.dana.user)
    client.get("/projects/churn/documents/scope-document")
    headers = {"x-csrftoken": client.cookies["csrftoken"].value, "idempotency-key": "k2"}
    answer = client.post(URL, {"file": SimpleUploadedFile("more.csv", b"more")}, headers=headers)
    assert answer.status_code == 201


def test_who_has_left_the_project_gets_no_answer_again(cast: Cast, send: Any) -> None:
    assert send(b"data", "one").status_code == 201
    memberships.set_roles(project=cast.project, user=cast.pipeline.user, roles=[], by=cast.mara)
    assert send(b"data", "one").status_code == 404
