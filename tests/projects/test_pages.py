"""Every page answers for everybody who may see it, and for nobody else."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from projects.models import Risk, Task
from tests.cast import Cast

PAGES = {
    "overview": [],
    "criteria": [],
    "risks": [],
    "documents": [],
    "history": [],
    "phase": [1],
    "gate": [1],
    "risk": ["contradictory-objectives"],
    "document": ["scope-document"],
    "edit_document": ["scope-document"],
}


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.actors[name].user)
    return client


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("name", "status"), [("mara", 200), ("ada", 200), ("otto", 404), ("root", 404)])
def test_a_page_is_there_for_members_and_auditors_alone(cast: Cast, page: str, name: str, status: int) -> None:
    url = reverse(f"projects:{page}", args=["churn", *PAGES[page]])
    assert signed_in(cast, name).get(url).status_code == status


@pytest.mark.parametrize("page", ["dashboard", "my_work", "approvals", "new"])
def test_lists_are_there_for_everybody_who_signed_in(cast: Cast, page: str) -> None:
    assert signed_in(cast, "mara").get(reverse(f"projects:{page}")).status_code == 200
    assert Client().get(reverse(f"projects:{page}")).status_code == 302


def test_a_command_of_a_page_calls_its_service(cast: Cast) -> None:
    task = Task.objects.get(key="define-scope")
    client = signed_in(cast, "dana")
    answer = client.post(reverse("projects:do", args=["churn", "start-task", task.pk]), {"next": "/evil"})
    assert (answer.status_code, answer["Location"]) == (302, "/projects/churn/")
    task.refresh_from_db()
    assert task.state == "in_progress"


def test_a_refusal_stands_beside_the_button(cast: Cast) -> None:
    risk = Risk.objects.first()
    answer = signed_in(cast, "dora").post(
        reverse("projects:do", args=["churn", "rate-risk", risk.pk]),
        {"severity": "enormous", "likelihood": "rare"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    risk.refresh_from_db()
    assert risk.state == "identified"


def test_a_document_is_written_and_rewritten_by_its_form(cast: Cast) -> None:
    client = signed_in(cast, "dana")
    url = reverse("projects:edit_document", args=["churn", "scope-document"])
    assert client.post(url, {"purpose": "To know."}).status_code == 302
    shown = client.get(reverse("projects:document", args=["churn", "scope-document"])).content.decode()
    assert "To know." in shown
    stale = client.post(url, {"purpose": "Other.", "version": "0"})
    assert stale.status_code == 200
    assert "Other." in stale.content.decode()
    assert "Somebody changed this" in stale.content.decode()


def test_a_new_project_keeps_what_was_typed_when_it_is_refused(cast: Cast) -> None:
    client = signed_in(cast, "otto")
    answer = client.post(reverse("projects:new"), {"slug": "Bad Slug", "name": "New", "purpose": "P", "kind": "full"})
    assert answer.status_code == 422
    assert 'value="Bad Slug"' in answer.content.decode()
    good = client.post(reverse("projects:new"), {"slug": "new", "name": "New", "purpose": "P", "kind": "full"})
    assert good["Location"] == "/projects/new/"
