"""Every record type is read from what the product has, now and for any past time, by few queries."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.past import Past, Present
from catalogue.definitions import of
from monitoring.services import incidents
from projects.models import QAMethod, Risk
from projects.services import qa_methods, risks
from registry.models import ArtefactVersion
from registry.services import versions
from regulations.record_types import built_in
from regulations.records import Records
from regulations.services import classifications
from regulations.sources import collect
from regulations.sources.collecting import SOURCES
from regulations.sources.documents import MAP
from tests import artefacts, classified, walk
from tests.cast import Cast

TYPES = built_in()
# Nothing of the product holds these but what people enter.
BY_ENTRY_ALONE = {
    "log-policy", "training-record", "registration", "conformity", "declaration", "notification",
    "impact-assessment", "feedback", "transparency-measure", "security-measure", "control-decision",
}  # fmt: skip


def now(cast: Cast) -> Records:
    return collect(Present(cast.project.pk))


def test_every_type_has_a_source_or_is_recorded_by_entry_alone() -> None:
    assert set(SOURCES) | BY_ENTRY_ALONE == set(TYPES)
    assert set(SOURCES) & BY_ENTRY_ALONE == set()


def test_the_map_of_documents_speaks_of_what_there_is(cast: Cast) -> None:
    kinds = of(cast.project.catalogue).document_kinds
    methods = {method.key for method in cast.project.qamethod_set.all()}
    assert set(MAP["documents"]) <= set(kinds)
    assert set(MAP["documents"].values()) <= {option["key"] for option in TYPES["document"].by_key["kind"].options}
    assert {key for keys in MAP["methods"].values() for key in keys} <= methods
    for rule in MAP["records"]:
        fields = {field.key: field for field in kinds[rule["in"]].fields}
        columns = {column.key for column in fields[rule["each"]].columns} if "each" in rule else set()
        assert set(rule["fields"]) <= set(TYPES[rule["record"]].by_key), rule
        assert {rule.get("needs", next(iter(fields)))} <= set(fields)
        assert set(rule.get("only", {})) <= columns
        for place in rule["fields"].values():
            assert set(listed(place.get("field", []))) <= set(fields), (rule["in"], place)
            assert set(listed(place.get("column", []))) | set(place.get("reaches", [])) <= columns, (rule["in"], place)


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_a_whole_project_is_told_in_fields_and_values_of_the_types_now_and_then_alike(cast: Cast) -> None:
    for number in range(1, 7):
        walk.pass_gate(cast, number)
    found = now(cast)
    rare = {"incident", "corrective-action", "change"}  # nothing went wrong
    assert set(found.by_type) == set(SOURCES) - rare
    for kind, records in found.by_type.items():
        for record in records:
            assert set(record.fields) <= set(TYPES[kind].by_key), record
            for key, value in record.fields.items():
                options = {option["key"] for option in TYPES[kind].by_key[key].options}
                assert not options or value in options, (kind, key, value)
    assert collect(Past(cast.project.pk, timezone.now())) == found
    assert [r.fields["phase"] for r in found.of("approval")] == [1, 2, 3, 4, 5, 6]
    assert {r.fields["use"] for r in found.of("dataset")} == {"raw", "training", "testing"}
    assert found.of("project")[0].fields["version"] == walk.MODEL
    assert found.of("document", {"kind": "post-market-monitoring-plan"})
    assert found.of("instructions", {"section": "purpose"})[0].fields["text"] == "About function."


@pytest.mark.django_db
def test_it_costs_the_same_queries_however_many_rows(cast: Cast) -> None:
    walk.approve_criteria(cast)
    walk.register(cast, 1)
    walk.measure(cast, "validation")

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            now(cast)
        return len(queries)

    before = cost()
    for n in range(3):
        walk.measure(cast, "validation")
        artefacts.version(cast, "dataset", f"more@{n}", "raw@1", step="mix", role="prepared")
        own_risk(cast, f"own-{n}")
    assert cost() == before


def own_risk(cast: Cast, name: str, phase: int = 1) -> Risk:
    return risks.add(
        phase=cast.project.phase_set.get(number=phase), name=name, what_goes_wrong="It fails.", category="technical",
        severity="low", likelihood="rare", by=cast.dora,
    )  # fmt: skip


@pytest.mark.django_db
def test_machines_hold_no_duty_and_people_each_of_theirs(cast: Cast) -> None:
    held = {(r.fields["person"], r.fields["duty"]) for r in now(cast).of("role-assignment")}
    assert {("Olga", "data-owner"), ("Olga", "project-work"), ("Enzo", "operation")} <= held
    assert "Pipeline" not in {person for person, _ in held}


@pytest.mark.django_db
def test_a_risk_tells_who_found_it_when_it_was_reviewed_and_what_is_done_about_it(cast: Cast) -> None:
    own_risk(cast, "Own")
    own_risk(cast, "Drift", phase=6)
    method = next(m for m in QAMethod.objects.filter(project=cast.project, phase__number=1) if m.mitigates)
    risk = Risk.objects.get(project=cast.project, key=method.mitigates[0])
    qa_methods.plan(method=method, by=cast.mara)
    risks.rate(risk=risk, severity="high", likelihood="likely", reason="Seen before.", by=cast.dora)
    by_name = {record.source.label: record.fields for record in now(cast).of("risk")}
    assert [by_name[name]["source"] for name in ("Own", "Drift", risk.name)] == ["project", "monitoring", "process"]
    assert by_name[risk.name]["treatment"] == f"{method.name} (planned)"
    assert by_name[risk.name]["reviewed_on"].startswith(str(timezone.now().date()))
    assert (by_name[risk.name]["severity"], by_name[risk.name]["status"]) == ("high", "open")
    assert "treatment" not in by_name["Own"]


@pytest.mark.django_db
def test_a_method_that_was_carried_out_is_a_test_without_a_verdict(cast: Cast) -> None:
    method = QAMethod.objects.get(project=cast.project, key="sample-size-check")
    walk.accept_document(cast, "feasibility-report")
    qa_methods.plan(method=method, by=cast.mara)
    assert not now(cast).of("data-check")
    qa_methods.perform(method=method, finding="Enough.", evidence_kinds=["feasibility-report"], by=cast.dana)
    check = now(cast).of("data-check")[0].fields
    assert (check["requirement"], check["result"], check["checked_by"]) == (method.name, "Enough.", "Dana")


@pytest.mark.django_db
def test_a_criterion_tells_when_it_was_set_and_whether_it_is_met(cast: Cast) -> None:
    walk.approve_criteria(cast)
    walk.measure(cast, "forecast", "0.99")
    recall = now(cast).of("success-criterion", {"metric": "recall"})[0].fields
    assert (recall["threshold"], recall["verdict"]) == ("at least 0.9", "open")
    walk.register(cast, 1)
    walk.measure(cast, "validation", "0.85")
    found = now(cast)
    recall = found.of("success-criterion", {"metric": "recall"})[0].fields
    assert (recall["measured_value"], recall["verdict"]) == ("0.85", "not-met")
    assert [(r.fields["kind"], r.fields["verdict"]) for r in found.of("qa-result")] == [("performance", "failed")]


@pytest.mark.django_db
def test_a_dataset_tells_what_its_sources_say_and_the_step_that_made_it(cast: Cast) -> None:
    walk.register(cast, 1)
    walk.register(cast, 2)
    found = now(cast)
    prepared = found.of("dataset", {"use": "training"})[0]
    assert prepared.fields["personal_data"] in {"yes", "no"}
    assert prepared.fields["origin"] == "From: crm@1"
    step = found.of("data-transformation")[0]
    assert step.fields["step"] == "prepare"
    assert {to.label for to in step.points_to} == {"prepared@v1", "raw@1"}
    retired = ArtefactVersion.objects.get(project=cast.project, ref="prepared@v1")
    versions.retire(version=retired, reason="Not used.", by=cast.olga)
    assert not now(cast).of("dataset", {"use": "training"})


@pytest.mark.django_db
def test_an_incident_and_what_was_done_about_it_are_told_without_a_verdict_on_its_gravity(cast: Cast) -> None:
    incident = incidents.open_one(
        project=cast.project, title="Recall fell", kind="performance", severity="high", by=cast.enzo
    )
    found = now(cast)
    assert "kind" not in found.of("incident")[0].fields
    assert (found.of("incident")[0].fields["status"], found.of("corrective-action")) == ("open", ())
    incidents.acknowledge(incident=incident, by=cast.enzo)
    incidents.explain(incident=incident, cause="feature_code", root_cause="A mixed unit.", by=cast.enzo)
    incidents.resolve(incident=incident, course_of_action="Mended.", by=cast.enzo)
    action = now(cast).of("corrective-action")[0]
    assert (action.fields["action"], action.fields["status"]) == ("Done: Mended.", "done")
    assert action.points_to[0].label == "Incident 1: Recall fell"


@pytest.mark.django_db
def test_what_is_read_of_a_past_time_is_what_was_known_then(cast: Cast) -> None:
    own_risk(cast, "Early")
    then = timezone.now()
    own_risk(cast, "Late")
    labels = {r.source.label for r in collect(Past(cast.project.pk, then)).of("risk")}
    assert "Early" in labels
    assert "Late" not in labels
    assert "Late" in {r.source.label for r in now(cast).of("risk")}


@pytest.mark.django_db
def test_the_trail_is_one_record_that_counts_its_events(cast: Cast) -> None:
    before = now(cast).of("audit-event")[0]
    own_risk(cast, "Another")
    after = now(cast).of("audit-event")[0]
    assert after.fields["action"] == "risk.added"
    assert after.fields["actor"] == "Dora"
    assert len(after.fields["hash"]) == 64
    assert before.source.label != after.source.label


@pytest.mark.django_db
def test_a_classification_counts_once_it_is_signed(cast: Cast) -> None:
    draft = classified.draft(cast)
    assert not now(cast).of("classification")
    classifications.sign(classification=draft, reasoning="Right.", by=cast.sven)
    told = now(cast).of("classification")[0].fields
    assert (told["reasoning"], told["reviewer"]) == ("Right.", "Sven (sponsor)")
    assert told["outcomes"]
    assert told["provisions"]
    assert "Yes" in told["answers"]


@pytest.mark.django_db
def test_when_a_monitor_ran_last_is_known_without_reading_its_values(cast: Cast) -> None:
    walk.watch(cast)
    walk.deliver(cast)
    with CaptureQueriesContext(connection) as queries:
        monitor = now(cast).of("monitor", {"metric": "spare-memory"})[0].fields
    assert monitor["last_run"].startswith(str(timezone.now().date()))
    assert (monitor["threshold"], monitor["frequency"]) == ("at least 0.5: incident", "every hour")
    assert not [query for query in queries if '"readings"' in query["sql"]]
