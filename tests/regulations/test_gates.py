"""What gate 1 asks of the law."""

from __future__ import annotations

import pytest

from projects.gates import standing
from projects.services import projects
from tests.cast import Cast
from tests.classified import HIRING, draft, signed

pytestmark = pytest.mark.django_db


def verdict(cast: Cast, check: str = "g1-classified") -> tuple[str, str]:
    cast.project.refresh_from_db()
    gate = cast.project.gate_set.select_related("phase").get(phase__number=1)
    gate.project = cast.project
    found = next(v for v in standing.readiness(gate).verdicts if v.check == check)
    return found.verdict, found.because


def test_without_a_signed_classification_it_is_not_met(cast):
    assert verdict(cast) == ("not_met", "The project is not classified by the EU AI Act.")
    draft(cast)
    assert "Classification 1 is a draft." in verdict(cast)[1]


def test_a_signed_one_meets_it_until_it_has_to_be_made_again(cast):
    signed(cast, HIRING)
    assert verdict(cast) == ("met", "Classification 1: High-risk: Annex III use case.")
    projects.change(project=cast.project, by=cast.mara, purpose="Win customers.")
    assert verdict(cast) == (
        "not_met",
        "Classification 1 has to be made again. The purpose of the project was changed.",
    )


def test_a_prohibited_practice_does_not_pass(cast):
    assert verdict(cast, "g1-not-prohibited")[0] == "met"
    signed(cast, HIRING | {"face-scraping": True})
    assert verdict(cast)[0] == "met"
    assert verdict(cast, "g1-not-prohibited") == ("not_met", "By classification 1, this is: Prohibited practice.")
