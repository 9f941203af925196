"""What the process asks of everyday work, sentence by sentence, at page and API."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

import audit
from audit.models import Event
from catalogue.definitions import of
from catalogue.models import CatalogueVersion
from crispmlq.errors import Conflict, Invalid, NotAllowed
from policies import services as policies
from projects.models import Phase, Project, QAMethod, Requirement, Risk, Task
from projects.services import documents, gates, projects, qa_methods, requirements, risks, tasks, waivers
from tests import reported, walk
from tests.cast import Cast

MEMBERS = ["mara", "sven", "dora", "milo", "dana", "enzo", "olga"]


def page(cast: Cast, path: str, who: str = "mara") -> str:
    client = Client()
    client.force_login(cast.actors[who].user)
    return " ".join(client.get(f"/projects/churn/{path}").content.decode().split())


def events(cast: Cast) -> int:
    return Event.objects.filter(log_id=cast.project.pk).exclude(act="act.refused").count()


def test_a_new_project_has_six_phases_in_order_and_the_api_gives_aliases(cast: Cast, api: Any) -> None:
    told = api("dana", "get", "phases").json()["results"]
    assert [row["number"] for row in told] == [1, 2, 3, 4, 5, 6]
    template = of(cast.project.catalogue)
    assert [row["name"] for row in told] == [phase.name for phase in template.phases]
    assert [row["aliases"] for row in told] == [list(phase.aliases) for phase in template.phases]


def test_a_later_catalogue_leaves_tasks_of_a_project_as_they_were(cast: Cast) -> None:
    before = list(Task.objects.filter(project=cast.project).order_by("key").values_list("key", "name", "audit_ver"))
    later = json.loads(json.dumps(cast.project.catalogue.body)) | {"version": "1.0.1"}
    later["phases"][0]["tasks"][0]["name"] = "Define the scope anew"
    row = CatalogueVersion(key="crisp-mlq", version="1.0.1", sha256="0" * 64, body=later)
    with audit.act("catalogue.loaded", by=audit.SYSTEM, subject=row) as act:
        row.loaded_at = act.at
        row.save()
    assert (
        list(Task.objects.filter(project=cast.project).order_by("key").values_list("key", "name", "audit_ver"))
        == before
    )
    new = projects.create(slug="newer", name="N", purpose="P", by=cast.mara)
    assert Task.objects.get(project=new, key="define-scope").name == "Define the scope anew"


def test_history_begins_with_the_project_created(cast: Cast, api: Any) -> None:
    first = Event.objects.filter(log_id=cast.project.pk).order_by("id").first()
    assert (first.act, first.actor_ref is not None, first.at is not None) == ("project.created", True, True)


@pytest.mark.slow
def test_a_conditional_task_is_left_out_with_a_reason_a_required_one_never(cast: Cast, api: Any) -> None:
    walk.pass_gate(cast, 1)
    task = Task.objects.filter(project=cast.project, phase__number=2, is_required=False, state="to_do").first()
    before = events(cast)
    assert api("mara", "post", f"tasks/{task.key}/not-applicable", {"reason": " "}).status_code == 422
    assert api("mara", "post", f"tasks/{task.key}/not-applicable", {}).status_code == 422
    assert events(cast) == before
    assert api("mara", "post", f"tasks/{task.key}/not-applicable", {"reason": "No noise."}).status_code == 200
    assert events(cast) == before + 1
    required = Task.objects.filter(project=cast.project, phase__number=2, is_required=True, state="to_do").first()
    assert api("mara", "post", f"tasks/{required.key}/not-applicable", {"reason": "No."}).status_code == 403
    walk.prepare(cast, 2)
    gate = cast.project.gate_set.get(phase__number=2)
    verdicts = {v["check"]: v["verdict"] for v in api("mara", "get", f"gates/{gate.key}/readiness").json()["verdicts"]}
    assert (verdicts["g2-conditional"], verdicts["g2-common-tasks"]) == ("met", "met")


@pytest.mark.parametrize("key", ["method-reproducibility", "result-reproducibility"])
def test_the_reproducibility_tasks_are_left_out_by_nobody(cast: Cast, key: str) -> None:
    task = Task.objects.get(project=cast.project, key=key)
    with audit.act("project.changed", by=cast.mara.audit_by, subject=cast.project):
        phase = task.phase
        phase.state = "open"
        phase.save()
    for name in ("mara", "sven", "milo"):
        with pytest.raises(NotAllowed):
            tasks.set_not_applicable(task=Task.objects.get(pk=task.pk), reason="No.", by=cast.actors[name])


def test_own_task_risk_and_method_appear_marked_and_stay_in_their_project(cast: Cast, api: Any) -> None:
    body = cast.project.catalogue.body
    task = api("dana", "post", "tasks", {"phase": 1, "name": "Ask the works council", "aim": "Consent."}).json()
    given = {"phase": 1, "name": "Consent refused", "what_goes_wrong": "No data.", "category": "legal",
             "severity": "high", "likelihood": "possible", "task": task["key"]}  # fmt: skip
    risk = api("dora", "post", "risks", given).json()
    method = api("dana", "post", "qa-methods", {"phase": 1, "name": "Talk early", "what_it_does": "It asks.",
                                                "mitigates": [risk["key"]], "task": task["key"]}).json()  # fmt: skip
    assert (risk["task"], method["task"], method["is_own"]) == (task["key"], task["key"], True)
    shown = page(cast, "phases/1")
    assert "Ask the works council" in shown
    assert "Consent refused" in shown
    assert "Talk early" in shown
    found = api("mara", "get", "gates/gate-1-feasibility/readiness").json()["verdicts"]
    links = {v["check"]: {link["key"] for link in v["links"]} for v in found}
    assert task["key"] in links["g1-common-tasks"]
    assert risk["key"] in links["g1-risks-ranked"]
    report = reported.page(reported.built(cast.project))
    assert "Ask the works council (own)" in report
    assert "Consent refused (own)" in report
    other = projects.create(slug="other", name="O", purpose="P", by=cast.mara)
    assert not Task.objects.filter(project=other, is_own=True).exists()
    assert CatalogueVersion.objects.get(pk=cast.project.catalogue_id).body == body


def test_an_own_method_names_risks_of_the_project_and_a_task_of_the_phase(cast: Cast, api: Any) -> None:
    base = {"phase": 1, "name": "N", "what_it_does": "W"}
    for wrong in ({"mitigates": ["no-such-risk"]}, {"mitigates": []},
                  {"mitigates": ["contradictory-objectives"], "task": "model-training"}):  # fmt: skip
        assert api("dana", "post", "qa-methods", {**base, **wrong}).status_code == 422
    assert not QAMethod.objects.filter(is_own=True).exists()


@pytest.mark.parametrize("name", MEMBERS)
def test_every_member_reads_everything(cast: Cast, api: Any, name: str) -> None:
    walk.accept_document(cast, "scope-document")
    for path in ("phases", "tasks", "documents", "risks", "qa-methods", "criteria", "gates", "decisions", "events"):
        assert api(name, "get", path).status_code == 200
    for path in ("", "phases/1", "gates/1", "documents/scope-document", "history"):
        client = Client()
        client.force_login(cast.actors[name].user)
        assert client.get(f"/projects/churn/{path}").status_code == 200


@pytest.mark.parametrize(
    ("who", "path", "body"),
    [
        ("dana", "tasks/define-scope/hand-in", {"result": " "}),
        ("mara", "gates/gate-1-feasibility/checks/g1-aligned/waivers", {"reason": "", "expires_on": "2099-01-01"}),
        ("mara", "iterations", {"to_phase": 1, "tasks": ["define-scope"], "origin": "audit", "reason": " "}),
        ("sven", "risks/contradictory-objectives/acceptance", {"reason": " ", "until": "2099-01-01"}),
        ("dana", "criteria/recall/versions", {"reason": " ", "metric": "m", "unit": "1", "direction": "at_least",
                                              "threshold": "1", "method": "m", "owner_name": "o"}),
    ],
)  # fmt: skip
def test_without_a_reason_it_is_refused(cast: Cast, api: Any, who: str, path: str, body: dict[str, Any]) -> None:
    walk.approve_criteria(cast)
    before = events(cast)
    assert api(who, "post", path, body).status_code == 422
    assert events(cast) == before


def test_the_reason_stands_in_event_and_report(cast: Cast, api: Any) -> None:
    gate = cast.project.gate_set.first()
    waivers.request(
        gate=gate, check_key="g1-aligned", reason="Board decides in May.", expires_on=walk.days(9), by=cast.mara
    )
    assert api("ada", "get", "events").json()[0]["reason"] == "Board decides in May."
    [waiver] = reported.table(reported.built(cast.project), "Waived checks")
    assert waiver["Reason"] == "Board decides in May."


def test_the_gate_page_lists_each_check_with_verdict_and_link(cast: Cast) -> None:
    shown = page(cast, "gates/1")
    for check in of(cast.project.catalogue).gate("gate-1-feasibility").checks:
        assert f'id="{check.key}"' in shown
    assert "/projects/churn/documents/scope-document" in shown


def test_the_history_of_an_object_tells_old_new_who_when_and_why(cast: Cast, api: Any) -> None:
    risk = Risk.objects.get(project=cast.project, key="contradictory-objectives")
    risks.rate(risk=risk, severity="high", likelihood="likely", reason="Seen at the pilot.", by=cast.dora)
    [event] = api("ada", "get", "events", {"object": str(risk.pk), "act": "risk.rated"}).json()
    change = next(f for row in event["changes"] for f in row["fields"] if f["field"] == "severity")
    assert (change["before"] or "", change["after"]) == ("", "high")
    assert (event["actor"], event["reason"], bool(event["at"])) == ("Dora", "Seen at the pilot.", True)
    assert f"object={risk.pk}" in page(cast, f"risks/{risk.key}")


def test_a_task_shows_aim_checklist_risks_methods_evidence_and_source(cast: Cast) -> None:
    task = of(cast.project.catalogue).task("define-scope")
    shown = page(cast, "phases/1").replace("&#x27;", "'")
    assert task.aim in shown
    assert task.source in shown
    for row in (*task.checklist, *(r.name for r in task.risks), *(m.name for m in task.qa_methods)):
        assert row in shown
    assert task.qa_methods[0].evidence[0]["what"] in shown


@pytest.mark.parametrize("path", ["", "documents/scope-document", "decisions", "events", "tasks/define-scope"])
def test_no_record_is_deleted(cast: Cast, api: Any, path: str) -> None:
    walk.accept_document(cast, "scope-document")
    before = events(cast)
    for name in ("mara", "sven", "pipeline"):
        assert api(name, "delete", path).status_code in {403, 405}
    assert events(cast) == before
    assert Project.objects.filter(slug="churn").exists()


def test_the_report_groups_risks_by_category_with_their_rating(cast: Cast) -> None:
    html = reported.page(reported.built(cast.project))
    shown = Risk.objects.filter(project=cast.project).exclude(task__state="not_applicable")
    for name in {risk.get_category_display() for risk in shown}:
        assert f"<h3>{name} (" in html


def test_a_risk_that_departs_from_what_stands_needs_a_reason(cast: Cast, api: Any) -> None:
    risk = Risk.objects.get(project=cast.project, key="contradictory-objectives")
    assert f"expected {risk.default_severity}, {risk.default_likelihood}" in page(cast, "phases/1")
    other = "low" if risk.default_severity != "low" else "high"
    body = {"severity": other, "likelihood": risk.default_likelihood}
    assert api("dora", "post", f"risks/{risk.key}/ratings", body).status_code == 422
    risk.refresh_from_db()
    assert risk.state == "identified"
    confirmed = {"severity": risk.default_severity, "likelihood": risk.default_likelihood}
    assert api("dora", "post", f"risks/{risk.key}/ratings", confirmed).status_code == 200
    assert api("dora", "post", f"risks/{risk.key}/ratings", {**body, "reason": "Seen."}).status_code == 200


def test_an_unrated_risk_and_one_above_the_limit_block_the_gate(cast: Cast, api: Any) -> None:
    def verdict() -> tuple[str, bool]:
        found = api("mara", "get", "gates/gate-1-feasibility/readiness").json()["verdicts"]
        return next((v["verdict"], v["blocks"]) for v in found if v["check"] == "g1-risks-ranked")

    assert verdict() == ("unknown", True)
    walk.settle(cast, 1)
    assert verdict() == ("met", False)
    risk = Risk.objects.get(project=cast.project, key="contradictory-objectives")
    risks.rate(risk=risk, severity="high", likelihood="likely", reason="Seen.", by=cast.dora)
    assert verdict() == ("not_met", True)


SEVERITIES, LIKELIHOODS = ("low", "medium", "high", "critical"), ("rare", "possible", "likely")


@pytest.mark.parametrize(("severity", "likelihood"), list(product(SEVERITIES, LIKELIHOODS)))
def test_every_cell_of_the_matrix_follows_the_rule_of_the_catalogue(cast: Cast, severity: str, likelihood: str) -> None:
    rating = of(cast.project.catalogue).rating
    risk = Risk.objects.filter(project=cast.project, phase__number=1).first()
    found = risks.rate(risk=risk, severity=severity, likelihood=likelihood, reason="Seen.", by=cast.dora)
    value = (SEVERITIES.index(severity) + 1) * (LIKELIHOODS.index(likelihood) + 1)
    is_closed = value <= rating.feasible_up_to and severity != "critical"
    assert (found.rating, found.state) == (value, "closed" if is_closed else "rated")


def test_a_rejected_document_keeps_its_task_open(cast: Cast) -> None:
    task = Task.objects.get(project=cast.project, key="define-scope")
    tasks.start(task=task, by=cast.dana)
    tasks.check(task=task, done=[True] * len(task.checklist), by=cast.dana)
    tasks.hand_in(task=task, result="Done.", by=cast.dana)
    values = walk.values_for(documents.kind_of(cast.project, "scope-document"))
    revision = documents.draft(project=cast.project, kind="scope-document", fields=values, by=cast.dana)
    documents.submit(revision=revision, by=cast.dana)
    documents.reject(revision=revision, reason="Too wide.", by=cast.dora)
    task.refresh_from_db()
    assert (task.state, task.reason) == ("in_progress", "“Scope document, revision 1” was rejected.")
    with pytest.raises(Conflict):
        tasks.finish(task=task, by=cast.mara)


def test_accepted_evidence_has_reviewer_time_and_hash(cast: Cast, api: Any) -> None:
    walk.accept_document(cast, "scope-document")
    [revision] = api("ada", "get", "documents/scope-document").json()["revisions"]
    authors = {"pipeline"}
    for review in revision["reviews"]:
        assert review["reviewer"] not in authors
        assert review["reviewed_at"]
    references = reported.built(cast.project).references
    assert [len(c.digest) for c in references if c.reference.kind == "projects.revision"] == [64]


@pytest.mark.parametrize("who", ["dana", "milo", "mara"])
def test_confidential_evidence_is_read_by_named_roles_alone(cast: Cast, api: Any, who: str) -> None:
    values = walk.values_for(documents.kind_of(cast.project, "scope-document"))
    revision = documents.draft(project=cast.project, kind="scope-document", fields=values, by=cast.olga)
    with pytest.raises(Invalid):
        documents.attach(
            revision=revision, name="a.csv", media_type="text/csv", data=b"a", readers=["king"], by=cast.olga
        )
    file = documents.attach(
        revision=revision, name="a.csv", media_type="text/csv", data=b"secret", readers=["data-scientist"], by=cast.olga
    )
    before = Event.objects.filter(act="evidence.downloaded").count()
    answer = api(who, "get", f"attachments/{file.pk}")
    client = Client()
    client.force_login(cast.actors[who].user)
    on_page = client.get(f"/projects/churn/files/{file.pk}").status_code
    may = who == "dana"
    assert (answer.status_code, on_page) == ((200, 200) if may else (403, 403))
    assert Event.objects.filter(act="evidence.downloaded").count() == before + (2 if may else 0)
    assert "Confidential: data scientist" in page(cast, "documents/scope-document")


def reproduction(cast: Cast, api: Any) -> tuple[str, bool]:
    gate = cast.project.gate_set.get(phase__number=3)
    found = api("mara", "get", f"gates/{gate.key}/readiness").json()["verdicts"]
    return next((v["verdict"], v["blocks"]) for v in found if v["check"] == "g3-reproduced-by-another")


def test_reproduction_by_another_person_is_advice_and_blocks_by_policy(cast: Cast, api: Any) -> None:
    assert reproduction(cast, api) == ("unknown", False)
    policies.change(values={"blocking_checks": ["g3-reproduced-by-another"]}, reason="Board.", by=cast.root)
    assert reproduction(cast, api) == ("unknown", True)
    walk.accept_document(cast, "reproducibility-record")
    walk.accept_document(cast, "independent-reproduction-record")  # by the very same author
    assert reproduction(cast, api) == ("not_met", True)
    values = walk.values_for(documents.kind_of(cast.project, "independent-reproduction-record"))
    again = documents.draft(
        project=cast.project, kind="independent-reproduction-record", fields=values, change_reason="By another.",
        by=cast.enzo,
    )  # fmt: skip
    documents.submit(revision=again, by=cast.enzo)
    documents.accept(revision=again, by=cast.milo)
    assert reproduction(cast, api) == ("met", False)


def assessed(cast: Cast, kind: str, changes: dict[str, dict[str, str]], table: str, column: str) -> Any:
    values = walk.values_for(documents.kind_of(cast.project, kind))
    rows = [{**row, **changes.get(row[column], {})} for row in values[table]]
    return documents.draft(
        project=cast.project, kind=kind, fields={**values, table: rows}, by=cast.pipeline, change_reason="Again."
    ).fields


def test_level_2_is_not_reached_while_a_sign_of_level_1_is_missing(cast: Cast) -> None:
    found = assessed(cast, "maturity-assessment", {"runs-tracked": {"there": "no"}}, "signs", "sign")
    assert found["level"] == "0"


@pytest.mark.parametrize(("missing", "level"), [(None, "2"), ("release-in-steps", "1"), ("models-registered", "0")])
def test_the_level_of_maturity_follows_from_its_signs(cast: Cast, missing: str | None, level: str) -> None:
    changes = {missing: {"there": "no"}} if missing else {}
    assert assessed(cast, "maturity-assessment", changes, "signs", "sign")["level"] == level


def test_maturity_has_a_trend_and_stands_in_the_report(cast: Cast) -> None:
    kind = documents.kind_of(cast.project, "maturity-assessment")
    values = walk.values_for(kind)
    lower = [{**row, "there": "no"} if row["sign"] == "runs-tracked" else row for row in values["signs"]]
    walk.accept_document(cast, "maturity-assessment", {**values, "signs": lower})
    walk.accept_document(cast, "maturity-assessment", values, reason="A year later.")
    shown = page(cast, "documents/maturity-assessment")
    assert "Level of maturity" in shown
    assert "revision by revision" in shown
    rows = reported.table(reported.built(cast.project), "Documents and their revisions")
    found = [row["State"].splitlines()[-1] for row in rows if row["Document"] == kind.name]
    assert found == ["Level of maturity: 0", "Level of maturity: 2"]


def test_the_lowest_section_is_the_score_and_each_check_shows_its_evidence(cast: Cast) -> None:
    not_done = {f"monitoring-{n}": {"how": "not-done"} for n in range(2, 8)}
    by_hand = {"monitoring-1": {"how": "by-hand"}}
    found = assessed(cast, "ml-test-score", {**not_done, **by_hand}, "checks", "check")
    assert (found["score"], len(found["checks"])) == ("0.5", 28)
    whole = walk.values_for(documents.kind_of(cast.project, "ml-test-score"))
    assert all(row["shown-by"] for row in whole["checks"])


def test_a_check_that_counts_without_evidence_is_refused(cast: Cast) -> None:
    kind = documents.kind_of(cast.project, "ml-test-score")
    values = walk.values_for(kind)
    rows = [{k: v for k, v in row.items() if k != "shown-by"} for row in values["checks"]]
    with pytest.raises(Invalid):
        revision = documents.draft(
            project=cast.project, kind="ml-test-score", fields={**values, "checks": rows}, by=cast.dana
        )
        documents.submit(revision=revision, by=cast.dana)


@pytest.mark.slow
def test_one_project_alone_has_every_phase_gate_and_report(cast: Cast) -> None:
    assert Project.objects.count() == 1
    for number in range(1, 7):
        walk.pass_gate(cast, number)
        assert Client().get(f"/projects/churn/phases/{number}").status_code == 302
        assert "Feasibility" in page(cast, "gates/1")
    assert [row["Outcome"] for row in reported.table(reported.built(cast.project), "Gates")] == ["Pass"] * 6


def test_the_project_of_the_past_equals_a_snapshot(cast: Cast, api: Any) -> None:
    walk.approve_criteria(cast)
    walk.settle(cast, 1)
    walk.accept_document(cast, "scope-document")
    lists = ("criteria", "risks", "documents", "gates")
    then = timezone.now().isoformat()
    snapshot = {path: api("ada", "get", path, {"limit": 500}).json()["results"] for path in lists}
    risk = Risk.objects.get(project=cast.project, key="contradictory-objectives")
    risks.rate(risk=risk, severity="high", likelihood="likely", reason="Seen.", by=cast.dora)
    walk.accept_document(cast, "scope-document", reason="News.")
    past = {path: api("ada", "get", path, {"limit": 500, "as_of": then}).json()["results"] for path in lists}
    assert past == snapshot


def test_a_report_made_twice_of_the_same_state_has_the_same_content(cast: Cast) -> None:
    assert reported.built(cast.project) == reported.built(cast.project)


# Where the sources pull in two directions.


def test_n01_a_preliminary_feasibility_does_not_pass_gate_1(cast: Cast, api: Any) -> None:
    kind = of(cast.project.catalogue).document_kinds["feasibility-report"]
    walk.accept_document(cast, "feasibility-report", {**walk.values_for(kind), "stage": "preliminary"})
    found = api("mara", "get", "gates/gate-1-feasibility/readiness").json()["verdicts"]
    check = next(v for v in found if v["check"] == "g1-feasible")
    assert (check["verdict"], check["blocks"]) == ("not_met", True)


def test_n02_phase_1_begins_without_data_and_its_gate_asks_for_a_version(cast: Cast, api: Any) -> None:
    assert Phase.objects.get(project=cast.project, number=1).state == "open"
    found = api("mara", "get", "gates/gate-1-feasibility/readiness").json()["verdicts"]
    check = next(v for v in found if v["check"] == "g1-data-versioned")
    assert check["verdict"] != "met"
    assert check["blocks"]


def test_n04_levels_are_asked_for_gate_by_gate(cast: Cast) -> None:
    asked = {}
    for phase in of(cast.project.catalogue).phases[3:]:
        rules = [(c.rule, c.params) for c in phase.gate.checks] + [
            (each["rule"], each["params"]) for c in phase.gate.checks for each in c.also
        ]
        asked[phase.number] = {
            level
            for rule, params in rules
            if rule in {"criteria_met", "criteria_measured"}
            for level in params["levels"]
        }
    assert "economic" not in asked[4]
    assert {"business", "ml"} <= asked[4]
    assert "economic" in asked[5]
    assert asked[6] == {"business", "ml", "economic"}


def test_n08_a_machine_checks_and_people_sign(cast: Cast, api: Any) -> None:
    assert api("pipeline", "get", "gates/gate-1-feasibility/readiness").status_code == 200
    with pytest.raises(NotAllowed):
        gates.submit(gate=cast.project.gate_set.first(), by=cast.pipeline)


def test_n12_forward_only_through_gates(cast: Cast, api: Any) -> None:
    with pytest.raises(Conflict):
        requirements.confirm(
            requirement=Requirement.objects.filter(project=cast.project, phase__number=2).first(),
            note="So.",
            by=cast.dana,
        )
    body = {"to_phase": 2, "tasks": ["data-selection"], "origin": "audit", "reason": "On."}
    assert api("mara", "post", "iterations", body).status_code == 422


def test_n13_a_method_alone_closes_no_risk(cast: Cast) -> None:
    risk = Risk.objects.get(project=cast.project, key="contradictory-objectives")
    method = next(m for m in QAMethod.objects.filter(project=cast.project) if risk.key in m.mitigates)
    risks.rate(risk=risk, severity="high", likelihood="likely", reason="Seen.", by=cast.dora)
    with audit.act("qa_method.performed", by=cast.dana.audit_by, subject=method):
        method.state, method.performed_by_id, method.evidence_kinds = "performed", cast.dana.user.pk, []
        method.save()
    qa_methods.accept(method=method, by=cast.milo)
    risk.refresh_from_db()
    assert risk.state == "treated"
    again = risks.rate(risk=risk, severity="medium", likelihood="possible", reason="Lower.", by=cast.dora)
    assert again.state == "closed"
