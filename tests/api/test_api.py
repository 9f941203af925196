"""The doors for machines: signing in, refusals, idempotency, versions, and the shape of errors."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import ServiceToken
from audit.models import Event
from catalogue.definitions import of
from projects.models import Measurement, Requirement, Task
from tests import walk
from tests.cast import Cast, token_for

READING = {"value": "0.95", "unit": "1", "environment": "validation", "measured_at": None}


def reading(**changes: Any) -> dict[str, Any]:
    return {**READING, "measured_at": timezone.now().isoformat(), **changes}


def test_a_stranger_is_told_that_the_project_does_not_exist(api: Any) -> None:
    answer = api("otto", "get", "tasks")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer["Content-Type"] == "application/problem+json"


def test_without_signing_in_nothing_is_answered(cast: Cast) -> None:
    answer = Client().get("/api/v1/projects")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("header", ["Bearer", "Bearer nonsense", "Bearer cmq_aaaaaaaa_" + "b" * 43, "Bearer cmq_x_y z"])
def test_a_token_that_nobody_made_is_refused(cast: Cast, header: str) -> None:
    answer = Client().get("/api/v1/projects", headers={"authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_an_expired_token_is_refused(cast: Cast) -> None:
    plain = token_for("pipeline", cast.project)
    token = ServiceToken.objects.get(prefix=plain[4:12])
    later = token.expires_at + timedelta(seconds=1)
    with time_machine.travel(later, tick=False):
        answer = Client().get("/api/v1/projects", headers={"authorization": f"Bearer {plain}"})
    assert answer.status_code == 401


def test_a_token_sees_its_project_alone(api: Any) -> None:
    assert [p["slug"] for p in api("pipeline", "get", "/api/v1/projects").json()["results"]] == ["churn"]


def test_a_reading_token_can_not_write(cast: Cast) -> None:
    plain = token_for("pipeline", cast.project, scope="read")
    task = Task.objects.first()
    answer = Client().post(
        f"/api/v1/projects/churn/tasks/{task.key}/start", headers={"authorization": f"Bearer {plain}"}
    )
    assert answer.status_code == 403


def test_a_refused_attempt_is_told_in_the_trail(api: Any, cast: Cast) -> None:
    gate = cast.project.gate_set.first()
    assert api("pipeline", "post", f"gates/{gate.key}/submissions", {}).status_code == 403
    event = Event.objects.filter(log_id=cast.project.pk).latest("id")
    assert event.act == "act.refused"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value": "NaN"}, "value"),
        ({"value": "Infinity"}, "value"),
        ({"value": "1e400"}, "value"),
        ({"unit": "percent"}, "unit"),
        ({"environment": "dream"}, "environment"),
        ({"measured_at": "2001-01-01T00:00:00Z"}, "measured_at"),
        ({"lower": "0.99"}, "value"),
        ({"vaule": "1"}, "vaule"),
    ],
)
def test_a_bad_value_is_refused_under_its_field(api: Any, cast: Cast, changes: dict[str, str], field: str) -> None:
    walk.approve_criteria(cast)
    answer = api("pipeline", "post", "criteria/recall/measurements", reading(**changes))
    assert answer.status_code == 422
    assert field in answer.json()["errors"]
    assert not Measurement.objects.exists()


def test_a_repeated_post_happens_once(api: Any, cast: Cast) -> None:
    walk.approve_criteria(cast)
    body = reading()
    first = api("pipeline", "post", "criteria/recall/measurements", body, idempotency_key="k1")
    again = api("pipeline", "post", "criteria/recall/measurements", body, idempotency_key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again["Idempotent-Replay"] == "true"
    assert Measurement.objects.count() == 1


def test_a_key_used_for_another_body_is_refused(api: Any, cast: Cast) -> None:
    walk.approve_criteria(cast)
    api("pipeline", "post", "criteria/recall/measurements", reading(), idempotency_key="k1")
    answer = api("pipeline", "post", "criteria/recall/measurements", reading(value="0.1"), idempotency_key="k1")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")


def test_a_refused_post_leaves_its_key_free(api: Any, cast: Cast) -> None:
    walk.approve_criteria(cast)
    bad = api("pipeline", "post", "criteria/recall/measurements", reading(unit="x"), idempotency_key="k1")
    good = api("pipeline", "post", "criteria/recall/measurements", reading(), idempotency_key="k1")
    assert (bad.status_code, good.status_code) == (422, 201)


def test_a_change_needs_the_version_that_was_read(api: Any) -> None:
    read = api("mara", "get", "")
    assert api("mara", "patch", "", {"name": "New"}).status_code == 428
    assert api("mara", "patch", "", {"name": "New"}, if_match=read["ETag"]).status_code == 200
    stale = api("mara", "patch", "", {"name": "Newer"}, if_match=read["ETag"])
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")


def test_names_with_markup_are_kept_as_text(api: Any) -> None:
    read = api("mara", "get", "")
    answer = api("mara", "patch", "", {"name": "<script>alert(1)</script>"}, if_match=read["ETag"])
    assert answer.json()["name"] == "<script>alert(1)</script>"


def test_malformed_json_is_told_so(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.mara.user)
    answer = client.post("/api/v1/projects", "{", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_lists_page_and_filter(api: Any) -> None:
    page = api("mara", "get", "risks", {"limit": 10, "phase": 1}).json()
    assert (page["count"], len(page["results"])) == (38, 10)
    assert {risk["phase"] for risk in page["results"]} == {1}


def test_the_history_tells_who_did_what(api: Any, cast: Cast) -> None:
    key = Requirement.objects.filter(phase__number=1).first().key
    api("dora", "post", f"requirements/{key}/confirm", {"note": "By contract."})
    event = api("ada", "get", "events", {"limit": 1}).json()[0]
    assert event["actor"] == "Dora"
    assert event["sentence"].startswith("confirmed the requirement")
    changed = {change["field"]: change["after"] for change in event["changes"][0]["fields"]}
    assert (changed["state"], changed["note"]) == ("confirmed", "By contract.")


def test_readiness_is_what_a_gate_is_judged_on(api: Any, cast: Cast) -> None:
    gate = cast.project.gate_set.first()
    answer = api("ada", "get", f"gates/{gate.key}/readiness").json()
    assert answer["is_ready"] is False
    assert len(answer["verdicts"]) == len(of(cast.project.catalogue).phase(1).gate.checks)


def test_the_schema_describes_every_route(cast: Cast) -> None:
    import yaml

    schema = yaml.safe_load(Client().get("/api/v1/schema").content)
    assert schema["openapi"].startswith("3.1")
    assert len(schema["paths"]) > 50
