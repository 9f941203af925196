"""Every route for every role. A route missing from the table fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from audit import sealing
from tests.cast import Cast, token_for

ARGUMENTS = {
    "slug": "churn", "number": 1, "key": "contradictory-objectives", "kind": "scope-document", "username": "dora",
    "pk": uuid4(), "uid": uuid4(), "job_id": uuid4(), "form": "pdf", "name": "start-task", "check": "g1-aligned",
    "regulation": "eu-ai-act", "version": "2026-07-27",
    "other": uuid4(),
}  # fmt: skip
# What nobody has to sign in for.
PUBLIC = {"healthz", "vkey", "root", "api:schema", "api:docs", "ui:gallery", "account_login"}
# What only the secret in its link opens.
BY_LINK = {"accounts:join"}
# What an auditor comes for: it looks at the records and changes none.
FOR_AUDITORS = {
    "compliance:build", "compliance:make_package", "api:report", "api:audit-packages", "projects:verify",
    "projects:export", "api:trail-verify", "api:trail-export", "projects:export_history", "projects:export_project",
    "api:exports",
}  # fmt: skip
# Routes of the sign-in library; it tests them itself.
FOREIGN = ("account_", "mfa_", "socialaccount_", "headless", "profile", "")


def routes(resolver: Any = None, namespace: str = "", prefix: str = "") -> Iterator[tuple[str, str]]:
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from routes(entry, inner, path)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name or ''}", path


OWN = sorted({(name, path) for name, path in routes() if ":" in name or name in {"healthz", "vkey", "root"}})


def url_of(path: str) -> str:
    for name, value in ARGUMENTS.items():
        for converter in ("slug", "int", "uuid", "str"):
            path = path.replace(f"<{converter}:{name}>", str(value))
    return "/" + path


def statuses(client: Client, url: str) -> set[int]:
    return {client.get(url).status_code, client.post(url, "{}", content_type="application/json").status_code}


def test_the_table_names_every_argument() -> None:
    assert [path for _, path in OWN if "<" in url_of(path)] == []


@pytest.mark.parametrize(("name", "path"), OWN)
def test_nobody_gets_in_without_signing_in(cast: Cast, name: str, path: str) -> None:
    sealing.seal_all()
    found = statuses(Client(), url_of(path))
    if name in PUBLIC:
        assert 200 in found
    elif name in BY_LINK:
        assert found == {404}
    else:
        assert found <= {302, 401, 403, 405}


@pytest.mark.parametrize(("name", "path"), [route for route in OWN if "<slug:slug>" in route[1]])
@pytest.mark.parametrize("who", ["otto", "root", "token of another project"])
def test_a_project_is_not_there_for_strangers(cast: Cast, name: str, path: str, who: str) -> None:
    client = Client()
    if who.startswith("token"):
        if not name.startswith("api:"):
            pytest.skip("Pages take no token.")
        other = type(cast.project)(id=uuid4())
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token_for('pipeline', other)}"
    else:
        client.force_login(cast.actors[who].user)
    assert statuses(client, url_of(path)) <= {404, 405}


@pytest.mark.parametrize("path", ["trail", "trail/events/<uuid:uid>", "trail/export"])
@pytest.mark.parametrize(
    ("who", "may"), [("mara", False), ("otto", False), ("pipeline", False), ("ada", True), ("root", True)]
)
def test_the_trail_of_the_site_is_there_for_auditors_and_administrators(
    cast: Cast, path: str, who: str, may: bool
) -> None:
    client = Client()
    client.force_login(cast.actors[who].user)
    found = statuses(client, url_of(path))
    assert (200 in found or path.endswith("<uuid:uid>")) if may else found <= {404, 405}


@pytest.mark.parametrize("path", ["trail/erase", "api/v1/erasures", "api/v1/erasures/search"])
@pytest.mark.parametrize(
    ("who", "status"), [("mara", 404), ("otto", 404), ("pipeline", 404), ("ada", 403), ("root", 422)]
)
def test_administrators_alone_erase(cast: Cast, path: str, who: str, status: int) -> None:
    client = Client()
    client.force_login(cast.actors[who].user)
    if path.startswith("api"):
        body = {"text": "no"} if path.endswith("search") else {"basis": " "}
        answer = client.post(url_of(path), body, content_type="application/json")
    else:
        answer = client.post(url_of(path), {"text": "no"})
    assert answer.status_code == status


@pytest.mark.parametrize(("name", "path"), [route for route in OWN if "<slug:slug>" in route[1]])
def test_an_auditor_reads_everything_and_writes_nothing(cast: Cast, name: str, path: str) -> None:
    client, url = Client(), url_of(path)
    client.force_login(cast.ada.user)
    assert client.get(url).status_code in {200, 404, 405}
    written = client.post(url, "{}", content_type="application/json").status_code
    assert written in ({200, 202, 302} if name in FOR_AUDITORS else {403, 404, 405, 415, 422})
