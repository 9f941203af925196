"""What a check gives its rule is held against what the rule takes, before a gate is ever judged by it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from projects.gates.process_rules import ENVIRONMENTS
from projects.gates.rules import PARAMS, RULES
from projects.models import Measurement
from tests.catalogue.test_validation import faults, folder

__all__ = ["folder"]

GATE_4 = "gate-4-deployment-decision"


def changed_check(folder: Path, key: str, old: str, new: str) -> None:
    """Change the text of one check in gates.yaml."""
    path = folder / "gates.yaml"
    text = path.read_text(encoding="utf-8")
    start = text.index(f"key: {key}\n")
    end = text.find("\n  - key: ", start)
    check = text[start:end]
    assert old in check
    path.write_text(text[:start] + check.replace(old, new, 1) + text[end:], encoding="utf-8")


@pytest.mark.parametrize(
    ("check", "old", "new", "rule", "said"),
    [
        ("g1-feasible", "field: conclusion", "field: conclusion\n      hue: red", "known-param", "takes no “hue”"),
        ("g1-measurable", "params: {}", "params:\n      kind: scope-document", "known-param", "but nothing"),
        ("g1-feasible", "field: conclusion", "", "needed-param", "needs “field”"),
        ("g1-data-quality", "equals: sufficient", "", "one-param", "exactly one of equals, one_of, not_empty"),
        ("g1-data-quality", "equals:", "not_empty: true\n      equals:", "one-param", "exactly one of"),
        ("g1-data-quality", "equals: sufficient", "equals: 5", "param-type", "takes a text"),
        ("g2-schema", "equals: 'yes'", "equals: yes", "param-type", "takes a text"),
        ("g5-versions", "not_empty: true", "not_empty: false", "param-type", "takes true"),
        ("g3-result-reproducible", "at_least: 3", "at_least: three", "param-type", "a whole number from 1"),
        ("g3-result-reproducible", "at_least: 3", "at_least: 0", "param-type", "a whole number from 1"),
        ("g1-scope-joint", "- - sponsor\n        - domain-expert", "- sponsor", "param-type", "a list of lists"),
        ("g1-three-levels", "- economic", "- ecological", "param-value", "business, ml, economic"),
        ("g3-common-criteria", "bound: floor", "bound: cellar", "param-value", "floor"),
        ("g1-scope-joint", "kind: scope-document", "kind: moon-document", "known-document", "no “moon-document”"),
        ("g1-scope-joint", "- - sponsor", "- - king", "known-role", "no “king”"),
        ("g4-robustness", "- adversarial-manipulation", "- rain", "known-risk", "no “rain”"),
        ("g3-domain-knowledge", "task: incorporate-domain-knowledge", "task: sleep", "known-task", "no “sleep”"),
        ("g5-decision-valid", f"gate: {GATE_4}", "gate: gate-9", "known-gate", "no “gate-9”"),
        ("g1-feasible", "field: conclusion", "field: weather", "known-field", "has no field “weather”"),
        ("g5-decision-valid", "field_b: model-version", "field_b: x", "known-field", "has no field “x”"),
        ("g4-slices", "table: slices", "table: conclusion-text", "known-field", "has no field"),
        ("g3-six-measures", "column: measure", "column: weather", "known-column", "has no column “weather”"),
        ("g3-result-reproducible", "at_least: 3", "where: {weather: 'yes'}", "known-column", "has no column “weather”"),
        ("g1-data-quality", "equals: sufficient", "equals: sunny", "known-option", "no option “sunny”"),
        ("g3-six-measures", "- robustness", "- beauty", "known-option", "no option “beauty”"),
        ("g2-exclusions", "equals: 'yes'", "equals: surely", "known-option", "no option “surely”"),
        ("g1-aligned", "field: open-conflicts", "field: criteria-text", "known-field", "has no field"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_line_and_rule(
    folder: Path, check: str, old: str, new: str, rule: str, said: str
) -> None:
    changed_check(folder, check, old, new)
    found = [fault for fault in faults(folder) if f", {rule}: " in fault]
    assert len(found) == 1, faults(folder)
    line = int(re.match(r"gates\.yaml, line (\d+), ", found[0])[1])
    text = (folder / "gates.yaml").read_text(encoding="utf-8")
    first = text[: text.index(f"key: {check}\n")].count("\n") + 1
    assert first < line < first + 30
    assert said in found[0]
    assert re.search(rf"{rule}: [a-z_]+: ", found[0])


def changed_document(folder: Path, name: str, kind: str, key: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    start = text.index(f"key: {key}\n", text.index(f"- key: {kind}\n"))
    end = start + text[start:].index(old) + len(old)
    path.write_text(text[:start] + text[start:end].replace(old, new) + text[end:], encoding="utf-8")


def test_a_column_a_rule_reckons_with_holds_numbers(folder: Path) -> None:
    changed_check(folder, "g4-slices", "column: value", "column: slice")
    assert [f.split(": ", 1)[0].split(", ")[-1] for f in faults(folder)] == ["column-type"]


def test_a_column_a_rule_reckons_with_is_never_empty(folder: Path) -> None:
    optional = "type: number\n      required: false"
    changed_document(folder, "documents-4.yaml", "performance-report", "minimum", "type: number", optional)
    assert ["“minimum” may stay empty" in fault for fault in faults(folder)] == [True]


def test_a_field_two_documents_have_to_agree_in_is_never_empty(folder: Path) -> None:
    optional = "type: version\n    required: false"
    changed_document(folder, "documents-5.yaml", "release-record", "model-version", "type: version", optional)
    assert {"“model-version” may stay empty" in fault for fault in faults(folder)} == {True}


def test_each_of_several_documents_has_a_field_of_its_own(folder: Path) -> None:
    params = "rule: documents_agree\n    params:\n      kinds: [scope-document, risk-register]\n      fields: [purpose]"
    changed_check(folder, "g1-measurable", "rule: criteria_complete\n    params: {}", params)
    assert ["“fields” takes one for each of “kinds”" in fault for fault in faults(folder)] == [True]


def test_every_rule_says_what_it_takes_and_every_environment_is_one() -> None:
    assert set(RULES) == set(PARAMS)
    assert set(ENVIRONMENTS) == set(Measurement.Environment.values)
