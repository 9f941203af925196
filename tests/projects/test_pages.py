"""Every page answers for everybody who may see it, and for nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from projects.models import Criterion, Measurement, Risk, Task
from projects.views.commands import COMMANDS
from tests import walk
from tests.cast import Cast

PAGES = {
    "overview": [],
    "criteria": [],
    "risks": [],
    "documents": [],
    "people": [],
    "integrity": [],
    "past": [],
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


def test_every_command_has_a_form_on_a_page() -> None:
    forms = "".join(path.read_text() for path in Path(settings.BASE_DIR, "templates").rglob("*.html"))
    assert [name for name in COMMANDS if f'{{% command "{name}" ' not in forms] == []


def test_a_value_is_typed_and_a_wrong_one_is_refused_by_field(cast: Cast) -> None:
    walk.approve_criteria(cast)
    url = reverse("projects:do", args=["churn", "record-value", Criterion.objects.get(key="recall").pk])
    dana = signed_in(cast, "dana")
    given = {"value": "0.93", "unit": "1", "environment": "validation", "measured_at": ""}
    for wrong in ({"value": "NaN"}, {"value": "much"}, {"value": ""}, {"unit": "kg"}, {"measured_at": "soon"}):
        assert dana.post(url, given | wrong).status_code == 422
    assert not Measurement.objects.exists()
    assert dana.post(url, given).status_code == 302
    assert Measurement.objects.get().recorded_by == cast.dana.user


def test_a_manager_adds_and_removes_people_and_others_can_not(cast: Cast) -> None:
    url = reverse("projects:do", args=["churn", "set-roles", cast.project.pk])
    given = {"username": "otto", "roles": ["data-scientist", "ml-engineer"]}
    assert signed_in(cast, "dana").post(url, given).status_code == 403
    assert signed_in(cast, "mara").post(url, given | {"username": "nobody"}).status_code == 422
    assert signed_in(cast, "mara").post(url, given).status_code == 302
    assert signed_in(cast, "otto").get("/projects/churn/people").status_code == 200
    assert signed_in(cast, "mara").post(url, {"username": "otto"}).status_code == 302
    assert signed_in(cast, "otto").get("/projects/churn/people").status_code == 404


def test_several_risks_are_rated_in_one_act(cast: Cast) -> None:
    phase = cast.project.phase_set.get(number=1)
    keys = list(Risk.objects.filter(phase=phase).values_list("key", flat=True)[:3])
    page = signed_in(cast, "dora").get("/projects/churn/risks?phase=1").content.decode()
    assert all(f'value="{key}" form="rate-many"' in page for key in keys)
    url = reverse("projects:do", args=["churn", "rate-risks", phase.pk])
    given = {"keys": keys, "severity": "low", "likelihood": "rare", "reason": "Small data."}
    assert signed_in(cast, "dora").post(url, given).status_code == 302
    assert set(Risk.objects.filter(key__in=keys).values_list("state", flat=True)) == {"closed"}


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
    stale = client.post(url, {"purpose": "Other.", "row_version": "0"})
    assert stale.status_code == 412
    assert "Other." in stale.content.decode()
    assert "Somebody changed this" in stale.content.decode()


def test_a_new_project_keeps_what_was_typed_when_it_is_refused(cast: Cast) -> None:
    client = signed_in(cast, "otto")
    answer = client.post(reverse("projects:new"), {"slug": "Bad Slug", "name": "New", "purpose": "P", "kind": "full"})
    assert answer.status_code == 422
    assert 'value="Bad Slug"' in answer.content.decode()
    good = client.post(reverse("projects:new"), {"slug": "new", "name": "New", "purpose": "P", "kind": "full"})
    assert good["Location"] == "/projects/new/"
