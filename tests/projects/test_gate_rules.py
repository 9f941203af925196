"""Rules are pure: what they say about plain facts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.definitions import Check
from policies.definitions import defaults
from projects.gates import document_rules, process_rules, rules


def document(**fields: Any) -> dict[str, Any]:
    return {"state": "accepted", "is_current": True, "fields": fields, "reviews": [], "valid_from": None,
            "valid_until": None, "settled_at": "2026-01-02",
            "first_settled_at": "2026-01-02"}  # fmt: skip


def facts(**changes: Any) -> dict[str, Any]:
    return {
        "phase": 4, "policy": {"version": 0, "values": defaults()}, "today": "2026-06-01", "waivers": {},
        "kind_names": {}, "role_names": {}, "documents": {}, "criteria": [], "tasks": [], "requirements": [],
        "risks": [], "signatures": [], "decisions": {}, **changes,
    }  # fmt: skip


def criterion(value: str | None, **changes: Any) -> dict[str, Any]:
    values = [] if value is None else [{"value": value, "environment": "test"}]
    return {
        "key": "c", "name": "C", "level": "ml", "version": 1, "has_draft": False, "unit": "1", "direction": "at_least",
        "threshold": "0.9", "upper": None, "floor": "0.8", "supports": "b", "measurements": values, **changes,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "params", "verdict"),
    [
        ("0.9", {}, "met"),
        ("0.8999", {}, "not_met"),
        ("0.85", {"bound": "floor"}, "met"),
        (None, {}, "unknown"),
    ],
)
def test_a_criterion_is_met_from_its_threshold_on(value: str, params: dict[str, str], verdict: str) -> None:
    given_facts = facts(criteria=[criterion(value)])
    params = {"levels": ["ml"], "environments": ["test"], **params}
    assert process_rules.criteria_met(given_facts, params).verdict == verdict


def test_a_value_from_elsewhere_does_not_count() -> None:
    given_facts = facts(criteria=[criterion("0.99")])
    params = {"levels": ["ml"], "environments": ["operation"]}
    assert process_rules.criteria_met(given_facts, params).verdict == "unknown"


def test_a_document_of_an_earlier_iteration_has_to_be_confirmed() -> None:
    old = document(conclusion="met") | {"is_current": False}
    finding = document_rules.document_field(
        facts(documents={"d": old}), {"kind": "d", "field": "conclusion", "equals": "met"}
    )
    assert finding.verdict == "unknown"
    assert "confirmed again" in finding.because


def test_an_expired_acceptance_of_a_risk_counts_no_more() -> None:
    risk = {"key": "r", "name": "R", "phase": 1, "applies": True, "state": "accepted", "rating": 8,
            "is_tolerable": False, "accepted_until": "2026-05-31"}  # fmt: skip
    assert process_rules.risks_treated(facts(risks=[risk]), {}).verdict == "not_met"
    assert process_rules.risks_treated(facts(risks=[{**risk, "accepted_until": "2026-06-01"}]), {}).verdict == "met"


@given(st.sampled_from(["met", "not_met", "unknown"]), st.booleans(), st.booleans(), st.booleans())
def test_a_waiver_helps_only_where_it_may(found: str, waivable: bool, waived: bool, blocking: bool) -> None:
    rules.RULES["as_told"] = lambda _, params: rules.Finding(params["verdict"], "because")
    check = Check("k", "t", blocking, waivable, "submission", "as_told", {"verdict": found}, ("sponsor",))
    waivers = {"k": {"expires_on": "2027-01-01", "reason": "r"}} if waived else {}
    [verdict] = rules.evaluate([check], facts(waivers=waivers))
    assert verdict.blocks == (blocking and found != "met" and not (waivable and waived))
    del rules.RULES["as_told"]
