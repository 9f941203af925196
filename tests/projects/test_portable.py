"""A project carried to another installation: the same rows, the same trail, or nothing."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts.models import User
from audit import SYSTEM_LOG, guards, heads, sealing, tree, verifying
from audit.canon import canonical
from audit.models import Event
from audit.selectors import events
from audit.testing import guards_lifted
from crispmlq.errors import Conflict, Invalid, NotAllowed
from evidence.services import blobs
from jobs import queue
from projects.models import Comment, Project, Task
from projects.services import comments, documents, portable, projects, tasks
from tests import walk
from tests.cast import Cast


@pytest.fixture
def worked_on(cast: Cast) -> Cast:
    """With a document that has a file, a comment, a long text and an erased one."""
    walk.approve_criteria(cast)
    walk.measure(cast, "forecast")
    values = walk.values_for(documents.kind_of(cast.project, "scope-document"))
    first = next(key for key, value in values.items() if isinstance(value, str) and value.startswith("About"))
    revision = documents.draft(
        project=cast.project, kind="scope-document", fields={**values, first: "long " * 2000}, by=cast.dana
    )
    documents.attach(revision=revision, name="a.csv", media_type="text/csv", data=b"a,b\n1,2\n", by=cast.dana)
    on = {"subject_type": "projects.task", "subject": "define-scope"}
    comments.write(project=cast.project, **on, text="See.", by=cast.dana)
    tasks.assign(
        task=Task.objects.get(key="define-scope"), user_id=cast.dana.user.pk, due_on=walk.days(9), by=cast.mara
    )
    return cast


def emptied(project: Project) -> None:
    """As if the project had never been here: its rows and its trail are taken away by the owner of the tables."""
    with guards_lifted(connection), connection.cursor() as cursor:
        key = project.pk.hex if connection.vendor == "sqlite" else str(project.pk)
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA defer_foreign_keys = ON")
        for model in guards.governed_models():
            names = {f.column for f in model._meta.concrete_fields}
            column = next((c for c in ("project_id", "owner_id") if c in names), None)
            if model._meta.app_label in {"projects", "evidence", "registry", "compliance"} and column:
                cursor.execute(f'DELETE FROM "{model._meta.db_table}" WHERE {column} = %s', [key])
        for table in ("audit_private", "audit_change"):
            cursor.execute(
                f"DELETE FROM {table} WHERE event_uid IN (SELECT uid FROM audit_event WHERE log_id = %s)", [key]
            )
        cursor.execute("DELETE FROM projects_project WHERE id = %s", [key])
        cursor.execute("DELETE FROM audit_pending")
        for table in ("audit_entry", "audit_tile", "audit_checkpoint", "audit_event"):
            cursor.execute(f"DELETE FROM {table} WHERE log_id = %s", [key])
        cursor.execute("DELETE FROM audit_log WHERE id = %s", [key])


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_it_comes_in_elsewhere_with_the_same_rows_and_the_same_root(worked_on: Cast, form: str) -> None:
    cast = worked_on
    data = portable.as_bytes(portable.taken_out(cast.project), form)
    before = portable.taken_out(cast.project)
    old = heads.newest(cast.project.pk)
    attachment = documents.Attachment.objects.get()
    blobs.path_of(attachment.blob.sha256).unlink()
    emptied(cast.project)
    assert not Project.objects.filter(slug="churn").exists()

    project = portable.bring_in(data=portable.read(data), by=cast.root)

    sealing.seal_all()
    assert (heads.newest(project.pk).size, heads.newest(project.pk).root) == (old.size, old.root)
    after = portable.taken_out(project)
    assert after == before
    assert after["trail"]["root"] == before["trail"]["root"]
    assert blobs.read(documents.Attachment.objects.get().blob) == b"a,b\n1,2\n"
    assert Comment.objects.get().text == "See."
    assert verifying.verify_state(project.pk).findings == []
    assert events(SYSTEM_LOG, act="project.imported", limit=1)[0].person == "Root"
    tasks.start(task=Task.objects.get(key="define-scope"), by=cast.dana)  # and work goes on


def test_people_who_are_not_here_get_accounts_without_a_password(worked_on: Cast) -> None:
    data = portable.taken_out(worked_on.project)
    emptied(worked_on.project)
    stranger = "01890000-0000-7000-8000-000000000001"
    data["people"].append({"id": stranger, "username": "dana", "display_name": "Another", "is_service": False})
    portable.bring_in(data=data, by=worked_on.root)
    made = User.objects.get(pk=stranger)
    assert made.username.startswith("dana-")
    assert not made.check_password("!")


def changed(data: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    found = copy.deepcopy(data)
    *steps, last = path.split(".")
    at: Any = found
    for step in steps:
        at = at[int(step)] if step.isdecimal() else at[step]
    at[int(last) if last.isdecimal() else last] = value
    return found


ALTERED = [
    ("trail.size", 3, "another root"),
    ("trail.root", "00", "another root"),
    ("trail.log", "01890000-0000-7000-8000-000000000001", "commits to"),
    ("trail.events", [], "another root"),
    ("trail.events.0.changes", [], "commits to"),
    ("trail.events.0.body", "{}", "missing"),
    ("trail.events.0.beside.0.value", '"Other"', "commits to"),
    ("trail", None, "missing"),
    ("records.projects.task", [], "trail leads to"),
    ("people", [{}], "people"),
    ("files", {}, "missing"),
    ("files", {"0" * 64: "YQ=="}, "altered"),
    ("project", {}, "which project"),
]


@pytest.mark.parametrize(("path", "value", "said"), ALTERED, ids=[path for path, _, _ in ALTERED])
def test_what_was_altered_is_refused_and_leaves_nothing(worked_on: Cast, path: str, value: Any, said: str) -> None:
    data = portable.taken_out(worked_on.project)
    emptied(worked_on.project)
    if path.startswith("records."):
        altered = copy.deepcopy(data)
        altered["records"]["projects.task"] = value
    else:
        altered = changed(data, path, value)
    before = Event.objects.count()
    with pytest.raises(Invalid, match=said):
        portable.bring_in(data=altered, by=worked_on.root)
    assert (Event.objects.count(), Project.objects.count()) == (before, 0)


def test_a_line_of_a_change_can_not_be_altered(worked_on: Cast) -> None:
    data = portable.taken_out(worked_on.project)
    emptied(worked_on.project)
    event = data["trail"]["events"][-1]
    event["changes"][0] = event["changes"][0].replace("to_do", "done")
    event["changes"][0] = event["changes"][0].replace("dana", "milo") + " "
    with pytest.raises(Invalid):
        portable.bring_in(data=data, by=worked_on.root)


def test_it_is_brought_in_once_by_an_administrator_with_its_catalogue(worked_on: Cast) -> None:
    data = portable.taken_out(worked_on.project)
    with pytest.raises(portable.AlreadyHere):
        portable.bring_in(data=data, by=worked_on.root)
    emptied(worked_on.project)
    for name in ("mara", "ada", "otto", "pipeline"):
        with pytest.raises(NotAllowed):
            portable.bring_in(data=data, by=worked_on.actors[name])
    other = changed(data, "catalogue.id", "01890000-0000-7000-8000-000000000001")
    with pytest.raises(Conflict, match="is not loaded here"):
        portable.bring_in(data=other, by=worked_on.root)


@pytest.mark.parametrize("text", ["", "[]", "{", "a: [", "format: other", '{"format": "crispmlq-project/2"}'])
def test_another_file_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        portable.read(text.encode())


def test_the_commands_take_out_and_bring_in(worked_on: Cast, tmp_path: Any, capsys: Any) -> None:
    path = tmp_path / "churn.yaml"
    call_command("project_export", "--project", "churn", "--out", str(path))
    root = capsys.readouterr().out.split("root ")[1].split(",")[0]
    emptied(worked_on.project)
    call_command("project_import", str(path), "--as", "root")
    assert "Churn is here" in capsys.readouterr().out
    sealing.seal_all()
    assert portable.taken_out(Project.objects.get(slug="churn"))["trail"]["root"] == root


def test_members_take_it_away_by_page_and_api_and_administrators_bring_it_in(worked_on: Cast, api: Any) -> None:
    cast, client = worked_on, Client()
    client.force_login(cast.dana.user)
    job = api("dana", "post", "exports", {"form": "json"})
    assert job.status_code == 202
    queue.run(job.json()["id"])
    assert f"/projects/churn/whole/{job.json()['id']}" in client.get("/projects/churn/lists").content.decode()
    answer = client.get(f"/projects/churn/whole/{job.json()['id']}")
    data = b"".join(answer.streaming_content)
    assert b"".join(api("dana", "get", f"exports/{job.json()['id']}").streaming_content) == data
    assert events(cast.project.pk, limit=1)[0].act == "project.exported"
    assert api("dana", "post", "exports", {"form": "pdf"}).status_code == 422
    assert client.post("/projects/churn/whole", {"form": "yaml"}).status_code == 302
    assert client.get("/import-project").status_code == 404
    root = Client()
    root.force_login(cast.root.user)
    twice = root.post("/import-project", {"file": SimpleUploadedFile("churn.json", data)})
    assert "here already" in twice.content.decode()
    emptied(cast.project)
    file = {"file": SimpleUploadedFile("churn.json", data)}
    assert client.post("/api/v1/imports", file).status_code == 404
    file = {"file": SimpleUploadedFile("churn.json", data)}
    made = root.post("/api/v1/imports", file)
    assert (made.status_code, made.json()["slug"]) == (201, "churn")
    emptied(cast.project)
    done = root.post("/import-project", {"file": SimpleUploadedFile("churn.json", data)})
    assert (done.status_code, Project.objects.filter(slug="churn").exists()) == (302, True)


def forged(data: dict[str, Any], lines: list[dict[str, Any]]) -> dict[str, Any]:
    """As somebody would write it who knows the format: the last event holds these changes, and all hashes are right."""
    found = copy.deepcopy(data)
    event = found["trail"]["events"][-1]
    header = json.loads(event["body"])
    event["changes"] = [canonical(line).decode() for line in lines]
    event["beside"] = []
    leaves = [tree.leaf(body.encode()) for body in event["changes"]]
    header["changes"] = {**header["changes"], "n": len(leaves), "root": tree.root(leaves).hex()}
    event["body"] = canonical(header).decode()
    bodies = [tree.leaf(each["body"].encode()) for each in found["trail"]["events"]]
    found["trail"]["root"] = tree.root(bodies).hex()
    return found


def test_an_import_changes_nothing_that_is_here_already(worked_on: Cast) -> None:
    """Not even when a forger gave it right hashes: no account gains rights, no other project's row moves."""
    cast = worked_on
    other = projects.create(slug="other", name="Other", purpose="P", kind="full", by=cast.otto)
    task = other.task_set.first()
    data = portable.taken_out(cast.project)
    emptied(cast.project)
    user = cast.otto.user
    lines = [
        {"type": "accounts.user", "id": str(user.pk), "ver": user.audit_ver + 1, "op": "update",
         "set": {"site_role": ["", "administrator"]}},
        {"type": "projects.task", "id": str(task.pk), "ver": task.audit_ver + 1, "op": "update",
         "set": {"state": ["to_do", "done"]}},
        {"type": "projects.comment", "id": "01890000-0000-7000-8000-00000000000a", "ver": 1, "op": "create",
         "set": {"project": [None, str(other.pk)]}},
        {"type": "accounts.user", "id": "01890000-0000-7000-8000-00000000000b", "ver": 1, "op": "create",
         "set": {"username": [None, "eve"], "site_role": [None, "administrator"]}},
    ]  # fmt: skip
    for line in lines:
        with pytest.raises(Invalid, match="not its own"):
            portable.bring_in(data=forged(data, [line]), by=cast.root)
    user.refresh_from_db()
    task.refresh_from_db()
    assert (user.site_role, task.state, Project.objects.count()) == ("", "to_do", 1)


def test_an_import_refers_to_no_file_of_another_project(worked_on: Cast, monkeypatch: Any) -> None:
    cast = worked_on
    data = portable.taken_out(cast.project)
    emptied(cast.project)
    other = projects.create(slug="other", name="Other", purpose="P", kind="full", by=cast.otto)
    values = walk.values_for(documents.kind_of(other, "scope-document"))
    revision = documents.draft(project=other, kind="scope-document", fields=values, by=cast.otto)
    secret = documents.attach(revision=revision, name="s.csv", media_type="text/csv", data=b"secret", by=cast.otto)
    attachment = data["records"]["projects.attachment"][0]
    line = {
        "type": "projects.attachment", "id": "01890000-0000-7000-8000-00000000000a", "ver": 1, "op": "create",
        "set": {"project": [None, str(cast.project.pk)], "revision": [None, attachment["revision"]],
                "blob": [None, str(secret.blob_id)], "readers": [None, []]},
    }  # fmt: skip
    altered = forged(data, [line])
    monkeypatch.setattr(portable, "_records", lambda _: altered["records"])  # a forger writes those that fit
    with pytest.raises(Invalid, match="a file that is not its own"):
        portable.bring_in(data=altered, by=cast.root)
    assert not Project.objects.filter(slug="churn").exists()


@pytest.mark.parametrize(
    "line",
    [
        {"type": "projects.task"}, {"set": {"nothing": [None, 1]}}, {"set": {"due_on": [None, "soon"]}}, {"set": [1]},
        {"ver": "x"}, {"id": "x"}, {"hid": 1},
    ],
)  # fmt: skip
def test_a_change_that_can_not_be_read_is_refused_in_words(worked_on: Cast, line: dict[str, Any]) -> None:
    data = portable.taken_out(worked_on.project)
    emptied(worked_on.project)
    whole = {"type": "projects.task", "id": "01890000-0000-7000-8000-00000000000a", "ver": 1, "op": "create",
             "set": {"project": [None, str(worked_on.project.pk)]}}  # fmt: skip
    broken = line if len(line) == 1 and "type" in line else {**whole, **line}
    with pytest.raises(Invalid):
        portable.bring_in(data=forged(data, [broken]), by=worked_on.root)


def test_a_trail_of_nothing_makes_no_project(worked_on: Cast) -> None:
    data = portable.taken_out(worked_on.project)
    emptied(worked_on.project)
    empty = {**data, "records": {}, "files": {}, "trail": {**data["trail"], "events": [], "size": 0}}
    empty["trail"]["root"] = tree.root([]).hex()
    with pytest.raises(Invalid, match="makes no project"):
        portable.bring_in(data=empty, by=worked_on.root)


@pytest.mark.parametrize(
    "text",
    ["format: crispmlq-project/1\na: &a [x]\nb: [*a, *a]\n", "format: !!str crispmlq-project/1\n", "[" * 100_000,
     '{"format": ' + "[" * 100_000, b"\xff".decode("latin-1")],
)  # fmt: skip
def test_no_file_unfolds(text: str) -> None:
    with pytest.raises(Invalid):
        portable.read(text.encode())


def test_a_file_of_which_no_record_tells_is_refused(worked_on: Cast) -> None:
    data = portable.taken_out(worked_on.project)
    emptied(worked_on.project)
    data["files"][hashlib.sha256(b"beside").hexdigest()] = "YmVzaWRl"
    with pytest.raises(Invalid, match="No record tells"):
        portable.bring_in(data=data, by=worked_on.root)


def test_who_may_not_read_a_confidential_file_gets_no_export_that_holds_it(worked_on: Cast, api: Any) -> None:
    cast = worked_on
    revision = documents.Revision.objects.get()
    documents.attach(
        revision=revision, name="s.csv", media_type="text/csv", data=b"secret", by=cast.dana, readers=["sponsor"]
    )
    refused = api("dana", "post", "exports", {"form": "json"})
    assert refused.status_code == 403
    assert "a confidential file that you may not read; the first is read by: sponsor" in refused.json()["detail"]
    for name in ("sven", "ada"):
        job = api(name, "post", "exports", {"form": "json"})
        assert job.status_code == 202
        queue.run(job.json()["id"])
        handed_out = api(name, "get", f"exports/{job.json()['id']}")
        assert json.loads(b"".join(handed_out.streaming_content))["format"] == portable.FORMAT
        assert api("dana", "get", f"exports/{job.json()['id']}").status_code == 403
