import pytest

from catalogue import definitions, files, services
from projects.gates.rules import RULES

DOCUMENT_TYPES = {
    "text",
    "long_text",
    "number",
    "integer",
    "date",
    "choice",
    "yes_no",
    "list",
    "table",
    "sha256",
    "version",
}

# What the process asks at each gate; further questions may be asked beside these.
CHECKS = {
    1: "scope-joint three-levels measurable aligned feasible data-quality data-versioned risks-ranked",
    2: "lineage version schema exclusions expert-features conditional automatable risks",
    3: "measures-frozen baseline six-measures method-reproducible result-reproducible experiments "
    "domain-knowledge risks",
    4: "blind-test criteria-met slices robustness explainability two-signatures risk-update",
    5: "production-evaluation first-indication field-test fallback rollout monitoring versions decision-valid",
    6: "criteria-in-operation monitoring-alive incidents updates-evaluated fallback-ready update-decision",
}


@pytest.fixture(scope="module")
def built_in():
    return definitions.build(services.check(files.BUILT_IN))


def test_it_holds_the_whole_process(built_in):
    tasks = [task for phase in built_in.phases for task in phase.tasks]
    counts = {
        "phases": len(built_in.phases),
        "tasks": len(tasks),
        "requirements": sum(len(phase.requirements) for phase in built_in.phases),
        "risks": sum(len(task.risks) for task in tasks),
        "QA methods": sum(len(task.qa_methods) for task in tasks),
        "document kinds": len(built_in.document_kinds),
    }
    assert counts == {
        "phases": 6, "tasks": 57, "requirements": 45, "risks": 149, "QA methods": 157, "document kinds": 65,
    }  # fmt: skip
    assert sum(len(phase.gate.own_checks) for phase in built_in.phases) >= 45


def test_every_gate_asks_what_the_process_asks(built_in):
    for phase in built_in.phases:
        asked = {f"g{phase.number}-{name}" for name in CHECKS[phase.number].split()}
        assert asked <= {check.key for check in phase.gate.own_checks}
    assert sum(len(names.split()) for names in CHECKS.values()) == 45


def test_every_task_has_a_risk_and_a_qa_method_and_each_item_names_its_source(built_in):
    for phase in built_in.phases:
        assert phase.source
        assert all(requirement.source for requirement in phase.requirements)
        for task in phase.tasks:
            assert task.risks, task.key
            assert task.qa_methods, task.key
            assert all(item.source for item in (task, *task.risks, *task.qa_methods)), task.key
    assert all(kind.source for kind in built_in.document_kinds.values())


def test_every_risk_is_lowered_by_a_qa_method_of_its_task(built_in):
    for task in (task for phase in built_in.phases for task in phase.tasks):
        assert {risk.key for risk in task.risks} <= {key for method in task.qa_methods for key in method.mitigates}


def test_the_phases_bear_the_names_of_the_course_and_those_of_the_paper_as_aliases(built_in):
    names = {phase.name: phase.aliases for phase in built_in.phases}
    assert list(names) == [
        "Business and Data Understanding",
        "Data Engineering (Data Preparation)",
        "Machine Learning Model Engineering",
        "Quality Assurance for Machine Learning Applications",
        "Deployment",
        "Monitoring and Maintenance",
    ]
    assert "Modeling" in names["Machine Learning Model Engineering"]
    assert "Evaluation" in names["Quality Assurance for Machine Learning Applications"]


def test_what_a_qa_method_expects_some_document_is(built_in):
    served = {evidence.kind for kind in built_in.document_kinds.values() for evidence in kind.evidence} | {"approval"}
    methods = [m for phase in built_in.phases for task in phase.tasks for m in task.qa_methods]
    assert {row["kind"] for method in methods for row in method.evidence} <= served


def test_every_check_names_a_rule_that_exists(built_in):
    assert {check.rule for phase in built_in.phases for check in phase.gate.checks} <= set(RULES)


def test_every_gate_asks_for_the_common_things(built_in):
    for phase in built_in.phases:
        rules = {check.rule for check in phase.gate.checks}
        assert rules >= {"requirements_confirmed", "tasks_finished", "documents_accepted", "risks_treated"}


def test_every_gate_can_be_passed_and_stopped(built_in):
    for phase in built_in.phases:
        outcomes = {outcome["outcome"] for outcome in phase.gate.outcomes}
        assert {"pass", "stop"} <= outcomes <= {"pass", "iterate", "backtrack", "hold", "stop"}


def test_every_document_can_be_accepted_by_somebody(built_in):
    for kind in built_in.document_kinds.values():
        assert kind.review_roles
        assert all(group and set(group) <= set(built_in.roles) for group in kind.review_roles)


def test_every_field_has_a_known_type_and_what_it_needs(built_in):
    for kind in built_in.document_kinds.values():
        for field in kind.fields:
            assert field.type in DOCUMENT_TYPES
            assert bool(field.columns) == (field.type == "table")
            assert bool(field.options) == (field.type == "choice")


def test_every_table_column_that_a_rule_reads_exists(built_in):
    for phase in built_in.phases:
        for check in phase.gate.checks:
            if "table" not in check.params:
                continue
            fields = {field.key: field for field in built_in.document_kinds[check.params["kind"]].fields}
            columns = {column.key for column in fields[check.params["table"]].columns}
            read = {check.params[name] for name in ("column", "minimum") if name in check.params}
            assert read | set(check.params.get("where", {})) <= columns, check.key


def test_every_document_kind_is_produced_by_a_task_or_asked_for_by_a_gate_alone(built_in):
    assert [kind.key for kind in built_in.document_kinds.values() if not kind.tasks] == [
        "additional-processes-plan", "independent-reproduction-record", "maturity-assessment", "ml-test-score",
    ]  # fmt: skip
