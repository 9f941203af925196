"""Page, dossier and gate judge a criterion by the same value."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from audit import SYSTEM, act
from projects import page_selectors
from projects.models import CriterionVersion, Phase, Project
from projects.services import iterations
from tests import reported, walk
from tests.cast import Cast


def standing(cast: Cast, key: str = "recall") -> tuple[Any, ...]:
    """(environment, met) of a criterion as the page has it and as the dossier prints it."""
    project = Project.objects.get(slug="churn")
    row = next(r for r in page_selectors.criteria(project) if r.criterion.key == key)
    rows = reported.table(reported.built(project), "Success criteria, as they stand")
    printed = next(row for row in rows if row["Criterion"] == key)
    on_page = (row.current.get_environment_display(), row.is_met) if row.current else None
    assert printed["Verdict"] == ({True: "met", False: "missed"}[row.is_met] if row.current else "not measured")
    assert printed["Where"] == (on_page[0] if on_page else "–")
    return on_page


def reached(cast: Cast, number: int) -> None:
    """As if the project had come to the phase; only the states matter here."""
    phases = list(Phase.objects.filter(project=cast.project, number__lte=number))
    with act("project.changed", by=SYSTEM, subject=cast.project):
        for phase in phases:
            phase.state = Phase.State.OPEN if phase.number == number else Phase.State.PASSED
        Phase.objects.bulk_update(phases, ["state"])


def test_a_later_validation_does_not_replace_the_blind_test(cast: Cast) -> None:
    walk.approve_criteria(cast)
    reached(cast, 4)
    walk.measure(cast, "test", value="0.7", keys=["recall"])
    walk.measure(cast, "validation", value="0.99", keys=["recall"])
    assert standing(cast) == ("Blind test", False)


def test_a_value_of_a_phase_that_was_not_reached_says_nothing(cast: Cast) -> None:
    walk.approve_criteria(cast)
    reached(cast, 3)
    walk.measure(cast, "operation", value="0.99", keys=["recall"])
    assert standing(cast) is None


def test_values_from_before_the_way_back_count_no_more(cast: Cast) -> None:
    walk.approve_criteria(cast)
    reached(cast, 4)
    walk.measure(cast, "test", value="0.99", keys=["recall"])
    assert standing(cast) == ("Blind test", True)
    iterations.go_back(
        project=cast.project, to_phase=3, task_keys=["model-selection"], origin="evaluation", reason="So.", by=cast.mara
    )
    assert standing(cast) is None
    client = Client()
    client.force_login(cast.mara.user)
    assert "not measured" in client.get("/projects/churn/criteria").content.decode().lower()


@pytest.mark.parametrize(
    ("direction", "upper", "value", "met"),
    [("at_least", None, "1", True), ("at_least", None, "0.9", False), ("at_most", None, "1", True),
     ("at_most", None, "1.1", False), ("between", "2", "2", True), ("between", "2", "2.1", False)],
)  # fmt: skip
def test_a_version_says_whether_a_value_reaches_it(direction: str, upper: str | None, value: str, met: bool) -> None:
    version = CriterionVersion(direction=direction, threshold=Decimal(1), upper=Decimal(upper) if upper else None)
    assert version.is_reached_by(Decimal(value)) is met
