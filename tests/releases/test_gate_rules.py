"""What gates ask of releases and of what is served, on plain facts."""

from __future__ import annotations

from typing import Any

import pytest

from releases import gate_rules as rules

HELD = {"state": "accepted", "is_current": True, "valid_from": None, "valid_until": None}


def facts(kind: str = "release-record", fields: dict[str, str] | None = None, **known: Any) -> dict[str, Any]:
    document = {
        "state": "accepted",
        "is_current": True,
        "valid_from": None,
        "valid_until": None,
        "fields": fields or {},
    }
    return {
        "documents": {kind: document}, "kind_names": {}, "project": {"kind": "full"}, "today": "2026-01-10",
        "releases": {"releases": [], "served": [], "passed": []} | known,
    }  # fmt: skip


RECORD = {"kind": "release-record", "field": "model-version"}


@pytest.mark.parametrize(("model", "state", "verdict"), [
    ("m@1", "planned", "met"), ("m@1", "stopped", "not_met"), ("m@2", "planned", "not_met"),
])  # fmt: skip
def test_a_release_of_the_version_on_record_is_planned(model: str, state: str, verdict: str) -> None:
    planned = [{"number": 1, "model": model, "state": state, "deployment": "production", "steps": [10, 100]}]
    given = facts(fields={"model-version": "m@1"}, releases=planned)
    assert rules.release_planned(given, RECORD).verdict == verdict


def served(model: str | None) -> list[dict[str, Any]]:
    return [{"deployment": "production", "what": model or "Rules", "model": model, "since": ""}]


@pytest.mark.parametrize(("now", "verdict"), [
    ([], "unknown"), (served("m@1"), "met"), (served("m@2"), "not_met"), (served(None), "met"),
])  # fmt: skip
def test_no_version_is_served_without_a_passed_evaluation(now: list, verdict: str) -> None:
    assert rules.served_versions_passed(facts(served=now, passed=["m@1"]), {}).verdict == verdict


@pytest.mark.parametrize(("option", "target", "verdict"), [
    ("previous-version", "m@1", "met"), ("previous-version", "m@9", "not_met"), ("previous-version", None, "not_met"),
    ("rules", None, "met"), ("baseline", None, "met"),
])  # fmt: skip
def test_the_way_back_has_to_exist(option: str, target: str | None, verdict: str) -> None:
    given = facts("fallback-plan-document", {"option": option, "target": target}, passed=["m@1"])
    params = {"kind": "fallback-plan-document", "option": "option", "target": "target"}
    assert rules.fallback_possible(given, params).verdict == verdict
