"""Page, API and command tell the same of a gate."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from catalogue.definitions import of
from projects.gates import facts, standing
from projects.models import Evaluation, Gate, Project, Signature
from projects.services import gates
from tests import walk
from tests.cast import Cast


@pytest.fixture
def submitted(cast: Cast) -> Evaluation:
    for number in (1, 2, 3):
        walk.pass_gate(cast, number)
    walk.prepare(cast, 4)
    evaluation = walk.submit(cast, 4)
    walk.sign_all(cast, evaluation)
    return evaluation


@pytest.mark.slow
def test_signatures_count_at_every_door(cast: Cast, submitted: Evaluation, api: Any) -> None:
    answer = api("mara", "get", f"gates/{submitted.gate.key}/readiness").json()
    assert {v["verdict"] for v in answer["verdicts"]} == {"met"}
    assert (answer["is_ready"], answer["missing_roles"]) == (True, [])
    client = Client()
    client.force_login(cast.mara.user)
    met = f"{len(answer['verdicts'])} of {len(answer['verdicts'])} met"
    assert met in client.get("/projects/churn/gates/4").content.decode()
    call_command("gate_readiness", project="churn", gate="4")
    gates.decide(evaluation=submitted, resolution=gates.Resolution("pass", "All is there."), by=cast.mara)


@pytest.mark.slow
def test_a_submitted_gate_is_judged_on_what_was_submitted(cast: Cast) -> None:
    walk.prepare(cast, 1)
    evaluation = walk.submit(cast, 1)
    waiting = standing.readiness(Gate.objects.get(pk=evaluation.gate_id))
    assert (waiting.is_ready, waiting.missing_roles) == (False, list(waiting.definition.deciders))
    gates.sign(evaluation=evaluation, role="sponsor", by=cast.sven, approves=False, note="Too dear.")
    assert "sponsor" not in standing.readiness(Gate.objects.get(pk=evaluation.gate_id)).missing_roles
    with pytest.raises(CommandError) as refusal:
        call_command("gate_readiness", project="churn", gate="gate-1-feasibility")
    assert refusal.value.returncode == 1


def test_the_command_prints_each_check_and_fails_while_one_stops_the_gate(cast: Cast, capsys: Any) -> None:
    with pytest.raises(CommandError, match="not ready") as refusal:
        call_command("gate_readiness", project="churn", gate="1")
    assert refusal.value.returncode == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(of(cast.project.catalogue).phase(1).gate.checks)
    assert any(line.startswith("unknown  stops g1-measurable: ") for line in lines)


@pytest.mark.parametrize(("project", "gate"), [("nowhere", "1"), ("churn", "9"), ("churn", "gate-none")])
def test_the_command_knows_no_other_gates(cast: Cast, project: str, gate: str) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("gate_readiness", project=project, gate=gate)
    assert refusal.value.returncode == 2


@pytest.mark.parametrize(("kind", "ready"), [("full", True), ("proof_of_concept", False)])
def test_a_proof_of_concept_is_never_ready_to_be_released(cast: Cast, kind: str, ready: bool) -> None:
    definition = of(cast.project.catalogue).phase(5).gate
    signatures = [Signature(role=role, verdict="approve") for role in definition.deciders]
    gate = Gate(state=Gate.State.SUBMITTED, project=Project(kind=kind))
    view = standing.Readiness(gate, definition, [], {}, list(definition.deciders), Evaluation(), signatures)
    assert view.is_ready is ready


def test_the_overview_collects_the_facts_once(cast: Cast, monkeypatch: Any) -> None:
    walked = []
    collect = facts.of_project
    monkeypatch.setattr(facts, "of_project", lambda project: walked.append(project) or collect(project))
    client = Client()
    client.force_login(cast.mara.user)
    assert client.get("/projects/churn/").status_code == 200
    assert len(walked) == 1


def test_what_a_check_waits_for_is_told_by_its_name(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.mara.user)
    page = client.get("/projects/churn/gates/1").content.decode()
    assert ">Scope is produced in one joint step by business or…</a>" in page
    assert ">Feasibility report</a>" in page
    assert ">rq joint scope</a>" not in page
