"""What a team does every day, seen from the outside: roles, machines, files, packages for auditors."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.services import users
from audit import SYSTEM
from audit.models import Event
from audit.selectors import events
from catalogue.definitions import of
from jobs import queue
from projects.models import Attachment, Criterion, Project, QAMethod, Risk, Task
from projects.services import documents, memberships, projects, qa_methods, risks
from tests import walk
from tests.cast import Cast, token_for


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_everybody_sees_the_same_phase_and_writes_by_role(cast: Cast) -> None:
    given = {"name": "auditor", "role": ["auditor"]}
    auditor = users.create(username=given["name"], display_name="Aud", by=SYSTEM, password="quite a long one")
    memberships.set_roles(project=cast.project, user=auditor, roles=given["role"], by=cast.mara)
    people = [cast.mara.user, cast.dana.user, cast.enzo.user, auditor]
    tasks = []
    for user in people:
        client = signed_in(user)
        page = client.get("/projects/churn/phases/1").content.decode()
        api = client.get("/api/v1/projects/churn/tasks", {"phase": 1}).json()["results"]
        tasks.append((re.findall(r'<details class="disclosure" id="([a-z-]+)"', page), [row["key"] for row in api]))
    assert tasks.count(tasks[0]) == 4
    row = Task.objects.get(key="define-scope")
    before = Event.objects.filter(log_id=cast.project.pk, act="task.started").count()
    refused = signed_in(auditor).post(f"/projects/churn/do/start-task/{row.pk}")
    assert refused.status_code == 403
    assert signed_in(auditor).post("/api/v1/projects/churn/tasks/define-scope/start").status_code == 403
    gate = cast.project.gate_set.get(phase__number=1)
    for user in (cast.dana.user, cast.enzo.user):
        assert signed_in(user).post(f"/projects/churn/do/submit-gate/{gate.pk}").status_code == 403
        url = f"/api/v1/projects/churn/gates/{gate.key}/submissions"
        assert signed_in(user).post(url, "{}", content_type="application/json").status_code == 403
    assert Event.objects.filter(log_id=cast.project.pk, act="task.started").count() == before
    assert signed_in(cast.dana.user).post(f"/projects/churn/do/start-task/{row.pk}").status_code == 302


def test_a_build_delivers_its_test_report_by_token_once(cast: Cast) -> None:
    walk.accept_document(cast, "scope-document")
    method = QAMethod.objects.filter(project=cast.project, phase__number=1).first()
    qa_methods.plan(method=method, by=cast.dana)
    headers = {"authorization": f"Bearer {token_for('pipeline', cast.project)}", "idempotency-key": "build-7"}
    url = f"/api/v1/projects/churn/qa-methods/{method.key}/perform"
    body = {"finding": "412 tests passed.", "evidence_kinds": ["scope-document"]}
    answers = [
        Client().post(url, body, content_type="application/json", headers=headers).json() for _ in range(2)
    ]  # fmt: skip
    assert answers[0] == answers[1]
    assert (answers[0]["state"], answers[0]["evidence_kinds"]) == ("performed", ["scope-document"])
    performed = [e for e in events(cast.project.pk) if e.act == "qa_method.performed"]
    assert len(performed) == 1
    assert performed[0].actor_kind == "token"
    revision = documents.draft(project=cast.project, kind="feasibility-report", fields={}, by=cast.pipeline)
    files = f"/api/v1/projects/churn/documents/feasibility-report/revisions/{revision.number}/attachments"
    headers["idempotency-key"] = "build-7-report"
    sent = [
        Client().post(files, {"file": SimpleUploadedFile("report.xml", b"<tests/>")}, headers=headers)
        for _ in range(2)
    ]  # fmt: skip
    assert [answer.status_code for answer in sent] == [201, 201]
    assert Attachment.objects.filter(revision=revision).count() == 1


def test_a_changed_file_of_the_same_name_lies_beside_the_first(cast: Cast) -> None:
    client, kind = signed_in(cast.dana.user), "scope-document"
    revision = documents.draft(project=cast.project, kind=kind, fields={}, by=cast.dana)
    url = f"/projects/churn/documents/{kind}/{revision.number}/attach"
    for data in (b"first", b"second"):
        assert client.post(url, {"file": SimpleUploadedFile("data.csv", data)}).status_code == 302
    stored = list(Attachment.objects.filter(revision=revision).select_related("blob").order_by("blob__stored_at"))
    assert len({each.blob.sha256 for each in stored}) == 2
    for attachment, data in zip(stored, (b"first", b"second"), strict=True):
        assert client.get(f"/projects/churn/files/{attachment.pk}").content == data
        answer = client.get(f"/api/v1/projects/churn/attachments/{attachment.pk}")
        assert answer.content == data


def test_two_projects_have_the_same_structure(cast: Cast, api: Callable[..., Any]) -> None:
    other = projects.create(slug="other", name="Other", purpose="More.", by=cast.mara)

    def shape(slug: str, path: str) -> list[Any]:
        rows = api("ada", "get", f"/api/v1/projects/{slug}/{path}", {"limit": 500}).json()["results"]
        return [(row["key"], row.get("phase"), sorted(row)) for row in rows]

    for path in ("requirements", "tasks", "risks", "qa-methods", "gates"):
        assert shape("churn", path) == shape(other.slug, path)
    page = re.compile(r"<h2[^>]*>([^<]+)</h2>")
    pages = [signed_in(cast.ada.user).get(f"/projects/{slug}/phases/1").content.decode() for slug in ("churn", "other")]
    assert page.findall(pages[0]) == page.findall(pages[1])


def test_an_auditor_takes_one_package_made_in_the_background(cast: Cast, api: Callable[..., Any]) -> None:
    job = api("ada", "post", "trail/exports")
    assert job.status_code == 202
    queue.run(job.json()["id"])
    done = api("ada", "get", f"jobs/{job.json()['id']}").json()
    assert (done["state"], bool(done["result"]["sha256"])) == ("done", True)
    package = api("ada", "get", f"trail/exports/{job.json()['id']}")
    assert b"".join(package.streaming_content).startswith(b"PK")
    newest = events(cast.project.pk, limit=1)[0]
    assert (newest.act, newest.person) == ("trail.exported", "Ada")
    assert done["result"]["sha256"] in newest.reason


@pytest.mark.parametrize("method", ["put", "delete", "patch", "post"])
def test_no_door_changes_an_event(cast: Cast, api: Callable[..., Any], method: str) -> None:
    event = Event.objects.filter(log_id=cast.project.pk).first()
    before = bytes(event.body)
    assert api("mara", method, "events", {}).status_code == 405
    assert api("ada", method, f"/projects/churn/history/events/{event.uid}").status_code in {403, 404, 405}
    assert bytes(Event.objects.get(pk=event.pk).body) == before


def test_no_field_of_a_vendor_is_asked_for(cast: Cast, api: Callable[..., Any]) -> None:
    schema = api("mara", "get", "/api/v1/schema", {"format": "json"}).content.decode().lower()
    assert '"/api/v1/projects/{slug}/measurements"' in schema
    for vendor in ("mlflow", "sagemaker", "azure", "databricks", "kubeflow", "github", "gitlab", "weights & biases"):
        assert f'"{vendor}' not in schema


def test_who_is_new_finds_the_project_on_one_page_from_its_records(cast: Cast) -> None:
    empty = signed_in(cast.dana.user).get("/projects/churn/summary").content.decode()
    for said in ("No scope is accepted yet", "No criterion yet", "No gate is decided yet", "Nothing of phase 2"):
        assert said in empty
    walk.approve_criteria(cast)
    walk.accept_document(cast, "scope-document")
    data = next(k for k in walk.of(cast.project.catalogue).document_kinds.values() if k.phase == 2)
    walk.accept_document(cast, data.key)
    risk = Risk.objects.get(key="contradictory-objectives")
    risks.rate(risk=risk, severity="high", likelihood="likely", reason="Seen.", by=cast.dora)
    page = signed_in(cast.dana.user).get("/projects/churn/summary").content.decode()
    for said in ("recall", "retention", data.name, risk.name, "Keep customers.", "project manager"):
        assert said in page
    assert "No scope is accepted yet" not in page
    assert signed_in(cast.otto.user).get("/projects/churn/summary").status_code == 404


def test_a_project_and_a_criterion_get_their_keys_from_their_names(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.mara.user)
    client.post("/new-project", {"name": "Spare parts, 2nd try", "slug": "", "purpose": "Order fewer.", "kind": "full"})
    project = Project.objects.get(slug="spare-parts-2nd-try")
    form = {
        "level": "business", "name": "Stock-outs a month", "key": "", "metric": "stock-outs", "unit": "1",
        "direction": "at_most", "threshold": "2", "floor": "4", "method": "Counted.", "owner_name": "Dora",
        "justification": "Agreed.",
    }  # fmt: skip
    client.post(f"/projects/{project.slug}/do/start/{project.pk}", {"version": project.audit_ver})
    client.post(f"/projects/{project.slug}/do/propose-criterion/{project.pk}", form)
    assert Criterion.objects.get(project=project).key == "stock-outs-a-month"


def test_who_wrote_a_document_is_told_that_others_review_it(cast: Cast) -> None:
    kind = of(cast.project.catalogue).document_kinds["scope-document"]
    made = documents.draft(project=cast.project, kind=kind.key, fields=walk.values_for(kind), by=cast.mara)
    documents.submit(revision=made, by=cast.mara)
    for name, is_author in (("mara", True), ("dora", False)):
        client = Client()
        client.force_login(cast.actors[name].user)
        page = client.get(f"/projects/churn/documents/{kind.key}").content.decode()
        assert ("others review it" in page) == is_author
        assert ("accept-document" in page) != is_author
