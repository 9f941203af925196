"""What the pages can, the API can, and the other way round; and its names are those of the process."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
import yaml
from django.test import Client
from django.urls import reverse

from audit.models import Event
from projects.models import Iteration, Requirement, Risk, Task
from projects.services import waivers
from tests import walk
from tests.cast import Cast

OWN = {
    "requirements": {"kind": "constraint", "text": "No data leaves the house."},
    "tasks": {"name": "Ask the works council", "aim": "To have its word."},
    "risks": {"name": "A new law", "what_goes_wrong": "It forbids the use.", "category": "legal", "severity": "low",
              "likelihood": "rare"},
}  # fmt: skip


@pytest.mark.parametrize(("path", "model"), [("requirements", Requirement), ("tasks", Task), ("risks", Risk)])
def test_a_row_of_the_project_s_own_is_added(api: Any, cast: Cast, path: str, model: Any) -> None:
    answer = api("dana", "post", path, {"phase": 1, **OWN[path]})
    assert answer.status_code == 201, answer.json()
    row = model.objects.get(is_own=True)
    assert (answer.json()["key"], answer.json()["phase"], answer["ETag"]) == (row.key, 1, f'"{row.audit_ver}"')
    assert api("dana", "post", path, {"phase": 7, **OWN[path]}).json()["errors"].keys() == {"phase"}
    assert api("ursel", "post", path, {"phase": 1, **OWN[path]}).status_code == 403
    assert api("dana", "post", path, {"phase": 1}).status_code == 422


def test_several_rows_of_a_phase_are_changed_in_one_act(api: Any, cast: Cast) -> None:
    keys = list(Requirement.objects.filter(phase__number=1).values_list("key", flat=True))[:2]
    answer = api("dora", "post", "phases/1/requirements/confirm", {"keys": keys, "note": "By contract."})
    assert (answer.status_code, {row["state"] for row in answer.json()}) == (200, {"confirmed"})
    keys = list(Risk.objects.filter(phase__number=1).values_list("key", flat=True))[:2]
    rating = {"keys": keys, "severity": "low", "likelihood": "rare", "reason": "Small."}
    answer = api("dora", "post", "phases/1/risks/rate", rating)
    assert (answer.status_code, sorted(row["key"] for row in answer.json())) == (200, sorted(keys))


def test_lists_are_filtered_by_words_of_the_process(api: Any, cast: Cast) -> None:
    walk.approve_criteria(cast)
    walk.measure(cast, "forecast", keys=["saving"])
    walk.measure(cast, "test", keys=["recall"])
    found = api("mara", "get", "measurements", {"criterion": "recall"}).json()["results"]
    assert [row["criterion"] for row in found] == ["recall"]
    gate = cast.project.gate_set.first()
    waivers.request(gate=gate, check_key="g1-aligned", reason="R", expires_on=walk.days(5), by=cast.mara)
    [waiver] = api("mara", "get", "waivers", {"gate": gate.key}).json()["results"]
    assert (waiver["gate"], waiver["check"]) == (gate.key, "g1-aligned")
    assert api("mara", "get", "waivers", {"gate": "gate-2-data-ready"}).json()["results"] == []
    assert {row["phase"] for row in api("mara", "get", "tasks", {"phase": 2}).json()["results"]} == {2}


def test_no_name_of_the_contract_tells_how_it_is_stored(cast: Cast) -> None:
    schema = yaml.safe_load(Client().get("/api/v1/schema").content)
    queries = {p["name"] for path in schema["paths"].values() for o in path.values() for p in o.get("parameters", [])}
    fields = {name for each in schema["components"]["schemas"].values() for name in each.get("properties", {})}
    assert [name for name in {*queries, *fields} if "__" in name or name.endswith(("_key", "_"))] == []


@pytest.mark.slow
def test_the_facts_of_a_decision_are_handed_out(api: Any, cast: Cast) -> None:
    decision = walk.pass_gate(cast, 1)
    [shown] = api("ada", "get", "decisions", {"gate": decision.gate.key}).json()["results"]
    answer = api("ada", "get", f"decisions/{shown['id']}/facts")
    assert hashlib.sha256(answer.content).hexdigest() == shown["facts_sha256"]
    assert json.loads(answer.content)["gate"] == decision.gate.key
    assert Event.objects.latest("id").act == "evidence.downloaded"
    assert api("otto", "get", f"decisions/{shown['id']}/facts").status_code == 404
    submission = api("ada", "get", f"submissions/{decision.evaluation_id}/facts")
    assert json.loads(submission.content)["signatures"] == []
    client = Client()
    client.force_login(cast.ada.user)
    link = reverse("api:decision-facts", args=["churn", decision.pk])
    assert link in client.get("/projects/churn/gates/1").content.decode()


@pytest.mark.slow
def test_a_manager_goes_back_from_the_page_of_a_phase(cast: Cast) -> None:
    walk.pass_gate(cast, 1)
    client = Client()
    client.force_login(cast.mara.user)
    assert "Go back to this phase" in client.get("/projects/churn/phases/1").content.decode()
    assert "Go back to this phase" not in client.get("/projects/churn/phases/3").content.decode()
    url = reverse("projects:do", args=["churn", "go-back", cast.project.pk])
    given = {"to_phase": "1", "tasks": ["define-scope"], "origin": "users", "reason": "The scope was wrong."}
    assert client.post(url, given | {"tasks": []}).status_code == 422
    assert client.post(url, given | {"to_phase": "x"}).status_code == 422
    assert client.post(url, given).status_code == 302
    iteration = Iteration.objects.get(number=2)
    assert (iteration.to_phase, iteration.origin) == (1, "users")
    assert "define-scope" in iteration.reopened_tasks


def test_the_way_back_names_its_tasks_like_a_decision(api: Any, cast: Cast) -> None:
    body = {"to_phase": 1, "tasks": ["define-scope"], "origin": "users", "reason": "The scope was wrong."}
    answer = api("mara", "post", "iterations", body)
    assert (answer.status_code, answer.json()["number"]) == (201, 2)
