"""What gates ask of runs and test sets, on plain facts."""

from __future__ import annotations

from typing import Any

import pytest

from experiments import gate_rules as rules

PLAN = {
    "state": "accepted", "is_current": True, "valid_from": None, "valid_until": None, "revision": 1,
    "first_settled_at": "2026-01-02T00:00:00.000000Z",
    "settled_at": "2026-01-02T00:00:00.000000Z",
    "fields": {"measures": [{"measure": "performance", "metric": "recall", "weight": "1"}]},
}  # fmt: skip
KIND = {"kind": "quality-measure-plan"}


def candidate(number: int, verdict: str = "open", **metrics: str) -> dict[str, Any]:
    return {"number": number, "model": f"model@{number}", "verdict": verdict, "metrics": metrics}


def facts(plan: dict[str, Any] | None = PLAN, **known: Any) -> dict[str, Any]:
    empty = {"finished": 0, "first_result_at": None, "candidates": [], "baselines": [], "uses": [], "open_handovers": 0}
    documents = {"quality-measure-plan": plan} if plan else {}
    return {
        "documents": documents,
        "kind_names": {},
        "criteria": [],
        "today": "2026-01-10",
        "experiments": empty | known,
    }


@pytest.mark.parametrize(("first", "verdict"), [("2026-01-01T", "not_met"), ("2026-01-03T", "met"), (None, "met")])
def test_measures_are_frozen_before_the_first_run_ends(first: str | None, verdict: str) -> None:
    at = first and f"{first}00:00:00.000000Z"
    assert rules.measures_frozen_before_runs(facts(first_result_at=at), KIND).verdict == verdict


def test_without_a_baseline_run_the_check_fails() -> None:
    assert rules.baseline_compared(facts(candidates=[candidate(1, recall="0.9")]), {}).verdict == "not_met"


def test_a_candidate_that_shares_no_metric_with_the_baseline_is_named() -> None:
    known = {"baselines": [candidate(1, recall="0.5")], "candidates": [candidate(2, size="3")]}
    finding = rules.baseline_compared(facts(**known), {})
    assert (finding.verdict, finding.links) == ("not_met", [{"type": "run", "key": "2"}])
    known["candidates"][0]["verdict"] = "rejected"
    assert rules.baseline_compared(facts(**known), {}).verdict == "met"


@pytest.mark.parametrize(
    ("candidates", "verdict"),
    [
        ([], "not_met"),
        ([candidate(1, recall="0.9")], "not_met"),
        ([candidate(1, "rejected", recall="0.9")], "not_met"),
        ([candidate(1, "chosen")], "not_met"),
        ([candidate(1, "chosen", recall="0.9")], "met"),
        ([candidate(1, "chosen", recall="0.9"), candidate(2, "rejected")], "met"),
    ],
)
def test_candidates_are_chosen_or_rejected_with_a_value_of_every_measure(candidates: list, verdict: str) -> None:
    assert rules.candidates_judged(facts(candidates=candidates), KIND).verdict == verdict


def test_weights_that_were_changed_after_results_are_flagged() -> None:
    later = PLAN | {"revision": 2, "settled_at": "2026-01-05T00:00:00.000000Z"}
    at = "2026-01-03T00:00:00.000000Z"
    assert rules.weights_settled(facts(later, first_result_at=at), KIND).verdict == "not_met"
    assert rules.weights_settled(facts(first_result_at=at), KIND).verdict == "met"


@pytest.mark.parametrize(("times", "verdict"), [(1, "met"), (2, "not_met"), (None, "not_met")])
def test_a_test_set_that_served_twice_is_named(times: int | None, verdict: str) -> None:
    uses = [{"test_set": "blind@1", "times": times}] if times else []
    assert rules.test_sets_used_once(facts(uses=uses), {}).verdict == verdict


@pytest.mark.parametrize(
    ("training", "test", "verdict"),
    [("Ann, Ben", "Cleo", "met"), ("Ann, Ben", "Ben", "not_met"), ("Ann", "", "unknown"), ("", "", "unknown")],
)
def test_who_collected_both_training_data_and_test_set_is_named(training: str, test: str, verdict: str) -> None:
    told = (("raw", training), ("test", test))
    versions = [{"kind": "dataset", "fields": {"role": role, "team": team}} for role, team in told]
    finding = rules.teams_apart(facts() | {"registry": {"versions": versions}}, {})
    assert finding.verdict == verdict
    assert ("Ben" in finding.because) == (verdict == "not_met")
