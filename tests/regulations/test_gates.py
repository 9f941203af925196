"""What gate 1 asks of the law."""

from __future__ import annotations

import pytest

from projects.gates import standing
from projects.services import projects
from regulations import facts, gate_rules
from tests.cast import Cast
from tests.classified import ACT, HIRING, draft, signed

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


STANDINGS = [
    {"ref": "Art. 9(1)", "group": "og-hr-requirements", "status": "open"},
    {"ref": "Art. 4(1)", "group": "og-ai-literacy", "status": "met"},
]


def covered(standings: object, **params: object) -> tuple[str, str]:
    known = {"regulations": {ACT: {"standings": standings}}}
    found = gate_rules.covered(known, {"regulation": ACT, "statuses": ["open", "partly"], **params})
    return found.verdict, found.because


def test_a_gate_may_ask_that_no_obligation_of_a_group_is_left_open():
    assert covered(STANDINGS) == ("not_met", "1 of 2 obligations are left: Art. 9(1).")
    assert covered(STANDINGS, group="og-ai-literacy")[0] == "met"
    assert covered(STANDINGS, statuses=["needs_review"])[0] == "met"
    assert covered(None)[0] == "unknown"


def test_coverage_is_collected_for_a_catalogue_that_asks_for_it_and_for_no_other(cast, monkeypatch):
    signed(cast, HIRING)
    assert "standings" not in facts.collect(cast.project)[ACT]
    monkeypatch.setattr(facts, "_covered", lambda catalogue: {ACT, "gdpr", "iso-42001"})
    found = facts.collect(cast.project)
    assert {row["ref"] for row in found[ACT]["standings"]} >= {"Art. 9(1)", "Art. 10(2)"}
    assert found["gdpr"]["standings"] is None
    assert len(found["iso-42001"]["standings"]) == 38


def test_coverage_of_a_classification_that_has_to_be_made_again_counts_for_nothing(cast, monkeypatch):
    signed(cast, HIRING)
    projects.change(project=cast.project, by=cast.mara, purpose="Win customers.")
    monkeypatch.setattr(facts, "_covered", lambda catalogue: {ACT})
    cast.project.refresh_from_db()
    assert facts.collect(cast.project)[ACT]["standings"] is None
