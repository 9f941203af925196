"""What every answer carries, and how errors are answered: by a page, or for programs as a problem."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.test import Client

from audit.models import Event
from projects.models import Risk, Task
from projects.services import tasks
from tests.cast import PASSWORD, Cast

OVERVIEW, PROJECT = "/projects/churn/", "/api/v1/projects/churn"


def signed_in(cast: Cast, name: str = "mara") -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(cast.actors[name].user)
    return client


@pytest.fixture
def broken(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`broken(error)`: a client in whose requests asking for a project raises the error."""

    def make(error: Exception) -> Client:
        def raises(*_: Any) -> None:
            raise error

        client = signed_in(cast)
        monkeypatch.setattr("projects.access.project_for", raises)
        return client

    return make


@pytest.mark.parametrize(
    "path", ["/", OVERVIEW, "/nowhere", "/accounts/login/", "/gallery/", "/api/v1/docs", PROJECT, "/healthz"]
)
def test_the_browser_is_told_to_run_and_load_our_own_alone(cast: Cast, path: str) -> None:
    answer = signed_in(cast).get(path, follow=True)
    policy = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert not {"script-src", "style-src"} & set(policy)
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_a_page_of_an_error_is_guarded_as_well(broken: Any) -> None:
    assert "default-src 'self'" in broken(RuntimeError()).get(OVERVIEW)["Content-Security-Policy"]


def test_the_session_is_out_of_reach_of_scripts_and_other_sites(cast: Cast, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client = Client()
    answer = client.post("/accounts/login/", {"login": "otto", "password": PASSWORD})
    session, secret = answer.cookies["sessionid"], answer.cookies["csrftoken"]
    assert (session["httponly"], session["samesite"]) == (True, "Lax")
    assert session["secure"] is secret["secure"] is True


def test_all_but_the_health_goes_to_https_when_told_so(db: None, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get("/my-work")["Location"] == "https://testserver/my-work"
    assert Client().get("/healthz").status_code == 200


def test_a_form_from_elsewhere_is_refused_in_words(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.mara.user)
    answer = client.post("/projects/churn/reports/build")
    assert answer.status_code == 403
    assert "Form not accepted" in answer.content.decode()
    told = client.post(f"{PROJECT}/reports")
    assert (told.status_code, told.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("error", "status", "heading"),
    [
        (RuntimeError("secret path /srv"), 500, "Something went wrong here"),
        (PermissionDenied("secret path /srv"), 403, "Not allowed"),
    ],
)
def test_an_error_has_a_page_that_tells_nothing_of_the_inside(
    broken: Any, error: Exception, status: int, heading: str
) -> None:
    answer = broken(error).get(OVERVIEW)
    text = answer.content.decode()
    assert answer.status_code == status
    assert f"<h1>{heading}</h1>" in text
    assert "/srv" not in text


def test_what_is_not_there_has_a_page(cast: Cast) -> None:
    answer = signed_in(cast).get("/nowhere")
    assert (answer.status_code, "<h1>Not found</h1>" in answer.content.decode()) == (404, True)


def test_a_refusal_has_a_page_with_its_reason(cast: Cast) -> None:
    url = f"/projects/churn/do/stop/{cast.project.pk}"
    answer = signed_in(cast).post(url, {"reason": "No."})
    assert answer.status_code == 403
    assert "you need one of these roles: sponsor" in answer.content.decode()
    assert "Nothing was changed." in answer.content.decode()


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (RuntimeError("secret path /srv"), 500, "internal_error"),
        (PermissionDenied("secret path /srv"), 403, "not_allowed"),
        (SuspiciousOperation("secret path /srv"), 400, "malformed"),
    ],
)
def test_an_error_is_a_problem_for_programs(broken: Any, error: Exception, status: int, code: str) -> None:
    answer = broken(error).get(PROJECT)
    body = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert (answer.status_code, body["status"], body["code"], body["type"]) == (
        status, status, code, f"urn:crispmlq:{code}",
    )  # fmt: skip
    assert "/srv" not in answer.content.decode()


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/api/v2/projects", f"{PROJECT}/tasks/nothing", PROJECT + "x"])
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_what_is_not_there_is_a_problem_for_programs(cast: Cast, path: str, is_signed_in: bool) -> None:
    answer = (signed_in(cast) if is_signed_in else Client()).get(path)
    assert answer.status_code in ({404} if is_signed_in else {401, 404})
    assert answer["Content-Type"] == "application/problem+json"
    assert set(answer.json()) >= {"type", "title", "status", "code", "detail"}


@pytest.mark.parametrize(
    ("method", "type_", "status", "code"),
    [
        ("DELETE", "application/json", 405, "method_not_allowed"),
        ("PATCH", "text/plain", 415, "unsupported_media_type"),
    ],
)
def test_what_the_api_does_not_take_is_told(cast: Cast, method: str, type_: str, status: int, code: str) -> None:
    answer = signed_in(cast).generic(method, PROJECT, "x", content_type=type_, headers={"if-match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_request_has_an_id_that_its_events_carry(cast: Cast) -> None:
    answer = signed_in(cast, "dana").post(f"{PROJECT}/tasks/define-scope/start", headers={"x-request-id": "forged"})
    assert Event.objects.latest("id").request_id == UUID(answer["X-Request-ID"])


@pytest.mark.parametrize("path", [OVERVIEW, PROJECT])
def test_a_failed_request_has_an_id_too(broken: Any, path: str) -> None:
    client = broken(RuntimeError())
    ids = {UUID(client.get(path)["X-Request-ID"]) for _ in range(2)}
    assert len(ids) == 2


def test_what_failed_half_way_changed_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def raises(*_: Any) -> None:
        raise RuntimeError

    events, risk = Event.objects.count(), Risk.objects.first()
    monkeypatch.setattr("projects.services.risks.RiskRating.objects.bulk_create", raises)
    form = {"severity": "low", "likelihood": "rare", "reason": "Seldom."}
    assert signed_in(cast, "dora").post(f"/projects/churn/do/rate-risk/{risk.pk}", form).status_code == 500
    risk.refresh_from_db()
    assert (risk.state, Event.objects.count()) == ("identified", events)


def test_an_id_is_not_carried_into_what_follows(cast: Cast) -> None:
    signed_in(cast).get(OVERVIEW)
    tasks.start(task=Task.objects.get(key="define-scope"), by=cast.dana)
    assert Event.objects.latest("id").request_id is None
