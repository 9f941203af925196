"""Criteria: what makes them approvable, how they stand, and what a change of one does to gates passed with it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Event
from crispmlq.errors import Conflict, Invalid, NotAllowed
from evidence.services import blobs
from projects import bounds
from projects.gates import standing
from projects.models import Criterion, CriterionVersion, Decision
from projects.services import criteria, memberships
from tests import reported, walk
from tests.cast import Cast


def demand(**changes: Any) -> criteria.Demand:
    values = {"metric": "recall", "unit": "1", "direction": "at_least", "threshold": Decimal("0.9"), "floor": None,
              "method": "As agreed.", "owner_name": "Dora", "justification": "Misses cost most."}  # fmt: skip
    return criteria.Demand(**{**values, **changes})


def proposed(cast: Cast, level: str, **changes: Any) -> CriterionVersion:
    given = {"key": "k", "level": level, "name": "K", "demand": demand(**changes)}
    return criteria.propose(project=cast.project, by=cast.mara, **given)


@pytest.mark.parametrize(
    ("changes", "lacking"),
    [
        ({"supports": "retention", "floor": None}, ["floor"]),
        ({"supports": None, "floor": Decimal("0.8")}, ["supports"]),
        ({"supports": "retention", "floor": Decimal("0.8"), "justification": " "}, ["justification"]),
        ({"justification": "", "supports": None}, ["justification", "floor", "supports"]),
    ],
)
def test_an_ml_criterion_needs_reason_floor_and_a_business_criterion(
    cast: Cast, api: Any, changes: dict[str, Any], lacking: list[str]
) -> None:
    walk.approve_criteria(cast)
    proposed(cast, "ml", **changes)
    answer = api("dora", "post", "criteria/k/versions/1/approve")
    assert (answer.status_code, answer.json()["code"], answer.json()["lacking"]) == (409, "not_approvable", lacking)
    client = Client()
    client.force_login(cast.dora.user)
    pk = CriterionVersion.objects.get(criterion__key="k").pk
    assert client.post(f"/projects/churn/do/approve-criterion/{pk}").status_code == 409
    assert CriterionVersion.objects.get(pk=pk).state == "draft"


@pytest.mark.parametrize("name", ["dana", "milo", "enzo", "mara", "pipeline"])
def test_a_criterion_is_approved_by_a_role_of_the_domain(cast: Cast, name: str) -> None:
    version = criteria.propose(project=cast.project, key="k", level="business", name="K", demand=demand(), by=cast.olga)
    with pytest.raises(NotAllowed):
        criteria.approve(version=version, by=cast.actors[name])
    assert criteria.approve(version=version, by=cast.dora).approved_as == "domain-expert"


@given(st.decimals(0, 1, places=3), st.booleans())
def test_a_status_follows_from_the_value_alone(value: Decimal, is_due: bool) -> None:
    found = bounds.status(value, "at_least", Decimal("0.9"), None, Decimal("0.8"), is_due=is_due)
    wanted = "on_track" if value >= Decimal("0.9") else "at_risk" if value >= Decimal("0.8") else "missed"
    assert found == wanted


@pytest.mark.parametrize(
    ("direction", "value", "upper", "floor", "status"),
    [
        ("at_most", "5", None, "7", "on_track"),
        ("at_most", "6", None, "7", "at_risk"),
        ("at_most", "8", None, "7", "missed"),
        ("at_most", "6", None, None, "missed"),
        ("between", "6", "8", "4", "on_track"),
        ("between", "4.5", "8", "4", "at_risk"),
        ("between", "9", "8", "4", "missed"),
        ("at_least", None, None, None, "at_risk"),
    ],
)
def test_each_direction_has_its_status(
    direction: str, value: str | None, upper: str | None, floor: str | None, status: str
) -> None:
    numbers = [Decimal(text) if text else None for text in (value, upper, floor)]
    found = bounds.status(numbers[0], direction, Decimal(5), numbers[1], numbers[2], is_due=True)
    assert found == status


def overview(cast: Cast) -> str:
    client = Client()
    client.force_login(cast.mara.user)
    return client.get("/projects/churn/").content.decode()


@pytest.mark.slow
def test_at_risk_without_a_measure_warns_on_page_and_report_until_one_is_linked(cast: Cast, api: Any) -> None:
    for number in (1, 2):
        walk.pass_gate(cast, number)
    walk.measure(cast, "validation", value="0.85", keys=["recall"])
    told = {row["key"]: row for row in api("dana", "get", "criteria-standing").json()}
    assert (told["recall"]["status"], told["recall"]["needs_measure"]) == ("at_risk", True)
    assert (told["saving"]["status"], told["retention"]["status"]) == ("on_track", "on_track")
    assert "Nothing is linked to it" in overview(cast)
    report = str(reported.section(reported.built(cast.project), "criterion-recall-v1"))
    assert "At risk." in report
    assert "Nothing is linked to it that is done about it." in report
    gate = cast.project.gate_set.get(phase__number=3)
    readiness = api("dana", "get", f"gates/{gate.key}/readiness").json()
    assert {c["name"]: c["status"] for c in readiness["criteria"]}["recall"] == "at_risk"
    check = next(v for v in readiness["verdicts"] if v["check"] == "g3-common-watched")
    assert (check["verdict"], check["blocking"]) == ("not_met", False)
    body = {"keys": ["model-training"], "reason": "Train on more data."}
    assert api("dana", "post", "criteria/recall/measures", body).status_code == 200
    assert "Nothing is linked to it" not in overview(cast)
    told = {row["key"]: row for row in api("dana", "get", "criteria-standing").json()}
    assert (told["recall"]["status"], told["recall"]["needs_measure"]) == ("at_risk", False)


def test_a_measure_is_a_task_or_a_method_with_a_reason(cast: Cast) -> None:
    walk.approve_criteria(cast)
    criterion = Criterion.objects.get(key="recall")
    for keys, reason in ((["define-scope"], " "), (["nonsense"], "So.")):
        with pytest.raises(Invalid):
            criteria.link_measures(criterion=criterion, keys=keys, reason=reason, by=cast.dana)
    with pytest.raises(Conflict):
        criteria.link_measures(criterion=criterion, keys=[], reason="So.", by=cast.dana)
    assert Criterion.objects.get(key="recall").measures == []


@pytest.mark.slow
def test_a_change_of_an_approved_criterion_is_a_version_with_an_event_and_flags_gates(cast: Cast, api: Any) -> None:
    walk.pass_gate(cast, 1)
    walk.accept_document(cast, "scope-document", reason="What the minimal product taught.")
    old = Decision.objects.get()
    criterion = Criterion.objects.get(key="retention")
    events = Event.objects.count()
    version = criteria.revise(
        criterion=criterion, demand=demand(threshold=Decimal("0.95")), reason="Users expect more.",
        lesson="scope-document", by=cast.mara,
    )  # fmt: skip
    gate = cast.project.gate_set.get(phase__number=1)
    assert standing.readiness(gate).changed_criteria == []  # nothing holds before it is approved
    with pytest.raises(NotAllowed):
        criteria.approve(version=version, by=cast.sven)  # the version before was approved as domain expert
    criteria.approve(version=version, by=cast.dora)
    assert Event.objects.count() == events + 2
    answer = api("mara", "get", "gates/gate-1-feasibility/readiness").json()
    assert answer["is_out_of_date"] is True
    assert answer["changed_criteria"] == [{"key": "retention", "name": "retention", "before": 1, "now": 2}]
    assert "It was passed with version 1" in overview(cast)
    frozen = next(c for c in json.loads(blobs.read(old.facts))["criteria"] if c["key"] == "retention")
    assert (frozen["threshold"], frozen["version"]) == ("0.9", 1)
    told = api("mara", "get", "criteria/retention").json()["versions"][1]
    assert (told["lesson"], told["approved_as"]) == ("Scope document, revision 2", "domain-expert")


def test_a_lesson_is_a_document_that_exists(cast: Cast) -> None:
    walk.approve_criteria(cast)
    criterion = Criterion.objects.get(key="recall")
    with pytest.raises(Invalid):
        criteria.revise(criterion=criterion, demand=demand(), reason="So.", lesson="scope-document", by=cast.dana)


def test_the_role_that_approved_first_can_be_held_by_another_person(cast: Cast) -> None:
    version = criteria.approve(version=proposed(cast, "business"), by=cast.dora)
    change = criteria.revise(
        criterion=version.criterion, demand=demand(threshold=Decimal("0.95")), reason="More.", by=cast.dora
    )
    memberships.set_roles(project=cast.project, user=cast.olga.user, roles=["domain-expert"], by=cast.mara)
    assert criteria.approve(version=change, by=cast.olga).approved_as == "domain-expert"


def test_objectives_are_traced_in_the_report(cast: Cast) -> None:
    walk.approve_criteria(cast)
    report = reported.section(reported.built(cast.project), "criterion-recall-v1")
    assert "Serves “retention”." in str(report)
