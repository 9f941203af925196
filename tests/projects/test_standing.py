"""A gate that was passed is marked when its checks stop holding, and holds again when they do."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from projects.gates import facts, standing
from projects.models import Criterion, Gate, Measurement
from projects.services import measurements, risks
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
    assert {link["key"] for verdict in found[passed].blockers for link in verdict.links} >= {risk.key}
    client = Client()
    client.force_login(cast.mara.user)
    for url in ("/projects/churn/", "/projects/churn/gates/1"):
        assert "ut of date" in client.get(url).content.decode()
    answer = client.get(f"/api/v1/projects/churn/gates/{passed.key}/readiness").json()
    assert answer["is_out_of_date"] is True
    risks.rate(risk=risk, severity="low", likelihood="rare", reason="Unlikely.", by=cast.dora)
    assert standing.outdated(cast.project) == {}


def test_of_many_values_a_gate_sees_the_newest_and_the_first_of_each_environment(cast: Cast) -> None:
    walk.approve_criteria(cast)
    criterion = Criterion.objects.get(key="recall")
    now = timezone.now()
    for number in range(30):
        environment = ("validation", "production-like")[number % 2]
        reading = measurements.Reading(
            value=Decimal(number),
            unit="1",
            environment=environment,
            measured_at=now + timedelta(seconds=(number * 7) % 30),
        )
        measurements.record(criterion=criterion, reading=reading, by=cast.pipeline)
    every = list(Measurement.objects.order_by("measured_at", "id"))
    expected = set()
    for environment in ("validation", "production-like"):
        of_it = [m for m in every if m.environment == environment]
        expected |= {of_it[-1].pk, min(of_it, key=lambda m: (m.recorded_at, m.pk)).pk}
    seen = facts.counting_values(cast.project)[criterion.versions.get().pk]
    assert {m.pk for m in seen} == expected
    assert [m.measured_at for m in seen] == sorted(m.measured_at for m in seen)
