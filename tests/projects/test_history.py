"""The history as people read, search and take it away."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import ServiceToken
from audit import SYSTEM_LOG, history, selectors, telling
from audit.history import Wanted
from projects import trail_filters
from projects.models import Criterion, Project, Risk, Task
from projects.services import measurements, projects, risks, tasks
from tests import walk
from tests.cast import Cast, token_for
from ui.sheets import safe

HISTORY = "/projects/churn/history"


def client_of(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.actors[name].user)
    return client


def newest(cast: Cast, act: str) -> Any:
    return selectors.events(cast.project.pk, act=act, limit=1)[0]


def told(cast: Cast, act: str) -> list[telling.Told]:
    uid = newest(cast, act).uid
    return telling.told([history.changes(uid, 0, 1000)])[uid]


def found(cast: Cast, **asked: Any) -> list[str]:
    """Acts that fit, newest first."""
    filters = trail_filters.read({name: str(value) for name, value in asked.items()}, cast.project)
    assert filters.errors == {}
    return [entry.act for entry in history.page(cast.project.pk, filters.wanted, limit=200).entries]


def start(cast: Cast) -> Task:
    task = Task.objects.get(project=cast.project, key="define-scope")
    tasks.start(task=task, by=cast.dana)
    return task


def test_a_row_is_told_by_its_kind_and_name_and_a_field_by_its_label(cast: Cast) -> None:
    task = start(cast)
    (row,) = told(cast, "task.started")
    assert (row.kind, row.name, row.is_new) == ("Task", task.name, False)
    state = next(each for each in row.differences if each.label == "State")
    assert (str(state.before), str(state.after)) == ("To do", "In progress")


def test_a_checklist_is_told_as_ticks(cast: Cast) -> None:
    task = start(cast)
    tasks.check(task=task, done=[True] + [False] * (len(task.checklist) - 1), by=cast.dana)
    (row,) = told(cast, "task.checked")
    checklist = next(each for each in row.differences if each.label == "Checklist")
    assert checklist.after.ticks[:2] == [True, False]
    assert checklist.before.ticks[:2] == [False, False]


def test_numbers_people_and_relations_are_told_as_people_write_them(cast: Cast) -> None:
    walk.approve_criteria(cast)
    walk.measure(cast, "forecast", value="0.9500", keys=["saving"])
    (row,) = told(cast, "measurement.recorded")
    values = {each.label: str(each.after) for each in row.differences}
    assert (values["Value"], values["Recorded by"], values["Version"]) == ("0.95", "Pipeline", "saving v1")
    assert values["Environment"] == "Forecast"
    assert values["Recorded at"].endswith(" UTC")


def test_what_was_made_is_told_without_what_is_empty_and_whose_it_is(cast: Cast) -> None:
    walk.approve_criteria(cast)
    row = next(each for each in told(cast, "criterion.proposed") if each.kind == "Criterion version")
    labels = {each.label for each in row.differences}
    assert row.is_new
    assert "Threshold" in labels
    assert not labels & {"Project", "Upper", "Baseline", "Approved by"}


def test_the_fields_of_a_document_are_told_one_by_one(cast: Cast) -> None:
    walk.accept_document(cast, "scope-document")
    row = next(each for each in told(cast, "document.drafted") if each.kind == "Revision")
    values = {each.label: str(each.after) for each in row.differences}
    assert values["Purpose"] == "About purpose."
    assert values["Authors"] == "Pipeline"


def test_a_long_text_is_shortened_with_the_whole_at_hand() -> None:
    value = telling.Value("word " * 200)
    assert len(value.short) < 260
    assert len(value.text) == 1000


def test_of_a_long_value_the_whole_is_there_before_and_after(cast: Cast) -> None:
    for purpose in ("old " * 2000, "new " * 2000):
        project = Project.objects.get(pk=cast.project.pk)
        projects.change(project=project, by=cast.mara, expected=project.audit_ver, purpose=purpose.strip())
    (row,) = told(cast, "project.changed")
    (purpose,) = row.differences
    assert (len(purpose.before.text), len(purpose.after.text)) == (7999, 7999)
    assert purpose.before.text.startswith("old")


def test_the_door_names_the_token(cast: Cast) -> None:
    walk.approve_criteria(cast)
    token_for("pipeline", cast.project)
    token = ServiceToken.objects.get()
    reading = measurements.Reading(value=Decimal(1), unit="1", environment="validation", measured_at=timezone.now())
    measurements.record(
        criterion=Criterion.objects.get(project=cast.project, key="recall"), reading=reading,
        by=Actor(cast.pipeline.user, token=token, via="api"),
    )  # fmt: skip
    event = newest(cast, "measurement.recorded")
    assert (event.person, event.door) == ("Pipeline", f"by API with token {token}")


def test_filters_combine(cast: Cast) -> None:
    task = start(cast)
    risk = Risk.objects.filter(project=cast.project, phase__number=2).first()
    risks.rate(risk=risk, severity="low", likelihood="rare", reason="Seen.", by=cast.dora)
    assert found(cast, object=task.pk) == ["task.started", "project.created"]
    assert found(cast, object=task.pk, person=cast.dana.user.pk) == ["task.started"]
    assert found(cast, object_type="projects.riskrating") == ["risk.rated"]
    assert found(cast, phase=2) == ["risk.rated", "project.created"]
    assert found(cast, phase=1, person=cast.dana.user.pk) == ["task.started"]
    assert found(cast, phase=2, act="task.started") == []
    today = timezone.now().date().isoformat()
    assert found(cast, since=today, until=today, act="task.started") == ["task.started"]
    assert found(cast, until="2020-01-01") == []
    assert found(cast, since="2020-01-01", person=cast.dana.user.pk) == ["task.started"]


def test_a_rare_object_and_a_frequent_one_are_found_alike(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    task = start(cast)
    few = found(cast, object=task.pk), found(cast, phase=1), found(cast, object_type="projects.task")
    monkeypatch.setattr(history, "FEW", 0)
    assert (found(cast, object=task.pk), found(cast, phase=1), found(cast, object_type="projects.task")) == few


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(obj_type="projects.membership")])
def test_pages_go_back_and_forth_without_a_gap(cast: Cast, wanted: Wanted) -> None:
    log, there, before = cast.project.pk, [], None
    everything = [entry.id for part in history.walk(log, wanted) for entry in part]
    pages = []
    while True:
        page = history.page(log, Wanted(obj_type=wanted.obj_type, before=before), limit=3)
        pages.append(page)
        there += [entry.id for entry in page.entries]
        before = page.older
        if before is None:
            break
    assert there == everything
    assert pages[0].newer is None
    back = history.page(log, Wanted(obj_type=wanted.obj_type, after=pages[1].newer), limit=3)
    assert [entry.id for entry in back.entries] == [entry.id for entry in pages[0].entries]
    assert (back.newer, back.older) == (None, pages[0].older)


def test_the_conditions_are_chips_that_can_be_taken_away(cast: Cast) -> None:
    task = start(cast)
    text = client_of(cast, "mara").get(f"{HISTORY}?act=task.started&object={task.pk}&phase=1").content.decode()
    assert f"Task “{task.name}”" in text
    assert f'href="{HISTORY}?object={task.pk}&amp;phase=1"' in text
    assert f'name="object" value="{task.pk}"' in text


def test_nothing_that_fits_is_said(cast: Cast) -> None:
    assert b"No event fits" in client_of(cast, "mara").get(f"{HISTORY}?act=gate.decided").content


def test_an_object_of_another_project_is_not_told(cast: Cast) -> None:
    user = cast.dana.user
    assert found(cast, object=user.pk) == []
    assert trail_filters.object_name(cast.project.pk, user.pk) == ""


def test_the_drawer_is_a_part_and_a_page(cast: Cast) -> None:
    task, mara = start(cast), client_of(cast, "mara")
    url = f"{HISTORY}?object={task.pk}"
    part = mara.get(url, headers={"HX-Request": "true", "HX-Target": "drawer-body"})
    assert b"<html" not in part.content
    assert "HX-Target" in part["Vary"]
    assert b"<html" in mara.get(url).content


def test_what_changed_is_a_part_and_a_page_that_goes_on(cast: Cast) -> None:
    mara, made = client_of(cast, "mara"), newest(cast, "project.created")
    url = f"{HISTORY}/events/{made.uid}"
    part = mara.get(url, headers={"HX-Request": "true"}).content.decode()
    assert f"And {made.changed - 12} more records" in part
    assert "?row=100" in mara.get(url).content.decode()
    assert mara.get(f"{url}?row=100").status_code == 200
    site = selectors.events(SYSTEM_LOG, limit=1)[0]
    assert mara.get(f"{HISTORY}/events/{site.uid}").status_code == 404


def test_an_export_hands_out_what_fits_and_is_told(cast: Cast) -> None:
    start(cast)
    answer = client_of(cast, "ada").post(f"{HISTORY}/export?act=task.started", {"form": "csv"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [(row["person"], row["act"]) for row in rows] == [("Dana", "task.started")]
    assert "State: To do → In progress" in rows[0]["changes"]
    event = newest(cast, "trail.history_exported")
    assert event.reason == "1 as csv, filter: Act Started"
    assert event.changed == 0


def test_json_lines_tell_the_same(cast: Cast) -> None:
    start(cast)
    answer = client_of(cast, "mara").post(f"{HISTORY}/export?act=task.started", {"form": "jsonl"})
    (line,) = b"".join(answer.streaming_content).decode().splitlines()
    event = json.loads(line)
    assert {"field": "State", "before": "To do", "after": "In progress"} in event["changes"][0]["fields"]


def test_an_export_of_a_strange_form_is_refused_and_not_told(cast: Cast) -> None:
    answer = client_of(cast, "mara").post(f"{HISTORY}/export", {"form": "exe"})
    assert answer.status_code == 422
    assert selectors.events(cast.project.pk, act="trail.history_exported") == []


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_is_taken_for_a_formula(cell: str) -> None:
    assert safe(cell) == f"'{cell}"
    assert safe(f"a{cell}") == f"a{cell}"


def test_the_api_takes_the_same_conditions(api: Any, cast: Cast) -> None:
    task = start(cast)
    asked = {"person": cast.dana.user.pk, "object": task.pk, "object_type": "projects.task", "phase": 1}
    events = api("ada", "get", "events", {**asked, "since": "2020-01-01"}).json()
    assert [event["act"] for event in events] == ["task.started"]
    assert api("ada", "get", "events", {"before": events[0]["id"], "limit": 1}).json()[0]["act"] == "project.activated"
    assert api("ada", "get", "events", {"after": events[0]["id"]}).json() == []
    refused = api("ada", "get", "events", {"phase": 7, "since": "yesterday"})
    assert refused.status_code == 422
    assert set(refused.json()["errors"]) == {"phase", "since"}


def test_the_trail_of_the_site_tells_of_accounts_and_is_exported(cast: Cast) -> None:
    ada = client_of(cast, "ada")
    text = ada.get("/trail?act=user.created").content.decode()
    assert "created the account Otto" in text
    assert "Audit trail</a>" in text
    assert "Audit trail</a>" not in client_of(cast, "mara").get("/").content.decode()
    answer = ada.post("/trail/export", {"form": "csv"})
    assert b"user.created" in b"".join(answer.streaming_content)
    assert selectors.events(SYSTEM_LOG, limit=1)[0].act == "trail.history_exported"
    uid = selectors.events(SYSTEM_LOG, act="user.created", limit=1)[0].uid
    assert ada.get(f"/trail/events/{uid}").status_code == 200


def test_every_act_has_a_label_to_choose(cast: Cast) -> None:
    labels = [label for group in trail_filters.act_groups(cast.project) for _, label in group.choices]
    assert "Finished" in labels
    assert not [label for label in labels if "{" in label or not label]


def test_the_trail_of_the_site_costs_the_same_with_few_events_and_many(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    ada = client_of(cast, "ada")
    for _ in range(5):
        token_for("pipeline", cast.project)
    with django_assert_max_num_queries(10):
        ada.get("/trail")


def test_a_page_needs_no_count(cast: Cast, django_assert_max_num_queries: Any) -> None:
    mara = client_of(cast, "mara")
    with django_assert_max_num_queries(30) as queries:
        mara.get(f"{HISTORY}?phase=1")
    assert not [query["sql"] for query in queries if "COUNT(" in query["sql"]]
