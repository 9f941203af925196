"""What the organisation's policies change in every project."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from crispmlq.errors import NotAllowed
from evidence.services import blobs
from policies import services as policies
from projects.models import Decision, Evaluation, Risk, Task
from projects.services import documents, gates, memberships, risks, tasks, waivers
from projects.services.quota import QuotaExceeded
from tests import walk
from tests.cast import Cast


def policy(cast: Cast, **values: Any) -> None:
    policies.change(values=values, reason="Agreed by the board.", by=cast.root)


def ready_for_gate_1(cast: Cast) -> Evaluation:
    walk.prepare(cast, 1)
    return walk.submit(cast, 1)


PASS = gates.Resolution("pass", "All is there.")


def test_four_eyes_who_submitted_does_not_decide(cast: Cast) -> None:
    policy(cast, four_eyes_gates=[1])
    evaluation = ready_for_gate_1(cast)
    walk.sign_all(cast, evaluation)
    with pytest.raises(NotAllowed, match="by policy another person"):
        gates.decide(evaluation=evaluation, resolution=PASS, by=cast.mara)
    assert Decision.objects.count() == 0
    assert gates.decide(evaluation=evaluation, resolution=PASS, by=cast.sven).outcome == "pass"


def test_a_decision_keeps_the_policies_it_was_submitted_under(cast: Cast, api: Any) -> None:
    evaluation = ready_for_gate_1(cast)
    policy(cast, four_eyes_gates=[1], additional_deciders={"1": ["model-owner"]}, risk_limit=1)
    walk.sign_all(cast, evaluation)
    decision = gates.decide(evaluation=evaluation, resolution=PASS, by=cast.mara)
    assert json.loads(blobs.read(decision.facts))["policy"]["version"] == 0
    assert [v.verdict for v in gates.replay(decision)] == [v["verdict"] for v in decision.verdicts]
    assert api("mara", "get", "gates/gate-1-feasibility/readiness").json()["is_out_of_date"] is False


def test_roles_the_organisation_adds_have_to_sign(cast: Cast) -> None:
    policy(cast, additional_deciders={"1": ["model-owner"]})
    evaluation = ready_for_gate_1(cast)
    assert evaluation.deciders[-1] == "model-owner"
    walk.sign_all(cast, evaluation, besides=["model-owner"])
    with pytest.raises(gates.GateNotReady, match="model-owner"):
        gates.decide(evaluation=evaluation, resolution=PASS, by=cast.mara)
    gates.sign(evaluation=evaluation, role="model-owner", by=cast.olga)
    assert gates.decide(evaluation=evaluation, resolution=PASS, by=cast.mara).outcome == "pass"


@pytest.mark.parametrize("may", [False, True])
def test_one_person_signs_for_two_roles_only_by_policy_and_the_record_says_so(cast: Cast, api: Any, may: bool) -> None:
    policy(cast, one_person_may_sign_twice=may, risk_limit=4)
    memberships.set_roles(project=cast.project, user=cast.sven.user, roles=["sponsor", "domain-expert"], by=cast.mara)
    evaluation = ready_for_gate_1(cast)
    gates.sign(evaluation=evaluation, role="sponsor", by=cast.sven)
    with pytest.raises(gates.GateNotReady, match="domain-expert"):
        gates.decide(evaluation=evaluation, resolution=PASS, by=cast.mara)
    answer = api("sven", "post", f"submissions/{evaluation.pk}/signatures", {"role": "domain-expert"})
    assert answer.status_code == (201 if may else 403)
    assert evaluation.signatures.count() == (2 if may else 1)
    if may:
        assert answer.json()["is_further_role"] is True
        client = Client()
        client.force_login(cast.sven.user)
        assert "the same person, as policies allow" in client.get("/projects/churn/gates/1").content.decode()


def test_a_lower_limit_of_the_rating_leaves_more_risks_standing(cast: Cast, api: Any) -> None:
    first, second = Risk.objects.filter(phase__number=1)[:2]
    given = {"severity": "medium", "likelihood": "possible", "reason": "Seen.", "by": cast.dora}
    assert risks.rate(risk=first, **given).state == "closed"
    policy(cast, risk_limit=3)
    assert risks.rate(risk=second, **given).state == "rated"
    for risk in Risk.objects.filter(phase__number=1, state="identified"):
        risks.rate(risk=risk, severity="low", likelihood="rare", reason="Seen.", by=cast.dora)
    verdicts = api("mara", "get", "gates/gate-1-feasibility/readiness").json()["verdicts"]
    because = next(v["because"] for v in verdicts if v["check"] == "g1-risks-ranked")
    assert first.name in because
    assert second.name in because


def test_what_the_organisation_never_waives_is_not_waived(cast: Cast) -> None:
    policy(cast, never_waived=["g1-aligned"])
    gate = cast.project.gate_set.first()
    with pytest.raises(NotAllowed, match="can not be waived"):
        waivers.request(gate=gate, check_key="g1-aligned", reason="R", expires_on=walk.days(5), by=cast.mara)


@pytest.mark.parametrize("refuse", [False, True])
def test_requirements_come_before_tasks_refused_or_warned_by_policy(cast: Cast, api: Any, refuse: bool) -> None:
    if refuse:
        policy(cast, requirements_before_tasks="refuse")
    answer = api("dana", "post", "tasks/define-scope/start")
    state = Task.objects.get(key="define-scope").state
    if refuse:
        assert (answer.status_code, answer.json()["code"], state) == (409, "task_not_ready", "to_do")
        assert answer.json()["requirements"]
    else:
        assert (answer.status_code, state) == (200, "in_progress")
        assert "not confirmed yet" in answer.json()["warnings"][0]


def test_with_requirements_confirmed_nothing_is_refused(cast: Cast) -> None:
    policy(cast, requirements_before_tasks="refuse")
    walk.settle(cast, 1)
    assert tasks.start(task=Task.objects.get(key="define-scope"), by=cast.dana).warnings == []


def test_an_upload_above_the_quota_is_refused(cast: Cast) -> None:
    policy(cast, upload_quota_mb=1)
    values = walk.values_for(documents.kind_of(cast.project, "scope-document"))
    revision = documents.draft(project=cast.project, kind="scope-document", fields=values, by=cast.dana)
    half = {"media_type": "text/csv", "data": b"x" * 600_000, "by": cast.dana}
    documents.attach(revision=revision, name="a.csv", **half)
    with pytest.raises(QuotaExceeded) as refusal:
        documents.attach(revision=revision, name="b.csv", **half)
    assert (refusal.value.data["used"], revision.attachments.count()) == (600_000, 1)


def test_a_project_manager_finds_no_door_to_policies(cast: Cast, api: Any) -> None:
    policy(cast, four_eyes_gates=[4])
    answer = api("mara", "patch", "", {"four_eyes_gates": []}, if_match=f'"{cast.project.audit_ver}"')
    assert answer.status_code == 422
    assert "four_eyes_gates" not in [field.name for field in cast.project._meta.fields]


@pytest.mark.slow
def test_signatures_refer_to_the_model_and_the_facts_that_were_signed(cast: Cast, api: Any) -> None:
    for number in (1, 2, 3):
        walk.pass_gate(cast, number)
    walk.prepare(cast, 4)
    evaluation = walk.submit(cast, 4)
    first = evaluation.deciders[0]
    gates.sign(evaluation=evaluation, role=first, by=walk.holder(cast, [first]))
    with pytest.raises(gates.GateNotReady):
        gates.decide(evaluation=evaluation, resolution=PASS, by=cast.mara)
    signature = api("mara", "get", f"submissions/{evaluation.pk}").json()["signatures"][0]
    assert signature["model_version"] == walk.MODEL
    assert signature["facts_sha256"] == evaluation.facts.sha256
