"""Two browsers, two tokens: nobody's work is lost unseen, and one can go on."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from audit.models import Event
from projects.models import Membership, Revision, Task
from projects.services import documents, memberships, projects, tasks
from tests import walk
from tests.cast import Cast

EDIT = "/projects/churn/documents/scope-document/edit"


def browser(actor: Any) -> Client:
    client = Client()
    client.force_login(actor.user)
    return client


@pytest.fixture
def draft(cast: Cast) -> Revision:
    values = walk.values_for(documents.kind_of(cast.project, "scope-document"))
    return documents.draft(project=cast.project, kind="scope-document", fields=values, by=cast.dana)


def test_every_form_of_a_command_carries_the_version_of_its_row(cast: Cast) -> None:
    page = browser(cast.mara).get("/projects/churn/").content.decode()
    assert page.count('name="version" value="') == page.count('<form method="post" action="/projects/churn/do/')
    assert f'name="version" value="{cast.project.audit_ver}"' in page


@pytest.mark.parametrize("htmx", [False, True])
def test_a_stale_form_shows_what_was_typed_and_what_is_there_now_and_lets_one_go_on(cast: Cast, htmx: bool) -> None:
    url, read = f"/projects/churn/do/change/{cast.project.pk}", cast.project.audit_ver
    projects.change(project=cast.project, name="Churn of customers", by=cast.sven)
    events = Event.objects.count()
    typed = {"name": "Churn", "purpose": "Keep them happy.", "version": str(read), "next": "/projects/churn/"}
    headers = {"HTTP_HX_REQUEST": "true"} if htmx else {}
    client = browser(cast.mara)
    answer = client.post(url, typed, **headers)
    page = answer.content.decode()
    assert answer.status_code == 412
    assert "Keep them happy." in page
    assert "Churn of customers" in page
    assert "Sven" in page
    cast.project.refresh_from_db()
    assert (cast.project.name, Event.objects.count()) == ("Churn of customers", events)
    assert f'name="version" value="{cast.project.audit_ver}">Do it all the same' in page
    answer = client.post(url, {**typed, "version": [str(read), str(cast.project.audit_ver)]})
    cast.project.refresh_from_db()
    assert (answer.status_code, cast.project.purpose) == (302, "Keep them happy.")


def test_a_stale_form_of_a_task_does_not_take_it_from_somebody(cast: Cast) -> None:
    task = Task.objects.get(key="define-scope")
    read = task.audit_ver
    tasks.assign(task=task, user_id=cast.dora.user.pk, due_on=None, by=cast.mara)
    answer = browser(cast.mara).post(
        f"/projects/churn/do/assign-task/{task.pk}", {"assignee": str(cast.milo.user.pk), "version": str(read)}
    )
    task.refresh_from_db()
    assert (answer.status_code, task.assignee_id) == (412, cast.dora.user.pk)


def test_two_managers_change_the_roles_of_one_person(cast: Cast) -> None:
    member = Membership.objects.get(project=cast.project, user=cast.dora.user)
    read = member.audit_ver
    memberships.set_roles(project=cast.project, user=cast.dora.user, roles=["legal-reviewer"], by=cast.sven)
    answer = browser(cast.mara).post(
        f"/projects/churn/do/change-roles/{member.pk}", {"roles": ["sponsor"], "version": str(read)}
    )
    member.refresh_from_db()
    assert (answer.status_code, member.roles) == (412, ["legal-reviewer"])


def test_two_browsers_write_one_draft(cast: Cast, draft: Revision) -> None:
    read = draft.audit_ver
    theirs = {**draft.fields, "purpose": "Theirs."}
    documents.change_draft(revision=draft, fields=theirs, by=cast.milo)
    mine = {"purpose": "Mine.", "row_version": str(read), "row_revision": "1"}
    client = browser(cast.dana)
    answer = client.post(EDIT, mine)
    page = answer.content.decode()
    draft.refresh_from_db()
    assert (answer.status_code, draft.fields["purpose"]) == (412, "Theirs.")
    assert "Mine." in page
    assert "Theirs." in page
    assert f'name="row_version" value="{draft.audit_ver}"' in page
    assert client.post(EDIT, {**mine, "row_version": str(draft.audit_ver)}).status_code == 302
    draft.refresh_from_db()
    assert draft.fields["purpose"] == "Mine."


def test_who_began_a_draft_at_the_same_time_is_not_overwritten(cast: Cast, draft: Revision) -> None:
    """The form was opened before there was any draft: it names no revision."""
    answer = browser(cast.mara).post(EDIT, {"purpose": "Mine.", "row_version": "", "row_revision": ""})
    draft.refresh_from_db()
    assert answer.status_code == 412
    assert draft.fields["purpose"] != "Mine."


def test_two_tokens_can_not_lose_each_others_work(cast: Cast, api: Any, draft: Revision) -> None:
    path = "documents/scope-document/revisions/1"
    etag = api("pipeline", "get", path)["ETag"]
    body = {"values": {**draft.fields, "purpose": "First."}}
    assert api("pipeline", "patch", path, body).status_code == 428
    assert api("pipeline", "patch", path, body, if_match=etag).status_code == 200
    second = api("dana", "patch", path, {"values": {**draft.fields, "purpose": "Second."}}, if_match=etag)
    assert (second.status_code, second.json()["code"]) == (412, "stale")
    draft.refresh_from_db()
    assert draft.fields["purpose"] == "First."
