"""What no form and no client of ours would send is refused in words; it is never a bug and leaves nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from audit.models import Event
from projects.models import Task
from tests.cast import Cast

ZERO = "a\0b"
CRITERION = {"key": "k", "level": "ml", "metric": "m", "unit": "1", "direction": "at_least", "threshold": "1"}
CRITERION |= {"name": "K", "method": "so", "owner_name": "Dora"}
HUGE = 10**30


def mara(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.mara.user)
    return client


@pytest.mark.parametrize(
    ("command", "form"),
    [
        ("hold", {"reason": ZERO, "condition": "Data is there."}),
        ("propose-criterion", {**CRITERION, "name": ZERO}),
        ("propose-criterion", {**CRITERION, "threshold": "much"}),
        ("propose-criterion", {**CRITERION, "threshold": "1e999999"}),
        ("set-roles", {"username": ZERO, "roles": "sponsor"}),
        ("set-roles", {"username": "otto", "roles": "king"}),
        ("check-task", {"rows": "x"}),
        ("check-task", {"rows": "-1"}),
        ("check-task", {"rows": "²"}),
        ("check-task", {"rows": str(HUGE)}),
        ("check-task", {}),
        ("assign-task", {"assignee": "nobody"}),
        ("assign-task", {"assignee": "", "due_on": "2026-13-45"}),
        ("assign-task", {"assignee": "", "due_on": "tomorrow"}),
    ],
)
def test_a_form_of_nonsense_is_refused_in_words(cast: Cast, command: str, form: dict[str, Any]) -> None:
    row = Task.objects.get(key="define-scope") if command.endswith("task") else cast.project
    events = Event.objects.count()
    answer = mara(cast).post(f"/projects/churn/do/{command}/{row.pk}", form)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert Event.objects.count() == events


def test_a_new_project_of_nonsense_says_which_field(cast: Cast) -> None:
    answer = mara(cast).post("/new-project", {"slug": "new", "name": ZERO, "purpose": "P", "kind": "full"})
    assert answer.status_code == 422
    assert "invisible zero character" in answer.content.decode()


@pytest.mark.parametrize("form", [{"purpose": ZERO}, {"purpose": "P", "change_reason": ZERO}])
def test_a_document_of_nonsense_is_not_drafted(cast: Cast, form: dict[str, str]) -> None:
    answer = mara(cast).post("/projects/churn/documents/scope-document/edit", form)
    assert 'role="alert"' in answer.content.decode()
    assert not cast.project.document_set.exists()


@pytest.mark.parametrize(
    "path",
    [
        f"phases/{HUGE}",
        f"gates/{HUGE}",
        "gates/0",
        "risks/nothing",
        "documents/nothing",
        "documents/nothing/edit",
        f"documents/scope-document/{HUGE}/attach",
        "files/01900000-0000-7000-8000-000000000000",
        "reports/01900000-0000-7000-8000-000000000000/pdf",
        "do/nothing/01900000-0000-7000-8000-000000000000",
        "do/start-task/01900000-0000-7000-8000-000000000000",
    ],
)
def test_what_a_page_does_not_have_is_not_there(cast: Cast, path: str) -> None:
    client, url = mara(cast), f"/projects/churn/{path}"
    assert {client.get(url).status_code, client.post(url).status_code} <= {404, 405}


@pytest.mark.parametrize(
    "path",
    [
        "history?act=%00",
        "history?act=nothing.done",
        "history?person=x",
        "history?object=x&object_type=x&phase=7&after=x",
        "history?before=x",
        "history?before=²",
        f"history?before={HUGE}",
        "history?since=x&until=2026-13-45",
        "history?until=9999-12-31&since=0001-01-01",
        "risks?state=%00&phase=x",
        "documents/scope-document?revision=x",
        "reports?job=x",
    ],
)
def test_a_strange_filter_of_a_page_is_passed_over(cast: Cast, path: str) -> None:
    assert mara(cast).get(f"/projects/churn/{path}").status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("tasks?phase=x", 422),
        ("tasks?limit=-1", 200),
        ("tasks?offset=x", 200),
        (f"tasks?offset={HUGE}", 200),
        ("events?act=%00", 422),
        ("events?act=nothing.done", 422),
        ("events?act=task.started", 200),
        ("events?object=x", 422),
        ("events?limit=x", 422),
        ("events?limit=-1", 200),
        (f"events?before={HUGE}", 200),
        (f"phases/{HUGE}", 404),
        (f"documents/scope-document/revisions/{HUGE}", 404),
        (f"criteria/k/versions/{HUGE}", 404),
    ],
)
def test_a_strange_question_to_the_api_is_answered(api: Any, path: str, status: int) -> None:
    assert api("mara", "get", path).status_code == status


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("documents", [], 422),
        ("documents", "text", 422),
        ("documents", {"kind": ZERO, "values": {}}, 422),
        ("documents", {"kind": "scope-document", "values": [1]}, 422),
        ("documents", {"kind": "scope-document", "values": {"purpose": ZERO}}, 422),
        ("documents", {"kind": "scope-document", "values": {"purpose": {"a": [1]}}}, 422),
        ("documents", {"kind": "scope-document", "values": {ZERO: "1"}}, 422),
        ("tasks/define-scope/check", {"done": "x"}, 422),
        ("tasks/define-scope/hand-in", {"result": ZERO}, 422),
        ("iterations", {"to_phase": HUGE, "tasks": ["define-scope"], "origin": "audit", "reason": "So."}, 422),
    ],
)
def test_a_body_of_nonsense_is_refused(api: Any, path: str, body: Any, status: int) -> None:
    events = Event.objects.count()
    answer = api("mara", "post", path, body)
    assert (answer.status_code, answer.json()["code"]) == (status, "invalid")
    assert Event.objects.count() == events


@pytest.mark.parametrize(
    "address",
    [
        f"/projects/churn/experiments/compare?runs={'9' * 5000}&runs=%C2%B2",
        f"/activity?before={'9' * 5000}",
        "/api/v1/projects/churn/signal-rules?format=csv",
    ],
)
def test_an_address_of_nonsense_is_answered(cast: Cast, address: str) -> None:
    assert mara(cast).get(address).status_code == 200


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "soon", "2026-01-01"])
def test_a_past_that_no_clock_shows_is_refused(cast: Cast, time: str) -> None:
    assert mara(cast).get(f"/api/v1/projects/churn/tasks?as_of={time}").status_code == 422


def test_a_version_of_nonsense_in_the_form_of_policies_is_no_version(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.root.user)
    answer = client.post("/policies", {"version": "9" * 5000, "reason": "R", "requirements_before_tasks": "refuse"})
    assert answer.status_code == 302
