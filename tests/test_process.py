"""What the process asks of the records: refused at submission, or told by the gate, by the API that pages share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import audit
from audit.models import Event
from catalogue.definitions import of
from crispmlq.errors import Invalid
from projects.gates import rules
from projects.gates.facts import of_gate, of_project
from projects.models import Document, QAMethod, Revision, Risk, Task
from projects.services import qa_methods, risks
from tests import walk
from tests.cast import Cast

GATES = {
    1: "gate-1-feasibility",
    2: "gate-2-data-ready",
    3: "gate-3-model-candidate",
    4: "gate-4-deployment-decision",
    5: "gate-5-release",
    6: "gate-6-operation-review",
}
Row = dict[str, str]


def values(cast: Cast, kind: str, **changed: Any) -> dict[str, Any]:
    """Fitting values of a kind; changed ones by key with underscores, None leaves a field empty."""
    fitting = walk.values_for(of(cast.project.catalogue).document_kinds[kind])
    fitting |= {key.replace("_", "-"): value for key, value in changed.items()}
    return {key: value for key, value in fitting.items() if value is not None}


@pytest.fixture
def accept(cast: Cast) -> Callable[..., Any]:
    """`accept(kind, field=value)`: written and accepted; a further call is a further revision."""

    def one(kind: str, **changed: Any) -> Any:
        there = Document.objects.filter(project=cast.project, kind=kind).exists()
        return walk.accept_document(cast, kind, values(cast, kind, **changed), reason="Once more." if there else "")

    return one


@pytest.fixture
def asked(api: Any) -> Callable[[str], tuple[str, str]]:
    """`asked(check)`: verdict and reason, as the gate tells them."""

    def one(check: str) -> tuple[str, str]:
        answer = api("mara", "get", f"gates/{GATES[int(check[1])]}/readiness").json()
        verdict = next(each for each in answer["verdicts"] if each["check"] == check)
        return verdict["verdict"], verdict["because"]

    return one


@pytest.fixture
def refused(api: Any, cast: Cast) -> Callable[..., list[str]]:
    """`refused(kind, field=value)`: the fields for which the submission is refused; nothing but the draft is left."""

    def one(kind: str, **changed: Any) -> list[str]:
        drafted = api("pipeline", "post", "documents", {"kind": kind, "values": values(cast, kind, **changed)})
        assert drafted.status_code == 201, drafted.content
        events = Event.objects.count()
        answer = api("pipeline", "post", f"documents/{kind}/revisions/1/submit")
        assert answer.status_code == 422
        assert api("mara", "get", f"documents/{kind}/revisions/1").json()["state"] == "draft"
        assert Event.objects.count() == events
        return sorted(answer.json()["errors"])

    return one


# What the process says of itself


def test_phases_bear_their_names_and_aliases(api: Any, client: Any, cast: Cast) -> None:
    phases = {row["number"]: row for row in api("mara", "get", "phases").json()["results"]}
    assert phases[3]["name"] == "Machine Learning Model Engineering"
    assert "Modeling" in phases[3]["aliases"]
    client.force_login(cast.mara.user)
    assert "Also called Modeling" in client.get("/projects/churn/phases/3").content.decode()


def test_a_task_tells_aim_checklist_risks_methods_evidence_and_source(api: Any, client: Any, cast: Cast) -> None:
    task = api("mara", "get", "tasks/define-scope").json()
    assert task["aim"]
    assert task["checklist"]
    assert task["source"] == "Studer et al. 2021, 3.1.1; MLOps and Monitoring, slide 40"
    for part, key in (("risks", "scope-misses-business-need"), ("qa-methods", "joint-scoping")):
        assert api("mara", "get", f"{part}/{key}").json()["source"].startswith("Studer et al. 2021")
    client.force_login(cast.mara.user)
    page = client.get("/projects/churn/phases/1").content.decode()
    for told in (task["aim"][:40], task["checklist"][0]["text"], "Joint scoping workshop", task["source"]):
        assert told in page
    assert "workshop minutes with names and roles" in page


def test_a_machine_reads_what_a_kind_of_document_asks(api: Any, cast: Cast) -> None:
    kinds = {row["key"]: row for row in api("pipeline", "get", "document-kinds").json()}
    assert set(kinds) == set(of(cast.project.catalogue).document_kinds)
    told = api("pipeline", "get", "document-kinds/imputation-report").json()
    assert told == kinds["imputation-report"]
    methods = next(field for field in told["fields"] if field["key"] == "methods")
    assert (methods["at_least"], [c["key"] for c in methods["columns"]]) == (2, ["method", "metric", "value"])
    evidence = {each["kind"] for kind in kinds.values() for each in kind["evidence"]}
    assert {"validation-report", "training-record", "lineage-record"} <= evidence


# Phase 1


def test_a_scope_needs_the_word_of_business_and_data_science(api: Any, cast: Cast, asked: Any) -> None:
    kind = "scope-document"
    api("pipeline", "post", "documents", {"kind": kind, "values": values(cast, kind)})
    api("pipeline", "post", f"documents/{kind}/revisions/1/submit")
    assert api("dana", "post", f"documents/{kind}/revisions/1/accept", {"note": ""}).status_code == 201
    assert asked("g1-scope-joint") == ("not_met", "Still to be accepted by: sponsor or domain expert.")
    assert api("dora", "post", f"documents/{kind}/revisions/1/accept", {"note": ""}).status_code == 201
    assert asked("g1-scope-joint")[0] == "met"


def test_a_missing_level_of_criteria_is_named(cast: Cast, asked: Any) -> None:
    assert "economic" in asked("g1-three-levels")[1]
    walk.approve_criteria(cast)
    assert asked("g1-three-levels")[0] == "met"


@pytest.mark.parametrize("left_out", ["metric", "direction", "threshold"])
def test_a_criterion_without_measure_is_refused(api: Any, left_out: str) -> None:
    whole = {
        "key": "k", "level": "business", "name": "K", "metric": "m", "unit": "1", "direction": "at_least",
        "threshold": "0.9", "method": "m", "owner_name": "Dora", "justification": "j",
    }  # fmt: skip
    events = Event.objects.count()
    answer = api("mara", "post", "criteria", {key: value for key, value in whole.items() if key != left_out})
    assert (answer.status_code, left_out in answer.json()["errors"]) == (422, True)
    assert Event.objects.count() == events


def alignment(**changed: Row) -> list[Row]:
    kinds = ("robustness", "scalability", "explainability", "resource-demand", "law-and-ethics")
    return [{"requirement": kind, "verdict": "no-conflict"} | changed.get(kind, {}) for kind in kinds]


def test_an_open_conflict_between_criteria_stops_gate_1(cast: Cast, accept: Any, asked: Any) -> None:
    walk.approve_criteria(cast)
    conflict = {"verdict": "open", "conflict": "Too slow."}
    revision = accept("success-criteria-record", alignment=alignment(robustness=conflict))
    assert revision.fields["open-conflicts"] == "yes"
    assert asked("g1-aligned")[0] == "not_met"
    resolved = {**conflict, "verdict": "resolved", "resolution": "A smaller model."}
    accept("success-criteria-record", alignment=alignment(robustness=resolved))
    assert asked("g1-aligned") == ("met", "Reviewed, no open conflict.")


def test_the_alignment_review_speaks_of_each_requirement_and_names_who_held_it(refused: Any) -> None:
    lacking = refused("success-criteria-record", alignment=alignment()[:4], reviewed_by=None)
    assert lacking == ["alignment", "reviewed-by"]


def test_a_conflict_is_named_with_its_resolution(api: Any, cast: Cast) -> None:
    rows = alignment(robustness={"verdict": "resolved", "conflict": "Too slow."})
    fields = values(cast, "success-criteria-record", alignment=rows)
    answer = api("pipeline", "post", "documents", {"kind": "success-criteria-record", "values": fields})
    assert answer.json()["errors"] == {"alignment": ["Row 1 lacks Resolution."]}


@pytest.mark.parametrize(
    "part",
    ["applicability", "legal-constraints", "requirements", "sample-availability-size-and-quality", "expected-benefit"],
)
def test_a_feasibility_report_with_a_part_missing_is_not_submitted(refused: Any, part: str) -> None:
    assert refused("feasibility-report", **{part: None}) == [part]


def test_a_preliminary_feasibility_is_possible_but_gate_1_needs_the_confirmed_one(accept: Any, asked: Any) -> None:
    accept("feasibility-report", stage="preliminary", data_version=None)
    assert asked("g1-feasible")[0] != "met"
    accept("data-quality-report")
    accept("feasibility-report", stage="confirmed")
    assert asked("g1-feasible")[0] == "met"
    accept("data-quality-report")
    verdict, because = asked("g1-feasible")
    assert verdict == "not_met"
    assert "older than “Data quality verification report”" in because


def test_a_negative_feasibility_never_passes(accept: Any, asked: Any) -> None:
    accept("data-quality-report")
    accept("feasibility-report", conclusion="not-feasible")
    assert asked("g1-feasible")[0] == "not_met"


def test_a_collection_plan_shows_lateness_and_overrun(accept: Any) -> None:
    row = {"source": "CRM", "format": "CSV", "planned-until": "2026-03-01", "planned-cost": "1000",
           "actual-until": "2026-03-11", "actual-cost": "1250.5"}  # fmt: skip
    told = accept("data-collection-report", plan=[row]).fields["plan"][0]
    assert (told["days-late"], told["overrun"]) == ("10", "250.5")


def test_what_is_computed_can_not_be_entered(api: Any, cast: Cast) -> None:
    fields = values(cast, "data-quality-report", conclusion="insufficient")
    answer = api("pipeline", "post", "documents", {"kind": "data-quality-report", "values": fields})
    assert "computed: sufficient" in answer.json()["errors"]["conclusion"][0]


def test_data_is_verified_after_its_requirements_and_against_a_named_version(api: Any, refused: Any) -> None:
    answer = api("dana", "post", "tasks/data-verification/start")
    assert answer.status_code == 409
    assert "data-requirements" in answer.json()["waits_for"]
    assert refused("data-quality-report", data_version=None, schema_version=None) == ["data-version", "schema-version"]


def test_verified_data_has_a_version_and_a_schema_that_are_known(accept: Any, asked: Any) -> None:
    accept("data-schema", version="schema-2")
    accept("dataset-version-register")
    accept("data-quality-report", schema_version="schema-1")
    assert "They differ" in asked("g1-data-quality")[1]
    accept("data-quality-report", schema_version="schema-2", data_version="data-9")
    assert "does not know “data 9”" in asked("g1-data-quality")[1]
    accept("data-quality-report", schema_version="schema-2")
    assert asked("g1-data-quality")[0] == "met"


def test_a_schema_is_reviewed_by_a_domain_expert_who_did_not_write_it(api: Any, cast: Cast) -> None:
    kind = "data-schema"
    assert api("dora", "post", "documents", {"kind": kind, "values": values(cast, kind)}).status_code == 201
    api("dora", "post", f"documents/{kind}/revisions/1/submit")
    for name in ("dora", "dana"):
        assert api(name, "post", f"documents/{kind}/revisions/1/accept", {"note": ""}).status_code == 403
    assert api("mara", "get", f"documents/{kind}/revisions/1").json()["state"] == "submitted"


def phase_review(number: int) -> Row:
    told = ("documents-reviewed", "findings", "risks-in-order", "reviewers", "decision", "next-tasks")
    return {"phase": f"phase-{number}", **dict.fromkeys(told, "As told.")}


@pytest.mark.parametrize("number", range(1, 7))
def test_every_gate_needs_the_review_of_its_phase(accept: Any, asked: Any, number: int) -> None:
    accept("phase-review-record", reviews=[phase_review(n) for n in range(1, 7) if n != number])
    assert asked(f"g{number}-common-review")[0] == "not_met"
    accept("phase-review-record", reviews=[phase_review(n) for n in range(1, 7)])
    assert asked(f"g{number}-common-review")[0] == "met"


def test_a_review_record_is_not_accepted_by_its_author(api: Any, cast: Cast) -> None:
    kind = "phase-review-record"
    api("mara", "post", "documents", {"kind": kind, "values": values(cast, kind)})
    api("mara", "post", f"documents/{kind}/revisions/1/submit")
    assert api("mara", "post", f"documents/{kind}/revisions/1/accept", {"note": ""}).status_code == 403


# Phase 2


def quarantine(decision: str, **more: str) -> list[Row]:
    return [{"rule": "age below 0", "count": "3", "storage-place": "s3", "decision": decision, **more}]


def test_data_set_aside_is_decided_before_gate_2(accept: Any, asked: Any) -> None:
    accept("data-quality-report", quarantine=quarantine("open"))
    verdict, because = asked("g2-quarantine")
    assert (verdict, "age below 0" in because) == ("not_met", True)
    accept("data-quality-report", quarantine=quarantine("discard", reason="Typing errors."))
    assert asked("g2-quarantine")[0] == "met"


@pytest.mark.parametrize(("left_out", "label"), [("rule", "Rule"), ("count", "Count")])
def test_an_exclusion_without_its_rule_is_refused(api: Any, cast: Cast, left_out: str, label: str) -> None:
    row = {"rule": "sensor off", "objective": "yes", "count": "3", "share": "0.01"}
    del row[left_out]
    fields = values(cast, "sample-exclusion-log", exclusions=[row])
    answer = api("pipeline", "post", "documents", {"kind": "sample-exclusion-log", "values": fields})
    assert answer.json()["errors"] == {"exclusions": [f"Row 1 lacks {label}."]}
    assert not Document.objects.filter(project=cast.project, kind="sample-exclusion-log").exists()


def test_an_exclusion_by_taste_stops_gate_2(accept: Any, asked: Any) -> None:
    row = {"rule": "looks odd", "objective": "no", "count": "3", "share": "0.01"}
    accept("sample-exclusion-log", exclusions=[row])
    assert asked("g2-exclusions")[0] == "not_met"


def test_features_are_reviewed_by_a_domain_expert(api: Any, cast: Cast, asked: Any) -> None:
    kind = "feature-list"
    api("pipeline", "post", "documents", {"kind": kind, "values": values(cast, kind)})
    api("pipeline", "post", f"documents/{kind}/revisions/1/submit")
    assert api("dana", "post", f"documents/{kind}/revisions/1/accept", {"note": ""}).status_code == 403
    assert asked("g2-expert-features") == ("not_met", "Still to be accepted by: domain expert.")
    api("dora", "post", f"documents/{kind}/revisions/1/accept", {"note": ""})
    assert asked("g2-expert-features")[0] == "met"


CONDITIONAL = ["class-balancing", "noise-reduction", "data-imputation", "feature-engineering", "data-augmentation"]


@pytest.mark.parametrize("key", CONDITIONAL)
def test_a_conditional_task_has_a_checklist_and_is_left_out_with_a_reason_alone(api: Any, cast: Cast, key: str) -> None:
    task = Task.objects.get(project=cast.project, key=key)
    assert (task.is_required, bool(task.checklist)) == (False, True)
    walk_to(cast, 2)
    assert api("mara", "post", f"tasks/{key}/not-applicable", {"reason": " "}).status_code == 422
    answer = api("mara", "post", f"tasks/{key}/not-applicable", {"reason": "The classes are alike."})
    assert (answer.status_code, answer.json()["state"]) == (200, "not_applicable")


def walk_to(cast: Cast, number: int) -> None:
    """Open a phase as a passed gate would."""
    phase = cast.project.phase_set.get(number=number)
    with audit.act("project.changed", by=cast.mara.audit_by, subject=cast.project):
        phase.state = "open"
        phase.save(update_fields=["state"])


@pytest.mark.parametrize("key", ["feature-selection", "data-selection"])
def test_selecting_features_and_data_is_never_left_out(api: Any, cast: Cast, key: str) -> None:
    walk_to(cast, 2)
    assert api("mara", "post", f"tasks/{key}/not-applicable", {"reason": "No time."}).status_code == 403


def test_an_imputation_report_compares_two_methods(refused: Any) -> None:
    assert refused("imputation-report", methods=[{"method": "mean", "metric": "rmse", "value": "2"}]) == ["methods"]


def feature(with_it: str, **changed: str) -> Row:
    return {"feature": "ratio", "formula": "a/b", "inputs": "a, b", "metric": "auc", "baseline": "0.8",
            "with-it": with_it, "better": "higher", "kept": "yes", "code-reference": "v1", **changed}  # fmt: skip


def test_an_engineered_feature_that_is_kept_shows_a_gain(accept: Any, asked: Any) -> None:
    revision = accept("feature-definitions", features=[feature("0.8")])
    assert revision.fields["features"][0]["gain"] == "0"
    assert asked("g2-feature-gain")[0] == "not_met"
    accept("feature-definitions", features=[feature("0.8", kept="no"), feature("0.84")])
    assert asked("g2-feature-gain") == ("met", "1 kept with a gain, 1 removed.")


def test_a_gain_is_positive_where_less_is_better(accept: Any) -> None:
    revision = accept("feature-definitions", features=[feature("0.7", metric="error", better="lower")])
    assert revision.fields["features"][0]["gain"] == "0.1"


# Phase 3


def test_the_candidate_answers_every_requirement(accept: Any, asked: Any) -> None:
    accept("application-requirements-document", requirements=[requirement("Latency"), requirement("Memory")])
    accept("model-selection-record", requirement_checks=[answer("Latency", "8 ms", "met")])
    assert asked("g3-requirements") == ("not_met", "Without an answer: Memory.")
    both = [answer("Latency", "8 ms", "met"), answer("memory", "900 MB", "not-met")]
    accept("model-selection-record", requirement_checks=both)
    assert asked("g3-requirements") == ("not_met", "Not settled: Memory (900 MB, not met).")
    both[1] = answer("Memory", "90 MB", "met")
    accept("model-selection-record", requirement_checks=both)
    assert asked("g3-requirements") == ("met", "Latency (8 ms, met), Memory (90 MB, met).")


def requirement(name: str) -> Row:
    return {"requirement": name, "about": "resource-demand", "limit": "as agreed", "verified-by": "a test"}


def answer(name: str, value: str, verdict: str) -> Row:
    return {"requirement": name, "value": value, "verdict": verdict}


def test_a_literature_review_names_a_baseline_or_why_there_is_none(refused: Any) -> None:
    assert refused("literature-review", baselines=None) == ["no-baseline-because"]


def test_each_of_the_six_measures_has_a_target_or_a_reason(accept: Any, asked: Any) -> None:
    six = ("performance", "robustness", "scalability", "explainability", "complexity", "resource-demand")
    rows = [{"measure": name, "metric": "m", "target": "as agreed"} for name in six]
    del rows[2]["target"]
    accept("quality-measure-plan", measures=rows)
    assert asked("g3-six-measures") == ("not_met", "Not treated: scalability.")
    rows[2]["excluded-because"] = "A batch of ten rows a day."
    accept("quality-measure-plan", measures=rows)
    assert asked("g3-six-measures")[0] == "met"


def knowledge(with_it: str, decision: str) -> Row:
    return {"assumption": "monotone", "source": "expert", "test": "ablation", "metric": "auc", "baseline": "0.9",
            "with-it": with_it, "better": "higher", "decision": decision, "reason": "r"}  # fmt: skip


def test_domain_knowledge_without_gain_is_removed_and_stays_on_record(accept: Any, asked: Any) -> None:
    accept("domain-knowledge-record", items=[knowledge("0.9", "kept")])
    assert asked("g3-domain-knowledge")[0] == "not_met"
    revision = accept("domain-knowledge-record", items=[knowledge("0.9", "removed"), knowledge("0.93", "kept")])
    assert asked("g3-domain-knowledge")[0] == "met"
    assert [row["decision"] for row in revision.fields["items"]] == ["removed", "kept"]


@pytest.mark.parametrize("key", ["method-reproducibility", "result-reproducibility"])
@pytest.mark.parametrize("name", ["mara", "sven", "dora", "milo", "dana", "enzo", "olga"])
def test_nobody_leaves_out_reproducibility(api: Any, cast: Cast, key: str, name: str) -> None:
    walk_to(cast, 3)
    assert api(name, "post", f"tasks/{key}/not-applicable", {"reason": "No time."}).status_code == 403
    assert Task.objects.get(project=cast.project, key=key).state == "to_do"


def test_a_single_run_says_nothing_of_variance(refused: Any) -> None:
    assert refused("seed-variance-report", runs=[{"seed": "1", "value": "0.9"}]) == ["runs"]


def test_mean_and_variance_are_computed_from_the_runs(accept: Any) -> None:
    runs = [{"seed": str(i), "value": value} for i, value in enumerate(("0.90", "0.92", "0.94"))]
    fields = accept("seed-variance-report", runs=runs).fields
    assert (fields["mean"], fields["variance"]) == ("0.92", "0.0004")


def test_the_reproducibility_checklist_is_answered_item_by_item(api: Any, cast: Cast, refused: Any) -> None:
    rows = values(cast, "reproducibility-record")["items"]
    silent = [{"item": rows[0]["item"], "given": "no"}, *rows[1:]]
    fields = values(cast, "reproducibility-record", items=silent)
    told = api("pipeline", "post", "documents", {"kind": "reproducibility-record", "values": fields})
    assert told.json()["errors"] == {"items": ["Row 1 lacks Why not."]}
    assert refused("reproducibility-record", items=rows[1:]) == ["items"]


def test_a_model_card_may_leave_sections_empty_and_says_so(accept: Any, api: Any, client: Any, cast: Cast) -> None:
    revision = accept("model-card-document", ethics=None)
    assert "ethics" not in revision.fields
    client.force_login(cast.mara.user)
    page = client.get("/projects/churn/documents/model-card-document").content.decode()
    assert "Ethics" in page
    assert page.count("Empty") == 1


# Phase 4


def test_gate_4_looks_at_the_quality_of_the_data_the_model_was_made_from(accept: Any, asked: Any) -> None:
    accept("prepared-dataset")
    accept("trained-model")
    assert asked("g4-data-quality")[0] == "unknown"
    bad = [{"rule": "no missing age", "count": "40", "share": "0.4", "tolerance": "0"}]
    accept("data-quality-report", violations=bad)
    assert asked("g4-data-quality")[0] == "not_met"
    accept("data-quality-report", data_version="data-9")
    assert "They differ" in asked("g4-data-quality")[1]
    accept("data-quality-report")
    assert asked("g4-data-quality")[0] == "met"


def slices(*names: str, value: str = "0.9") -> list[Row]:
    return [{"slice": name, "samples": "50", "metric": "auc", "value": value, "minimum": "0.8"} for name in names]


def test_a_slice_of_the_test_plan_without_a_result_is_named(accept: Any, asked: Any, refused: Any) -> None:
    plan = [{"slice": name, "metric": "auc", "minimum": "0.8"} for name in ("women", "men")]
    accept("quality-measure-plan", slices=plan)
    accept("performance-report", slices=slices("women"))
    assert asked("g4-planned-slices") == ("not_met", "Without an answer: men.")
    accept("performance-report", slices=slices("women", "men"))
    assert asked("g4-planned-slices")[0] == "met"
    assert refused("evaluation-report", test_plan=None) == ["test-plan"]


def test_a_better_average_does_not_hide_a_worse_class(accept: Any, asked: Any) -> None:
    better = [{"metric": "auc", "value": "0.99"}]
    accept("performance-report", metrics=better, slices=[*slices("men"), *slices("women", value="0.7")])
    assert asked("g4-slices") == ("not_met", "Below the minimum: women (0.7 below 0.8).")


def test_where_fairness_matters_results_are_given_by_group(accept: Any, asked: Any) -> None:
    accept("performance-report", fairness=None)
    assert asked("g4-fairness")[0] == "not_met"
    groups = [
        {"group": g, "samples": "50", "metric": "auc", "value": "0.9", "minimum": "0.8"} for g in ("women", "men")
    ]
    accept("performance-report", fairness=groups)
    assert asked("g4-fairness")[0] == "met"


def trials(value: str) -> list[Row]:
    return [{"perturbation": "noise", "level": "0.1", "metric": "auc", "value": value, "minimum": "0.8"}]


def test_robustness_below_its_goal_is_met_or_borne_by_signature(cast: Cast, accept: Any, asked: Any) -> None:
    assert asked("g4-robustness")[0] == "unknown"
    assert accept("robustness-report", trials=trials("0.79")).fields["conclusion"] == "not-met"
    assert asked("g4-robustness")[0] == "not_met"
    assert accept("robustness-report", trials=trials("0.8")).fields["conclusion"] == "met"
    assert asked("g4-robustness")[0] == "met"


def test_a_limit_of_robustness_is_borne_when_the_acceptance_of_each_risk_is_signed(
    cast: Cast, accept: Any, asked: Any
) -> None:  # fmt: skip
    accept("robustness-report", trials=trials("0.79"))
    for place, key in enumerate(["not-robust-to-perturbation", "adversarial-manipulation"]):
        assert asked("g4-robustness")[0] == "not_met"
        risk = risks.rate(
            risk=Risk.objects.get(key=key), severity="high", likelihood="likely", reason="Seen.", by=cast.dora
        )
        walk.carry_out(cast, next(m.key for m in QAMethod.objects.all() if key in m.mitigates))
        risk.refresh_from_db()
        risk = risks.rate(risk=risk, severity="high", likelihood="possible", reason="It remains.", by=cast.dora)
        assert asked("g4-robustness")[0] == "not_met", f"A rating bears nothing, and {place} of two risks are borne."
        risks.accept(risk=risk, reason="Borne by the office.", until=walk.days(30), by=cast.sven)
    assert asked("g4-robustness") == ("met", "The limit is accepted in the risk register.")


def test_explanations_are_given_for_both_audiences_and_judged_by_somebody_named(refused: Any) -> None:
    only = [{"audience": "users", "explanation": "Why.", "evidence": "Field test."}]
    assert refused("explainability-report", explanations=only, expert=None) == ["expert", "explanations"]


def test_on_structured_data_an_interpretable_model_is_compared_or_gate_4_warns(api: Any, accept: Any) -> None:
    accept("explainability-report", interpretable_comparison=None)
    verdicts = api("mara", "get", f"gates/{GATES[4]}/readiness").json()["verdicts"]
    told = next(each for each in verdicts if each["check"] == "g4-interpretable")
    assert (told["verdict"], told["blocking"]) == ("not_met", False)


def test_a_check_that_an_answer_rules_out_is_not_asked(cast: Cast) -> None:
    gate = cast.project.gate_set.select_related("phase").get(phase__number=4)
    facts = of_gate(of_project(cast.project), gate)
    facts["project"]["answers"] |= {"structured-data": "no"}
    told = {v.check: v for v in rules.evaluate(of(cast.project.catalogue).phase(4).gate.checks, facts)}
    assert told["g4-interpretable"].verdict == "met"
    assert "not asked" in told["g4-interpretable"].because


def test_the_risk_register_is_renewed_after_the_evaluation(accept: Any, asked: Any) -> None:
    accept("risk-register")
    accept("evaluation-report")
    assert asked("g4-risk-update")[0] == "not_met"
    accept("risk-register")
    assert asked("g4-risk-update")[0] == "met"


def test_economic_values_are_asked_late(cast: Cast, asked: Any) -> None:
    walk.approve_criteria(cast)
    checks = {phase.number: {c.key: c for c in phase.gate.checks} for phase in of(cast.project.catalogue).phases}
    assert checks[4]["g4-criteria-met"].params["levels"] == ["business", "ml"]
    assert checks[5]["g5-first-indication"].params["levels"] == ["business", "economic"]
    assert "Saving" in asked("g5-first-indication")[1] or "saving" in asked("g5-first-indication")[1]
    assert checks[6]["g6-criteria-in-operation"].params["levels"] == ["business", "ml", "economic"]


# Phase 5


def test_an_architecture_is_tied_to_scalability_and_resources(refused: Any) -> None:
    only = [{"requirement": "scalability", "stated-limit": "10 a second", "how": "Two servers."}]
    assert refused("deployment-architecture", requirements_met=only, options=None) == ["options", "requirements-met"]


def test_a_stage_is_not_closed_without_its_calibration(api: Any, cast: Cast) -> None:
    stage = {"stage": "shadow", "environment": "cluster", "metric": "auc", "value": "0.9", "closed": "yes"}
    kind = "production-evaluation-report"
    fields = values(cast, kind, stages=[stage])
    told = api("pipeline", "post", "documents", {"kind": kind, "values": fields})
    assert told.json()["errors"] == {"stages": ["Row 1 lacks Calibration."]}
    fields["stages"] = [{**stage, "closed": "no"}]
    assert api("pipeline", "post", "documents", {"kind": kind, "values": fields}).status_code == 201


@pytest.mark.parametrize("part", ["users", "acceptance", "usage-rate"])
def test_a_field_test_counts_users_acceptance_and_use(refused: Any, part: str) -> None:
    assert refused("field-test-report", **{part: None}) == [part]


def test_gate_5_needs_the_field_test_and_a_guide_of_this_very_model(accept: Any, asked: Any) -> None:
    assert asked("g5-field-test")[0] == "unknown"
    accept("field-test-report")
    assert "User guide and disclaimer" in asked("g5-field-test")[1]
    accept("release-record")
    accept("user-guide", model_version="model:0.9")
    verdict, because = asked("g5-field-test")
    assert (verdict, "They differ" in because) == ("not_met", True)
    accept("user-guide")
    assert asked("g5-field-test")[0] == "met"


@pytest.mark.parametrize("part", ["triggers", "option", "owner"])
def test_a_fallback_plan_has_trigger_option_and_owner(refused: Any, asked: Any, part: str) -> None:
    assert asked("g5-fallback")[0] == "unknown"
    assert refused("fallback-plan-document", **{part: None}) == [part]


def test_expectations_come_back_at_gates_5_and_6(accept: Any, asked: Any) -> None:
    assumption = {"assumption": "Load stays low", "why": "History."}
    accept("feasibility-report", expected_benefit="Two minutes a case.", assumptions=[assumption])
    open_one = {"assumption": "Load stays low", "verdict": "open"}
    accept("production-evaluation-report", assumptions=[open_one])
    verdict, because = asked("g5-expectations")
    assert (verdict, "Load stays low (open)" in because) == ("not_met", True)
    accept("performance-monitoring-report", benefit_against_expectation="One minute.")
    said = "Expected: “Two minutes a case.” Found: “One minute.”"
    assert asked("g6-expectations") == ("met", said)


# Evidence of QA methods


def test_a_qa_method_refuses_what_is_no_evidence_of_the_kind_it_expects(api: Any, cast: Cast, accept: Any) -> None:
    accept("data-lineage-record")
    accept("scope-document")
    method = "lineage-record"
    assert [row["kind"] for row in api("mara", "get", f"qa-methods/{method}").json()["evidence_expected"]] == [
        "lineage-record"
    ]
    api("dana", "post", f"qa-methods/{method}/plan")
    body = {"finding": "Seen.", "evidence_kinds": ["scope-document"]}
    told = api("dana", "post", f"qa-methods/{method}/perform", body)
    assert (told.status_code, list(told.json()["errors"])) == (422, ["evidence_kinds"])
    assert "Still missing: lineage record." in told.json()["errors"]["evidence_kinds"]
    body["evidence_kinds"] = ["data-lineage-record"]
    assert api("dana", "post", f"qa-methods/{method}/perform", body).status_code == 200


def test_a_safety_cage_needs_limits_under_a_version_and_their_tests(cast: Cast, accept: Any) -> None:
    limits = [{"output": "dose", "lower": "0", "upper": "5", "reaction": "stop"}]
    accept("fallback-plan-document", limits=None, limits_version=None)
    method = QAMethod.objects.get(project=cast.project, key="safety-cage")
    qa_methods.plan(method=method, by=cast.dana)
    perform = {"method": method, "finding": "Kept.", "evidence_kinds": ["fallback-plan-document"], "by": cast.dana}
    with pytest.raises(Invalid, match="Still missing: config"):
        qa_methods.perform(**perform)
    accept("fallback-plan-document", limits=limits, limits_version="limits-1")
    assert qa_methods.perform(**perform).state == "performed"


def test_rules_and_fields_are_the_same_for_page_and_api(client: Any, cast: Cast) -> None:
    """The form of a page submits by the same service."""
    client.force_login(cast.mara.user)
    url = "/projects/churn/documents/feasibility-report/edit"
    answer = client.post(url, {"applicability": "Given.", "and_then": "submit"})
    page = answer.content.decode()
    assert "This is needed before it can be reviewed." in page
    assert "Given." in page
    assert Revision.objects.get(document__kind="feasibility-report").state == "draft"


def test_a_form_gets_further_rows_without_javascript(client: Any, cast: Cast) -> None:
    client.force_login(cast.mara.user)
    url = "/projects/churn/documents/data-collection-report/edit"
    typed = {"plan.source": "CRM", "gaps": "None.", "more_rows": "plan"}
    page = client.post(url, typed).content.decode()
    assert page.count('name="plan.source"') == 4
    assert "CRM" in page
    assert "None." in page
    assert not Document.objects.filter(project=cast.project, kind="data-collection-report").exists()
