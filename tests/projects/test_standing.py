"""A gate that was passed is marked when its checks stop holding, and holds again when they do."""

from __future__ import annotations

import pytest
from django.test import Client

from projects.gates import standing
from projects.models import Gate
from projects.services import risks
from tests import walk
from tests.cast import Cast

pytestmark = pytest.mark.slow


@pytest.fixture
def passed(cast: Cast) -> Gate:
    walk.pass_gate(cast, 1)
    return cast.project.gate_set.select_related("phase", "project__catalogue").get(phase__number=1)


def test_a_gate_just_passed_holds(cast: Cast, passed: Gate) -> None:
    assert standing.outdated(cast.project) == {}


def test_a_new_risk_that_nobody_rated_marks_it_and_a_rating_mends_it(cast: Cast, passed: Gate) -> None:
    risk = risks.add(
        phase=passed.phase, name="A new law", what_goes_wrong="It forbids the use.", category="legal",
        severity="low", likelihood="rare", by=cast.dora,
    )  # fmt: skip
    found = standing.outdated(cast.project)
    assert list(found) == [passed]
    assert {link["key"] for verdict in found[passed] for link in verdict.links} >= {risk.key}
    client = Client()
    client.force_login(cast.mara.user)
    for url in ("/projects/churn/", "/projects/churn/gates/1"):
        assert "ut of date" in client.get(url).content.decode()
    answer = client.get(f"/api/v1/projects/churn/gates/{passed.key}/readiness").json()
    assert answer["is_out_of_date"] is True
    risks.rate(risk=risk, severity="low", likelihood="rare", reason="Unlikely.", by=cast.dora)
    assert standing.outdated(cast.project) == {}
