"""Runs are logged with what was changed and why, and none is ever taken away."""

from __future__ import annotations

from typing import Any

import pytest

from audit.trail import Event
from crispmlq.errors import Conflict, Invalid, NotAllowed
from experiments.models import Run
from experiments.services import runs
from projects.states import IllegalMove
from tests import material as made
from tests.cast import Cast

BODY = {
    "modification": "Deeper tree.", "cause": "It was too simple.", "dataset": "train@1", "code": "trainer@1",
    "parameters": {"depth": "5"}, "seed": 7,
    "outcome": {"metrics": [{"metric": "recall", "value": "0.93", "split": "validation"}], "model": "model@1"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _material(cast: Cast) -> None:
    made.material(cast)


def test_a_pipeline_logs_a_run_by_api_that_compares_with_one_entered_by_hand(cast: Cast, api: Any) -> None:
    by_hand = made.run(cast, "0.9", parameters={"depth": "3"})
    answer = api("pipeline", "post", "runs", BODY | {"parent": by_hand.number})
    assert answer.status_code == 201
    assert (answer.json()["recorded_by"], answer.json()["by_machine"]) == ("pipeline", True)
    found = api("mara", "get", "runs/comparison", {"run": [by_hand.number, answer.json()["number"]]}).json()
    differing = {line["name"]: line["values"] for line in found["settings"] + found["metrics"] if line["differs"]}
    assert differing == {"seed": ["–", "7"], "depth": ["3", "5"], "recall, validation": ["0.9", "0.93"]}


def test_a_run_links_to_the_versions_of_data_and_code(cast: Cast) -> None:
    run = made.run(cast)
    assert (str(run.dataset), str(run.code)) == ("train@1", "trainer@1")
    assert run.dataset.artefact.kind == "dataset"


@pytest.mark.parametrize("field", ["modification", "cause"])
def test_it_refuses_a_run_without_what_was_changed_or_why(cast: Cast, api: Any, field: str) -> None:
    answer = api("pipeline", "post", "runs", {**BODY, field: " "})
    assert answer.status_code == 422
    assert field in answer.json()["errors"]
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"dataset": "train@9"}, "dataset"),
        ({"dataset": "trainer@1"}, "dataset"),
        ({"dataset": "blind@1"}, "dataset"),
        ({"code": "train@1"}, "code"),
        ({"parent": 99}, "parent"),
        ({"parameters": {"": "1"}}, "parameters"),
    ],
)
def test_it_refuses_what_does_not_fit(cast: Cast, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        runs.log(project=cast.project, run=made.new_run(**given), by=cast.dana)
    assert field in refusal.value.errors
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    "metric",
    [
        {"metric": "recall", "value": "NaN", "split": "validation"},
        {"metric": "recall", "value": "0.9", "split": "test"},
        {"metric": "", "value": "0.9", "split": "validation"},
    ],
)
def test_it_refuses_metrics_that_say_nothing_or_belong_to_the_test_set(cast: Cast, metric: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refusal:
        runs.log(project=cast.project, run=made.new_run(), outcome=runs.Outcome([metric]), by=cast.dana)
    assert "metrics" in refusal.value.errors


def test_a_failed_run_says_what_went_wrong_and_stays_in_the_log(cast: Cast, api: Any) -> None:
    failed = runs.Outcome(failed=True)
    with pytest.raises(Invalid):
        runs.log(project=cast.project, run=made.new_run(), outcome=failed, by=cast.dana)
    row = runs.log(
        project=cast.project, run=made.new_run(), outcome=runs.Outcome(failed=True, note="Out of memory."), by=cast.dana
    )
    assert [each["number"] for each in api("mara", "get", "runs", {"state": "failed"}).json()["results"]] == [
        row.number
    ]


def test_a_run_that_was_logged_at_its_beginning_ends_once(cast: Cast, api: Any) -> None:
    run = runs.log(project=cast.project, run=made.new_run(), by=cast.dana)
    assert run.state == "running"
    path = f"runs/{run.number}/finish"
    body = {"metrics": [{"metric": "recall", "value": "0.9", "split": "validation"}]}
    assert api("pipeline", "post", path, body).status_code == 200
    again = api("pipeline", "post", path, body)
    assert (again.status_code, again.json()["code"]) == (409, "illegal_move")
    with pytest.raises(IllegalMove):
        runs.finish(run=run, outcome=made.outcome(), by=cast.dana)


def test_a_rejected_candidate_stays_with_its_reason_and_cannot_be_deleted(cast: Cast, api: Any) -> None:
    run = made.run(cast, model="model@1")
    answer = api("dora", "post", f"runs/{run.number}/verdict", {"verdict": "rejected", "reason": "Misses a class."})
    assert (answer.json()["verdict"], answer.json()["verdict_reason"]) == ("rejected", "Misses a class.")
    assert api("mara", "delete", f"runs/{run.number}").status_code == 405
    with pytest.raises(Exception, match="never deleted"):
        run.delete()
    assert Event.objects.filter(act="run.rejected").count() == 1


def test_only_a_person_judges_and_only_with_a_reason(cast: Cast) -> None:
    run = made.run(cast, model="model@1")
    with pytest.raises(NotAllowed):
        runs.judge(run=run, verdict="chosen", reason="Best.", by=cast.pipeline)
    with pytest.raises(Invalid):
        runs.judge(run=run, verdict="chosen", reason=" ", by=cast.dora)
    with pytest.raises(Conflict):
        runs.judge(run=made.run(cast), verdict="chosen", reason="It has no model.", by=cast.dora)


def test_a_run_that_differs_in_several_settings_from_its_parent_is_marked(cast: Cast, client: Any) -> None:
    first = made.run(cast, parameters={"depth": "3"})
    made.run(cast, parameters={"depth": "5", "leaves": "8"}, parent=first.number)
    client.force_login(cast.mara.user)
    page = client.get("/projects/churn/experiments").content.decode()
    assert page.count("Several changes") == 1
    assert "depth, leaves" in page


def test_the_chart_shows_a_metric_by_run_with_its_cause(cast: Cast, client: Any) -> None:
    for value in ("0.8", "0.9"):
        made.run(cast, value)
    client.force_login(cast.mara.user)
    page = client.get("/projects/churn/experiments").content.decode()
    assert "recall by run: from 0.8 to 0.9" in page
    assert "run 2: Deeper tree.: 0.9" in page


def test_logging_leaves_one_event_or_nothing_at_all(cast: Cast, monkeypatch: Any) -> None:
    before = Event.objects.count()
    made.run(cast)
    assert Event.objects.count() == before + 1

    def broken(*_: Any) -> None:
        raise OSError

    monkeypatch.setattr("audit.acts.Act.store", broken)
    with pytest.raises(OSError):
        made.run(cast)
    assert Run.objects.count() == 1


@pytest.mark.parametrize("extra", [0, 20])
def test_the_log_needs_the_same_queries_however_many_runs(
    cast: Cast, client: Any, django_assert_max_num_queries: Any, extra: int
) -> None:
    for _ in range(1 + extra):
        made.run(cast, parent=1 if Run.objects.exists() else None)
    client.force_login(cast.mara.user)
    client.get("/projects/churn/experiments")
    with django_assert_max_num_queries(15):
        client.get("/projects/churn/experiments")
