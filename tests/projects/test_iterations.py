"""Ways back: from each phase to each earlier one, and what goes on beside the served model."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from audit.models import Event
from crispmlq.errors import Conflict, Invalid, NotAllowed
from projects.models import Decision, Gate, Iteration, Phase, Project, Revision, Task
from projects.services import gates, iterations, projects, tasks
from projects.services.phases import PhaseClosed
from tests import walk
from tests.cast import Cast


class Undo(Exception):
    pass


def states(cast: Cast) -> list[str]:
    return list(cast.project.phase_set.values_list("state", flat=True))


def back(cast: Cast, to: int, **changes: Any) -> Iteration:
    key = cast.project.task_set.filter(phase__number=to).first().key
    given = {"task_keys": [key], "origin": "modelling", "reason": "Labels are wrong.", **changes}
    return iterations.go_back(project=cast.project, to_phase=to, by=cast.mara, **given)


@pytest.mark.slow
def test_from_each_phase_one_can_go_back_to_each_earlier_one(cast: Cast) -> None:
    tried = 0
    for reached in range(1, 7):
        for to in range(1, reached):
            try:
                with transaction.atomic():
                    check_way_back(cast, reached, to)
                    raise Undo
            except Undo:
                tried += 1
        if reached < 6:
            walk.pass_gate(cast, reached)
    assert tried == 15


def check_way_back(cast: Cast, reached: int, to: int) -> None:
    events, decisions = Event.objects.count(), list(Decision.objects.values_list("id", "outcome", "audit_ver"))
    number = Project.objects.get(pk=cast.project.pk).iteration
    with pytest.raises(Invalid):
        back(cast, to, reason=" ")
    with pytest.raises(Invalid):
        back(cast, to, origin="boredom")
    iteration = back(cast, to)
    assert (iteration.from_phase, iteration.to_phase, iteration.number) == (reached, to, number + 1)
    assert iteration.reopened_tasks
    assert Event.objects.count() == events + 1
    assert states(cast)[:reached] == ["passed"] * (to - 1) + ["open"] + ["reconfirm"] * (reached - to)
    assert set(Gate.objects.filter(phase__number__gte=to).values_list("state", flat=True)) == {"open"}
    assert list(Decision.objects.values_list("id", "outcome", "audit_ver")) == decisions


@pytest.mark.slow
def test_after_a_way_back_later_gates_are_passed_again_and_evidence_stays_readable(cast: Cast, api: Any) -> None:
    for number in (1, 2):
        walk.pass_gate(cast, number)
    walk.do_tasks(cast, 3)
    revision = Revision.objects.filter(document__phase__number=3, state="accepted").first()
    assert api("mara", "post", "iterations", {
        "to_phase": 2, "tasks": ["data-selection"], "origin": "modelling", "reason": "Labels are wrong.",
    }).status_code == 201  # fmt: skip
    assert api("mara", "get", "phases/3").json()["state"] == "reconfirm"
    assert api("ada", "get", f"documents/{revision.document.kind}").json()["revisions"][0]["state"] == "accepted"
    task = Task.objects.filter(phase__number=3, state="to_do").first()
    with pytest.raises(PhaseClosed):
        tasks.start(task=task, by=cast.dana)
    with pytest.raises(PhaseClosed):
        walk.submit(cast, 3)
    walk.pass_gate(cast, 2)
    assert states(cast)[:4] == ["passed", "passed", "open", "locked"]


@pytest.fixture
def operating(cast: Cast) -> Cast:
    for number in range(1, 6):
        walk.pass_gate(cast, number)
    return cast


@pytest.mark.slow
def test_an_update_opens_data_modelling_evaluation_and_release_beside_what_is_served(operating: Cast, api: Any) -> None:
    before = Revision.objects.count()
    answer = api("mara", "post", "update-cycle", {"reason": "The data has drifted."})
    assert answer.status_code == 201
    told = answer.json()
    assert (told["kind"], told["from_phase"], told["previous_version"]) == ("update", 6, walk.MODEL)
    opened = set(told["reopened_tasks"])
    assert {"data-verification", "model-training", "validate-performance", "set-deployment-strategy"} <= opened
    assert states(operating) == ["open", *["reconfirm"] * 4, "open"]
    assert Project.objects.get(pk=operating.project.pk).state == "in_operation"
    assert Revision.objects.count() == before  # what was written stands and is confirmed or continued
    tasks.start(task=Task.objects.get(key="identify-degradation-causes"), by=operating.enzo)
    with pytest.raises(Conflict, match="under way"):
        iterations.begin_challenger(project=operating.project, reason="Too.", by=operating.mara)
    for number in range(1, 6):
        walk.pass_gate(operating, number)
    assert states(operating) == [*["passed"] * 5, "open"]


@pytest.mark.slow
def test_a_challenger_has_its_own_run_and_both_histories_stay(operating: Cast, api: Any) -> None:
    decided = list(Decision.objects.values_list("pk", flat=True))
    answer = api("mara", "post", "challenger", {"reason": "A transformer."})
    assert (answer.status_code, answer.json()["kind"]) == (201, "challenger")
    assert states(operating) == ["passed", "passed", "open", "reconfirm", "reconfirm", "open"]
    walk.pass_gate(operating, 3)
    walk.pass_gate(operating, 4)
    assert list(Decision.objects.values_list("pk", flat=True))[: len(decided)] == decided
    assert set(Decision.objects.filter(iteration=2).values_list("gate__phase__number", flat=True)) == {3, 4}
    assert api("ada", "get", "iterations/2").json()["previous_version"] == walk.MODEL
    assert Project.objects.get(pk=operating.project.pk).state == "in_operation"


def test_nothing_in_operation_nothing_to_update(cast: Cast, api: Any) -> None:
    for path in ("update-cycle", "challenger"):
        assert api("mara", "post", path, {"reason": "So."}).status_code == 409
        assert api("dana", "post", path, {"reason": "So."}).status_code == 403
    assert Project.objects.get(pk=cast.project.pk).iteration == 1


@pytest.mark.slow
def test_in_operation_only_a_stop_ends_the_project(operating: Cast, api: Any) -> None:
    told = api("mara", "get", "").json()
    assert (told["state"], api("mara", "get", "phases/6").json()["state"]) == ("in_operation", "open")
    assert "completed" not in Project.State.values
    assert api("mara", "post", "complete", {}).status_code == 404
    with pytest.raises(Invalid):
        projects.stop(project=operating.project, reason=" ", by=operating.sven)
    assert projects.stop(project=operating.project, reason="Replaced.", by=operating.sven).state == "stopped"


@pytest.fixture
def trial(cast: Cast) -> Cast:
    from audit import act

    with act("project.changed", by=cast.mara.audit_by, subject=cast.project):
        cast.project.kind = Project.Kind.PROOF_OF_CONCEPT
        cast.project.save()
    return cast


@pytest.mark.slow
def test_a_proof_of_concept_is_not_released_but_becomes_a_full_project(trial: Cast, api: Any) -> None:
    for number in range(1, 5):
        walk.pass_gate(trial, number)
    walk.prepare(trial, 5)
    evaluation = walk.submit(trial, 5)
    walk.sign_all(trial, evaluation)
    assert "pass" not in api("mara", "get", f"gates/{evaluation.gate.key}/readiness").json()["outcomes"]
    with pytest.raises(gates.GateNotReady, match="never released"):
        gates.decide(evaluation=evaluation, resolution=gates.Resolution("pass", "Go."), by=trial.mara)
    assert api("mara", "post", "convert", {"reason": "It works."}).status_code == 409  # the gate is being judged
    gates.withdraw(evaluation=evaluation, reason="It becomes a project.", by=trial.mara)
    decisions, revisions = Decision.objects.count(), Revision.objects.count()
    assert api("dana", "post", "convert", {"reason": "It works."}).status_code == 403
    answer = api("mara", "post", "convert", {"reason": "It works."})
    assert (answer.status_code, answer.json()["kind"]) == (200, "full")
    required = Task.objects.filter(project=trial.project, is_required=True)
    assert set(required.values_list("state", flat=True)) == {"to_do"}
    assert (Decision.objects.count(), Revision.objects.count()) == (decisions, revisions)
    assert Iteration.objects.get(project=trial.project, number=2).kind == "conversion"
    assert Event.objects.filter(log_id=trial.project.pk, act="project.converted").count() == 1
    assert api("mara", "post", "convert", {"reason": "Again."}).status_code == 409


def test_a_full_project_is_not_converted(cast: Cast) -> None:
    with pytest.raises(Conflict, match="full project already"):
        iterations.convert(project=cast.project, reason="So.", by=cast.mara)
    with pytest.raises(NotAllowed):
        iterations.convert(project=cast.project, reason="So.", by=cast.dana)


def test_the_dialog_asks_for_the_origin_and_reports_list_it(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.mara.user)
    page = client.get("/projects/churn/phases/1").content.decode()
    for origin in ("modelling", "evaluation", "production", "users", "audit"):
        assert f'<option value="{origin}">' in page
    assert Phase.objects.get(project=cast.project, number=1).state == "open"
