"""Only what was decided on is released, step by step; what is served is known at any time."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.trail import Event
from crispmlq.errors import Conflict, Invalid, NotAllowed
from monitoring.services import incidents
from projects.models import Risk
from projects.services import measurements
from projects.states import IllegalMove
from releases import selectors
from releases.models import Increment, Release, Serving
from releases.services import releasing, serving
from tests import artefacts, walk
from tests import material as made
from tests.cast import Cast
from tests.released import STEPS, pass_gate, plan, released, released_material


@pytest.fixture(autouse=True)
def _material(cast: Cast) -> None:
    released_material(cast)


def test_a_release_names_all_its_versions_and_the_decision_it_rests_on(cast: Cast, api: Any) -> None:
    decision = pass_gate(cast, 4, "model@1")
    body = {
        "model": "model@1", "pipeline": "pipe@1", "configuration": "conf@1", "purpose": "Fewer lost customers.",
        "steps": [{"share": 10, "stop_condition": "Errors."}, {"share": 100, "stop_condition": "Errors."}],
    }  # fmt: skip
    answer = api("enzo", "post", "releases", body)
    assert answer.status_code == 201
    told = answer.json()
    assert (told["model"], told["pipeline"], told["configuration"], told["owner"]) == (
        "model@1", "pipe@1", "conf@1", "olga",
    )  # fmt: skip
    assert told["decision"] == str(decision.pk)


def test_it_refuses_a_version_that_gate_4_was_not_passed_with(cast: Cast, api: Any) -> None:
    pass_gate(cast, 4, "model@1")
    with pytest.raises(releasing.NotReleasable) as refusal:
        plan(cast, "model@2")
    assert refusal.value.data["passed"] == ["model@1"]
    assert not Release.objects.exists()


def test_it_refuses_a_model_that_comes_from_no_logged_run(cast: Cast) -> None:
    made.model(cast, "model@3")
    pass_gate(cast, 4, "model@3")
    with pytest.raises(releasing.NotReleasable, match="no logged run"):
        plan(cast, "model@3")


def test_it_refuses_a_proof_of_concept(cast: Cast) -> None:
    import audit

    pass_gate(cast, 4, "model@1")
    cast.project.refresh_from_db()
    with audit.act("project.changed", by=cast.mara.audit_by, subject=cast.project):
        cast.project.kind = "proof_of_concept"
        cast.project.save(update_fields=["kind"])
    with pytest.raises(releasing.NotReleasable, match="proof of concept"):
        plan(cast)


@pytest.mark.parametrize("field", ["pipeline", "configuration"])
def test_it_refuses_a_release_without_its_pipeline_or_configuration(cast: Cast, field: str) -> None:
    pass_gate(cast, 4, "model@1")
    with pytest.raises(Invalid) as refusal:
        plan(cast, **{field: ""})
    assert field in refusal.value.errors


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [releasing.Step(50, "Errors.")],
        [releasing.Step(50, "Errors."), releasing.Step(20, "Errors."), releasing.Step(100, "Errors.")],
        [releasing.Step(50, " "), releasing.Step(100, "Errors.")],
    ],
)
def test_it_refuses_steps_that_do_not_lead_to_everybody_or_have_no_stop_condition(cast: Cast, steps: list) -> None:
    pass_gate(cast, 4, "model@1")
    with pytest.raises(Invalid) as refusal:
        plan(cast, steps=steps)
    assert "steps" in refusal.value.errors


def test_a_single_step_for_everybody_needs_a_reason_and_enters_a_risk(cast: Cast) -> None:
    pass_gate(cast, 4, "model@1")
    single = [releasing.Step(100, "Errors.")]
    with pytest.raises(Invalid) as refusal:
        plan(cast, steps=single)
    assert "single_step_reason" in refusal.value.errors
    plan(cast, steps=single, single_step_reason="Ten users in all.")
    assert Risk.objects.get(key="own-single-step-1").state == "identified"


def test_another_pipeline_than_the_one_of_the_model_needs_a_reason(cast: Cast) -> None:
    artefacts.version(cast, "pipeline", "pipe@2")
    made.model(cast, "model@3", "pipe@2")
    made.run(cast, model="model@3")
    pass_gate(cast, 4, "model@3")
    with pytest.raises(Invalid) as refusal:
        plan(cast, "model@3")
    assert "pipeline_reason" in refusal.value.errors
    assert plan(cast, "model@3", pipeline_reason="Same steps, new runner.").pipeline_reason == "Same steps, new runner."


def test_it_refuses_a_model_nobody_owns(cast: Cast) -> None:
    artefacts.version(cast, "model", "orphan@1", "train@1", "trainer@1", owner="")
    made.run(cast, model="orphan@1")
    pass_gate(cast, 4, "orphan@1")
    with pytest.raises(releasing.NotReleasable, match="Nobody owns"):
        plan(cast, "orphan@1")


def test_a_release_shows_each_criterion_before_and_after(cast: Cast, api: Any, client: Any) -> None:
    walk.approve_criteria(cast)
    for model, value in (("model@1", "0.9"), ("model@2", "0.95")):
        reading = measurements.Reading(
            Decimal(value), "1", "validation", timezone.now(), subject_version=model, dataset="train@1"
        )
        measurements.record(criterion=cast.project.criterion_set.get(key="recall"), reading=reading, by=cast.pipeline)
        released(cast, model)
    told = {row["criterion"]: row for row in api("mara", "get", "releases/2/comparison").json()}
    assert (told["recall"]["before"], told["recall"]["after"], told["recall"]["difference"]) == ("0.9", "0.95", "0.05")
    assert told["saving"]["difference"] is None
    client.force_login(cast.mara.user)
    assert "0.05" in client.get("/projects/churn/releases/2").content.decode()


def test_nothing_is_served_before_gate_5_is_passed_with_this_version(cast: Cast) -> None:
    pass_gate(cast, 4, "model@1")
    increment = plan(cast).increments.first()
    with pytest.raises(releasing.NotReleasable, match="Gate 5"):
        releasing.begin(increment=increment, by=cast.enzo)
    pass_gate(cast, 5, "model@2")
    with pytest.raises(releasing.NotReleasable, match="Gate 5"):
        releasing.begin(increment=increment, by=cast.enzo)
    assert not Serving.objects.exists()


def test_the_next_step_waits_for_the_result_of_the_one_before(cast: Cast, api: Any) -> None:
    pass_gate(cast, 4, "model@1")
    pass_gate(cast, 5, "model@1")
    first, second = plan(cast).increments.order_by("position")
    assert api("enzo", "post", f"increments/{second.pk}/begin").status_code == 409
    assert api("enzo", "post", f"increments/{first.pk}/begin").json()["state"] == "running"
    assert api("enzo", "post", f"increments/{second.pk}/begin").status_code == 409
    assert api("enzo", "post", f"increments/{first.pk}/end", {"result": " "}).status_code == 422
    api("enzo", "post", f"increments/{first.pk}/end", {"result": "Fine."})
    assert api("enzo", "post", f"increments/{second.pk}/begin").json()["state"] == "running"


def test_a_step_that_is_stopped_stops_the_release(cast: Cast) -> None:
    pass_gate(cast, 4, "model@1")
    pass_gate(cast, 5, "model@1")
    release = plan(cast)
    first, second = release.increments.order_by("position")
    releasing.begin(increment=first, by=cast.enzo)
    releasing.end(increment=first, result="Errors.", stopped=True, by=cast.enzo)
    release.refresh_from_db()
    assert release.state == "stopped"
    with pytest.raises(Conflict):
        releasing.begin(increment=second, by=cast.enzo)


def test_what_was_served_at_a_time_can_be_asked(cast: Cast, api: Any) -> None:
    before = timezone.now()
    released(cast, "model@1")
    between = timezone.now()
    released(cast, "model@2")
    assert [s["model"] for s in api("mara", "get", "served").json()] == ["model@2"]
    assert [s["model"] for s in api("mara", "get", "served", {"at": between.isoformat()}).json()] == ["model@1"]
    assert api("mara", "get", "served", {"at": (before - timedelta(days=1)).isoformat()}).json() == []


def test_one_deployment_serves_one_thing_at_a_time(cast: Cast) -> None:
    import audit

    released(cast)
    row = Serving.objects.get()
    again = Serving(
        project=cast.project, deployment=row.deployment, kind="off", reason="Twice.", since=timezone.now(),
        switched_by=cast.enzo.user,
    )  # fmt: skip
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        audit.act("serving.switched_off", by=cast.enzo.audit_by, subject=cast.project),
    ):
        again.save()


def test_a_rollback_serves_an_earlier_version_and_keeps_the_reason_and_the_incident(cast: Cast, api: Any) -> None:
    released(cast, "model@1")
    released(cast, "model@2")
    opened = incidents.open_one(
        project=cast.project, title="A class is missed", kind="performance", severity="high", by=cast.enzo
    )
    incident = str(opened.pk)
    body = {"model": "model@1", "reason": "Misses a class.", "incident": incident}
    answer = api("pipeline", "post", "served/rollback", body)
    assert answer.status_code == 201
    assert (answer.json()["model"], answer.json()["incident"], answer.json()["by_machine"]) == (
        "model@1",
        incident,
        True,
    )
    assert [s.what for s in selectors.served_now(cast.project)] == ["model@1"]
    assert Event.objects.filter(act="serving.rolled_back").count() == 1


def test_it_refuses_a_rollback_to_a_version_that_never_passed_gate_4(cast: Cast, api: Any) -> None:
    released(cast, "model@1")
    answer = api("enzo", "post", "served/rollback", {"model": "model@2", "reason": "Try."})
    assert (answer.status_code, answer.json()["passed"]) == (409, ["model@1"])
    assert [s.what for s in selectors.served_now(cast.project)] == ["model@1"]


def test_rules_answer_when_the_model_is_taken_out(cast: Cast, api: Any) -> None:
    released(cast)
    answer = api("enzo", "post", "served/fallback", {"fallback": "rules", "reason": "Wrong answers."})
    assert (answer.json()["kind"], answer.json()["fallback"], answer.json()["model"]) == ("fallback", "rules", None)
    assert api("enzo", "post", "served/fallback", {"fallback": "rules", "reason": "Again."}).status_code == 409


def test_a_switch_in_the_middle_of_a_roll_out_stops_it(cast: Cast) -> None:
    released(cast, "model@1")
    pass_gate(cast, 4, "model@2")
    pass_gate(cast, 5, "model@2")
    release = plan(cast, "model@2")
    releasing.begin(increment=release.increments.first(), by=cast.enzo)
    serving.roll_back(project=cast.project, deployment="production", model="model@1", reason="Errors.", by=cast.enzo)
    release.refresh_from_db()
    assert release.state == "stopped"
    assert Increment.objects.get(release=release, position=1).state == "stopped"


def test_who_may_not_release_may_not(cast: Cast) -> None:
    pass_gate(cast, 4, "model@1")
    given = releasing.Plan(model="model@1", pipeline="pipe@1", configuration="conf@1", purpose="So.", steps=STEPS)
    for actor in (cast.dora, cast.pipeline, cast.mara):
        with pytest.raises(NotAllowed):
            releasing.plan(project=cast.project, plan=given, by=actor)


def test_a_second_release_of_the_same_deployment_waits(cast: Cast) -> None:
    pass_gate(cast, 4, "model@1")
    plan(cast)
    with pytest.raises(releasing.NotReleasable, match="under way"):
        plan(cast)


def test_a_step_ends_once(cast: Cast) -> None:
    release = released(cast)
    with pytest.raises(IllegalMove):
        releasing.end(increment=release.increments.first(), result="Again.", by=cast.enzo)
    assert release.state == "complete"
