"""What the built-in process asks: each check is met by what it wants, and fails when just that is taken away."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from catalogue import definitions, files, services
from policies.definitions import defaults
from projects import document_fields
from projects.gates import rules
from tests import walk

Facts = dict[str, Any]
Change = Callable[[Facts], Any]
ANSWERS = {"structured-data": "yes", "fairness": "yes"}
AT = "2026-11-02T00:00:00.000000Z"
VALUES = [
    {"value": "0.95", "environment": e, "measured_at": AT, "recorded_at": AT, "subject_version": "m", "dataset": "d"}
    for e in ("forecast", "validation", "test", "production-like", "operation")
]  # fmt: skip


@pytest.fixture(scope="module")
def built_in() -> Any:
    return definitions.build(services.check(files.BUILT_IN))


@pytest.fixture(scope="module")
def complete(built_in: Any) -> Facts:
    """Every document accepted with fitting values, every criterion met."""
    return {
        "today": "2026-11-25",
        "project": {"slug": "churn", "kind": "full", "iteration": 1, "answers": ANSWERS},
        "kind_names": {}, "role_names": {}, "waivers": {}, "decisions": {}, "phase": 4,
        "tasks": [], "requirements": [], "risks": [], "policy": {"version": 0, "values": defaults()},
        "signatures": [{"role": role, "verdict": "approve"} for role in ("domain-expert", "ml-expert")],
        "documents": {key: _document(kind) for key, kind in built_in.document_kinds.items()},
        "criteria": [
            {
                "key": key, "name": key, "level": level, "version": 1, "has_draft": False, "unit": "1",
                "direction": "at_least", "threshold": "0.9", "upper": None, "floor": "0.8", "baseline": None,
                "supports": None if level == "business" else "retention", "measurements": VALUES,
            }
            for key, level in walk.CRITERIA.items()
        ],
    }  # fmt: skip


def _document(kind: Any) -> Facts:
    return {
        "state": "accepted", "revision": 1, "id": kind.key, "is_current": True, "valid_from": None, "valid_until": None,
        "fields": document_fields.cleaned(kind, walk.values_for(kind)),
        "first_settled_at": AT, "settled_at": AT,
        "reviews": [{"role": group[0], "verdict": "accepted", "iteration": 1} for group in kind.review_roles],
    }  # fmt: skip


def field(kind: str, key: str, value: Any) -> Change:
    return lambda facts: facts["documents"][kind]["fields"].update({key: value})


def without(kind: str) -> Change:
    return lambda facts: facts["documents"].pop(kind)


def cell(kind: str, table: str, column: str, value: Any) -> Change:
    return lambda facts: facts["documents"][kind]["fields"][table][0].update({column: value})


def reviewed_by(kind: str, *roles: str) -> Change:
    def change(facts: Facts) -> None:
        facts["documents"][kind]["reviews"] = [{"role": r, "verdict": "accepted", "iteration": 1} for r in roles]

    return change


def criteria(*keys: str, **values: Any) -> Change:
    def change(facts: Facts) -> None:
        for each in facts["criteria"]:
            if each["key"] in keys:
                each.update(values)

    return change


def only_in(*environments: str, level: str) -> Change:
    def change(facts: Facts) -> None:
        for each in facts["criteria"]:
            if each["level"] == level:
                each["measurements"] = [m for m in VALUES if m["environment"] in environments]

    return change


# Check -> what is taken away.
TAKEN_AWAY = [
    ("g1-scope-joint", reviewed_by("scope-document", "data-scientist")),
    ("g1-three-levels", criteria("saving", version=None)),
    ("g1-measurable", criteria("recall", has_draft=True)),
    ("g1-aligned", criteria("recall", supports=None)),
    ("g1-aligned", field("success-criteria-record", "open-conflicts", "yes")),
    ("g1-feasible", field("feasibility-report", "conclusion", "not-feasible")),
    ("g1-data-quality", field("data-quality-report", "conclusion", "not-sufficient")),
    ("g1-common-outputs", without("feasibility-report")),
    ("g1-common-review", field("phase-review-record", "reviews", [])),
    ("g2-schema", field("prepared-dataset", "conforms-to-schema", "no")),
    ("g2-exclusions", cell("sample-exclusion-log", "exclusions", "objective", "no")),
    ("g2-expert-features", reviewed_by("feature-list", "data-scientist")),
    ("g2-quarantine", cell("data-quality-report", "quarantine", "decision", "open")),
    ("g2-feature-gain", cell("feature-definitions", "features", "gain", "-0.1")),
    ("g2-common-outputs", without("prepared-dataset")),
    ("g3-six-measures", field("quality-measure-plan", "measures", [{"measure": "performance", "target": "0.9"}])),
    ("g3-result-reproducible", field("seed-variance-report", "runs", [{"seed": "1", "value": "0.9"}])),
    ("g3-domain-knowledge", cell("domain-knowledge-record", "items", "gain", "0")),
    ("g3-requirements", cell("model-selection-record", "requirement-checks", "verdict", "not-met")),
    ("g4-criteria-met", only_in("validation", level="ml")),
    ("g4-blind-test", field("performance-report", "test-set", "validation")),
    ("g4-slices", cell("performance-report", "slices", "value", "1")),
    ("g4-planned-slices", field("performance-report", "slices", [])),
    ("g4-robustness", field("robustness-report", "conclusion", "not-met")),
    ("g4-robustness", without("robustness-report")),
    ("g4-explainability", without("explainability-report")),
    ("g4-data-quality", field("data-quality-report", "conclusion", "not-sufficient")),
    ("g4-two-signatures", lambda facts: facts["signatures"].pop()),
    ("g4-risk-update", lambda facts: facts["documents"]["risk-register"].update(settled_at="2026-11-01")),
    ("g4-fairness", field("performance-report", "fairness", [])),
    ("g4-interpretable", field("explainability-report", "interpretable-comparison", "")),
    ("g5-field-test", field("field-test-report", "conclusion", "failed")),
    ("g5-field-test", without("field-test-report")),
    ("g5-first-indication", only_in("forecast", level="economic")),
    ("g5-production-evaluation", only_in("test", level="ml")),
    ("g5-common-outputs", without("user-guide")),
    ("g6-criteria-in-operation", only_in("forecast", "production-like", level="economic")),
]


@pytest.mark.parametrize(("key", "change"), TAKEN_AWAY)
def test_a_check_is_met_and_fails_when_what_it_asks_is_taken_away(
    built_in: Any, complete: Facts, key: str, change: Change
) -> None:
    check = next(c for phase in built_in.phases for c in phase.gate.checks if c.key == key)
    assert [v.because for v in rules.evaluate([check], complete) if v.verdict != rules.MET] == []
    changed = copy.deepcopy(complete)
    change(changed)
    assert rules.evaluate([check], changed)[0].verdict in {rules.NOT_MET, rules.UNKNOWN}


def test_gate_4_asks_for_no_economic_value_gate_5_for_a_first_gate_6_for_a_current_one(
    built_in: Any, complete: Facts
) -> None:
    changed = copy.deepcopy(complete)
    only_in("forecast", level="economic")(changed)
    checks = {c.key: c for phase in built_in.phases for c in phase.gate.checks}
    keys = ("g4-criteria-met", "g5-first-indication", "g6-criteria-in-operation")
    verdicts = [rules.evaluate([checks[key]], changed)[0].verdict == rules.MET for key in keys]
    assert verdicts == [True, False, False]


# Document -> what it can not be submitted without.
NEEDED = [
    (
        "feasibility-report",
        ["applicability", "legal-constraints", "requirements", "sample-availability-size-and-quality"],
    ),
    ("feasibility-report", ["expected-benefit", "assumptions"]),
    ("success-criteria-record", ["alignment", "reviewed-by"]),
    ("data-collection-report", ["plan", "cost-and-time"]),
    ("literature-review", ["similar-tasks", "methods"]),
    ("evaluation-report", ["test-plan", "model-version", "test-set-version", "comparison-with-criteria"]),
    ("explainability-report", ["explanations", "expert", "expert-judgement"]),
    ("deployment-architecture", ["options", "choice-and-reason", "requirements-met"]),
    ("production-evaluation-report", ["stages"]),
    ("field-test-report", ["users", "acceptance", "usage-rate"]),
    ("user-guide", ["function", "limits", "model-version", "disclaimer"]),
    ("fallback-plan-document", ["triggers", "option", "owner"]),
    ("class-balance-report", ["strategies-tried", "choice-and-reason"]),
    ("imputation-report", ["methods", "choice"]),
    ("data-quality-report", ["violations", "data-version", "schema-version"]),
    ("reproducibility-record", ["items", "software-versions", "hardware", "random-seeds"]),
]


@pytest.mark.parametrize(("kind", "keys"), NEEDED)
def test_a_document_can_not_be_submitted_without_its_parts(built_in: Any, kind: str, keys: list[str]) -> None:
    definition = built_in.document_kinds[kind]
    values = walk.values_for(definition)
    for key in keys:
        kept = document_fields.cleaned(definition, {name: value for name, value in values.items() if name != key})
        assert key in [each.key for each in document_fields.lacking(definition, kept)]


def test_no_baseline_needs_a_reason_and_with_one_it_needs_none(built_in: Any) -> None:
    kind = built_in.document_kinds["literature-review"]
    values = {k: v for k, v in walk.values_for(kind).items() if k not in {"baselines", "no-baseline-because"}}
    assert [each.key for each in document_fields.lacking(kind, values)] == ["no-baseline-because"]
    assert document_fields.lacking(kind, values | {"no-baseline-because": "The first of its kind."}) == []


def test_the_confirmed_feasibility_rests_on_a_version_of_the_data(built_in: Any) -> None:
    kind = built_in.document_kinds["feasibility-report"]
    values = {k: v for k, v in walk.values_for(kind).items() if k != "data-version"}
    assert [each.key for each in document_fields.lacking(kind, values | {"stage": "confirmed"})] == ["data-version"]
    assert document_fields.lacking(kind, values | {"stage": "preliminary"}) == []


def test_the_two_tasks_of_reproducibility_are_required_of_every_project(built_in: Any) -> None:
    tasks = {task.key: task for phase in built_in.phases for task in phase.tasks}
    found = [task for key, task in tasks.items() if "reproducib" in key]
    assert len(found) >= 2
    assert all(task.required for task in found)


@pytest.mark.parametrize("severity", ["low", "medium", "high", "critical"])
@pytest.mark.parametrize("likelihood", ["rare", "possible", "likely"])
def test_a_rating_is_severity_times_likelihood_and_borne_up_to_the_limit(
    built_in: Any, severity: str, likelihood: str
) -> None:
    rating = built_in.rating
    value = rating.value(severity, likelihood)
    assert value == rating.severities[severity] * rating.likelihoods[likelihood]
    is_borne_untreated = value <= rating.feasible_up_to and severity != "critical"
    assert rating.is_tolerable(severity, value, False) == is_borne_untreated
