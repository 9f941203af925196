"""What a hostile or broken client may send: refused in words, never a 500."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from projects.models import Criterion, Document, Risk
from tests import walk
from tests.cast import Cast

URL = "/api/v1/projects/churn"


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"a":' * 5_000,
        '{"name": ' + "[" * 100 + "]" * 100 + "}",
        '{"\\ud800": 1}',
        '{"name": ["\\udfff"]}',
        '{"name": NaN}',
        '{"name": Infinity}',
        '{"name": "a", "name": "b"}',
        b"\xff\xfe{",
        "{",
    ],
)
def test_json_that_can_not_be_taken_is_refused_in_words(cast: Cast, body: Any) -> None:
    client = Client()
    client.force_login(cast.mara.user)
    answer = client.post("/api/v1/projects", body, content_type="application/json")
    assert answer.status_code == 400, answer.content[:200]
    assert answer.json()["code"] == "malformed"


@pytest.mark.parametrize(
    "value", ["1E+999999999", "9" * 400, "1_000", "\uff11\uff12", "NaN", "Infinity", "0x10", "", " ", True, None, [1]]
)
def test_a_number_is_ascii_digits_of_bearable_size(api: Any, cast: Cast, value: Any) -> None:
    walk.approve_criteria(cast)
    body = {"value": value, "unit": "1", "environment": "validation", "measured_at": "2026-01-01T00:00:00Z"}
    answer = api("pipeline", "post", "criteria/recall/measurements", body)
    assert answer.status_code == 422, answer.content
    assert "value" in answer.json()["errors"]


def test_a_hash_sent_as_a_file_is_refused(cast: Cast, api: Any) -> None:
    revision = walk.documents.draft(project=cast.project, kind="scope-document", fields={}, by=cast.mara)
    client = Client()
    client.force_login(cast.mara.user)
    parts = {"file": SimpleUploadedFile("a.txt", b"a"), "sha256": SimpleUploadedFile("b.txt", b"b")}
    answer = client.post(f"{URL}/documents/scope-document/revisions/{revision.number}/attachments", parts)
    assert answer.status_code == 422
    assert Document.objects.get(kind="scope-document").revisions.get().attachments.count() == 0


def test_three_hundred_thousand_keys_are_refused_by_the_first_that_are_unknown(api: Any) -> None:
    keys = [f"k-{n}" for n in range(300_000)]
    body = {"keys": keys, "severity": "low", "likelihood": "rare", "reason": "R"}
    answer = api("dora", "post", "phases/1/risks/rate", body)
    assert answer.status_code == 422
    assert len(answer.content) < 2_000
    assert not Risk.objects.exclude(state="identified").exists()


def test_who_may_not_change_roles_learns_of_no_account(api: Any) -> None:
    answers = {api("enzo", "put", f"members/{name}", {"roles": []}).status_code for name in ("otto", "nobody")}
    assert answers == {403}


def test_where_to_go_next_is_never_more_than_a_path(cast: Cast) -> None:
    task = cast.project.task_set.get(key="define-scope")
    client = Client()
    client.force_login(cast.dana.user)
    answer = client.post(
        f"/projects/churn/do/start-task/{task.pk}", {"next": "/projects/churn/\r\nX: y"}, headers={"HX-Request": "true"}
    )
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/projects/churn/")


def test_a_time_with_its_zone_is_kept_right(cast: Cast) -> None:
    from projects.views.readers import reading

    given = {"value": "1", "measured_at": "2026-01-01T10:00:00+02:00"}
    assert reading(given)["reading"].measured_at.isoformat() == "2026-01-01T08:00:00+00:00"
    assert Criterion.objects.count() == 0
