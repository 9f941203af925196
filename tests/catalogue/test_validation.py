import shutil

import pytest
import yaml

from catalogue import files, services
from crispmlq.errors import Invalid


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(files.BUILT_IN, tmp_path / "changed")


def changed(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def faults(folder):
    with pytest.raises(Invalid) as caught:
        services.check(folder)
    return caught.value.errors[""]


def test_it_accepts_an_unchanged_copy(folder):
    assert services.check(folder)["version"] == "1.0.0"


def test_it_names_file_line_and_rule_of_a_key_given_twice(folder):
    with (folder / "phase-2.yaml").open("a", encoding="utf-8") as file:
        file.write("number: 2\n")
    line = (folder / "phase-2.yaml").read_text(encoding="utf-8").count("\n")
    assert faults(folder) == [f"phase-2.yaml, line {line}, unique-key: “number” stands here twice."]


def test_it_refuses_what_is_not_yaml(folder):
    (folder / "gates.yaml").write_text("gates: [", encoding="utf-8")
    assert any("gates.yaml" in fault and "yaml:" in fault for fault in faults(folder))


def test_it_refuses_a_missing_phase(folder):
    (folder / "phase-3.yaml").unlink()
    assert any("six-phases" in fault for fault in faults(folder))


def test_it_refuses_a_rule_that_nobody_implements(folder):
    changed(folder, "gates.yaml", "rule: criteria_levels", "rule: moon_phase")
    assert any("known-rule" in fault and "moon_phase" in fault for fault in faults(folder))


def test_it_gathers_every_fault_of_a_load(folder):
    changed(folder, "gates.yaml", "rule: criteria_levels", "rule: moon_phase")
    changed(folder, "gates.yaml", "rule: criteria_complete", "rule: tide")
    assert len(faults(folder)) == 2


def test_it_refuses_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(Invalid, match="is not a folder"):
        services.check(tmp_path / "nowhere")


@pytest.mark.parametrize("part", ["risks", "qa_methods"])
def test_it_refuses_a_task_without_risk_or_qa_method(folder, part):
    path = folder / "phase-4.yaml"
    text = path.read_text(encoding="utf-8")
    body = yaml.safe_load(text)
    body["tasks"][0][part] = []
    path.write_text(yaml.safe_dump(body), encoding="utf-8")
    assert any("minItems" in fault for fault in faults(folder))


@pytest.mark.parametrize(
    ("name", "old", "new", "rule"),
    [
        ("documents-1.yaml", "field: verdict\n", "field: weather\n", "known-field"),
        ("documents-1.yaml", "at_most: tolerance", "at_most: patience", "known-column"),
        ("documents-1.yaml", "covers: requirement", "covers: resolution", "known-column"),
        ("documents-1.yaml", "reopens:\n    - data-collection", "reopens:\n    - lunch", "known-task"),
        ("documents-1.yaml", "gives:\n      - sufficient", "gives:\n      - fine", "known-option"),
        ("documents-5.yaml", "tells: assumption", "tells: story", "known-column"),
        ("documents-5.yaml", "field: rehearsed-on", "field: rehearsed-never", "known-field"),
        ("gates.yaml", "question: fairness", "question: weather", "known-question"),
        ("gates.yaml", "also:\n    - rule: document_field", "also:\n    - rule: moon_phase", "known-rule"),
    ],
)  # fmt: skip
def test_it_refuses_what_a_field_or_a_check_refers_to_in_vain(folder, name, old, new, rule):
    changed(folder, name, old, new)
    assert any(f", {rule}: " in fault for fault in faults(folder))
