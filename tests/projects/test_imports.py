"""Rows out of tables: by the rules of the services, tried first, all or none."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from audit.models import Event
from crispmlq.errors import Invalid, NotFound
from projects.access import NoRight, ProjectFrozen
from projects.models import Criterion, Measurement, Requirement, Risk, Task
from projects.services import holds, imports
from tests import walk
from tests.cast import Cast
from ui import sheet_files, sheets
from ui.sheet_files import Table


def table_of(headings: list[str], rows: list[list[str]]) -> Table:
    return Table(headings, rows, list(range(2, len(rows) + 2)))


TASKS = table_of(
    ["Name", "Aim", "Phase", "Assignee", "Due", "Colour"],
    [["Ask", "To know.", "1", "dana", "2027-01-31", "red"], ["Look", "To see.", "1", "", "46053", ""]],
)
FILES = {
    "risks": "Risk,What goes wrong,Phase,Category,Severity,Likelihood\nFlood,Water.,1,Operational,High,rare\n",
    "requirements": "text;phase;kind\nNo cloud.;1;constraint\nFast.;1;\n",
    "criteria": "key,name,level,metric,unit,direction,threshold,method,owner\n"
    "speed,Speed,business,s,s,at_most,2.5,Clock.,Dora\n",
}


def bring(cast: Cast, kind: str = "tasks", table: Table = TASKS, by: str = "dana", **more: Any) -> imports.Outcome:
    return imports.bring_in(project=cast.project, kind=kind, table=table, by=cast.actors[by], **more)


def test_tasks_come_in_with_who_and_when(cast: Cast) -> None:
    outcome = bring(cast)
    assert (outcome.rows, outcome.made, outcome.faults, outcome.ignored) == (2, 2, [], ["Colour"])
    ask, look = Task.objects.get(name="Ask"), Task.objects.get(name="Look")
    assert (ask.assignee, str(ask.due_on), ask.is_own) == (cast.dana.user, "2027-01-31", True)
    assert str(look.due_on) == "2026-01-31"


@pytest.mark.parametrize(("kind", "model"), [("risks", Risk), ("requirements", Requirement), ("criteria", Criterion)])
def test_each_kind_comes_in(cast: Cast, kind: str, model: Any) -> None:
    before = model.objects.count()
    table = sheet_files.read("x.csv", FILES[kind].encode())
    assert bring(cast, kind, table).made == len(table.rows)
    assert model.objects.count() == before + len(table.rows)


def test_measurements_come_in(cast: Cast) -> None:
    walk.approve_criteria(cast)
    headings = ["criterion", "value", "unit", "environment", "measured at"]
    now = walk.timezone.now().isoformat()
    bring(cast, "measurements", table_of(headings, [["recall", "0.91", "1", "Validation", now]]), by="pipeline")
    assert Measurement.objects.get().value == walk.Decimal("0.91")
    with pytest.raises(imports.RowsRefused, match="measured in"):
        bring(cast, "measurements", table_of(headings, [["recall", "0.91", "m", "validation", now]]))


@pytest.mark.parametrize(
    ("text", "day"),
    [("2027-01-31", "2027-01-31"), ("2027-01-31T10:00:00", "2027-01-31"), ("46418.75", "2027-01-31"),
     ("2027-01-3199", None), ("2027-01-31 or so", None), ("31.1.2027", None), ("٤٦٤١٨", None)],
)  # fmt: skip
def test_a_date_is_read_whole_or_not_at_all(cast: Cast, text: str, day: str | None) -> None:
    table = table_of(["Name", "Aim", "Phase", "Due"], [["Ask", "To know.", "1", text]])
    outcome = bring(cast, table=table, dry_run=day is None)
    assert [fault.column for fault in outcome.faults] == ([] if day else ["due_on"])
    assert [str(task.due_on) for task in Task.objects.filter(name="Ask")] == ([day] if day else [])


def test_a_time_of_a_spreadsheet_is_read(cast: Cast) -> None:
    walk.approve_criteria(cast)
    headings = ["criterion", "value", "unit", "environment", "measured at"]
    now = walk.timezone.now().replace(microsecond=0) + timedelta(seconds=1)  # after the approval
    days = (now - datetime(1899, 12, 30, tzinfo=UTC)) / timedelta(days=1)
    bring(cast, "measurements", table_of(headings, [["recall", "0.91", "1", "validation", f"{days:.10f}"]]))
    assert Measurement.objects.get().measured_at == now


def test_a_list_that_was_exported_can_come_in_again(cast: Cast) -> None:
    rows = [["Ask", "To know.", 1], ["=2", "To see.", 2]]
    for form in ("csv", "xlsx", "json"):
        data = sheets.write(form, ["name", "aim", "phase"], rows[:1])
        bring(cast, table=sheet_files.read(f"x.{form}", data))
    assert Task.objects.filter(name="Ask").count() == 3


def test_one_fault_keeps_all_rows_out_and_each_is_told(cast: Cast) -> None:
    table = table_of(
        ["Name", "Aim", "Phase", "Assignee", "Due"],
        [
            ["Good", "To know.", "1", "", ""], ["", "x", "7", "", "soon"], ["Far", "x", "5", "", ""],
            ["Whose", "x", "1", "otto", ""],
        ],
    )  # fmt: skip
    before = Event.objects.count()
    with pytest.raises(imports.RowsRefused) as refused:
        bring(cast, table=table)
    told = [(fault["row"], fault["column"]) for fault in refused.value.data["faults"]]
    assert told == [(3, "name"), (3, "phase"), (3, "due_on"), (4, ""), (5, "assignee")]
    assert "Nothing was imported" in refused.value.message
    assert (Task.objects.filter(is_own=True).count(), Event.objects.count()) == (0, before)


def test_a_trial_tells_the_same_and_stores_nothing(cast: Cast) -> None:
    before = Event.objects.count()
    assert bring(cast, dry_run=True).faults == []
    bad = table_of(["Name", "Aim", "Phase"], [["", "x", "1"]])
    assert [vars(fault) for fault in bring(cast, table=bad, dry_run=True).faults] == [
        {"row": 2, "column": "name", "message": "“Task” is empty."}
    ]
    assert (Task.objects.filter(is_own=True).count(), Event.objects.count()) == (0, before)


def test_columns_of_other_names_are_mapped(cast: Cast) -> None:
    table = table_of(["Aufgabe", "Ziel", "Nr"], [["Ask", "To know.", "1"]])
    with pytest.raises(Invalid) as refused:
        bring(cast, table=table)
    assert set(refused.value.errors) == {"name", "aim", "phase"}
    assert bring(cast, table=table, mapping={"name": "Aufgabe", "aim": "Ziel", "phase": "Nr"}).made == 1
    for mapping in ({"name": "None such", "aim": "Ziel", "phase": "Nr"}, {"colour": "Nr"}):
        with pytest.raises(Invalid):
            bring(cast, table=table, mapping=mapping)


@pytest.mark.parametrize(
    ("by", "refusal"), [("ursel", NoRight), ("ada", NoRight), ("root", NotFound), ("otto", NotFound)]
)
def test_onlookers_and_strangers_import_nothing(cast: Cast, by: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        bring(cast, by=by)
    assert not Task.objects.filter(is_own=True).exists()


def test_nothing_comes_into_a_project_on_hold_nor_too_much_nor_another_kind(cast: Cast) -> None:
    with pytest.raises(Invalid):
        bring(cast, "people")
    with pytest.raises(Invalid, match="at most"):
        bring(cast, table=table_of(["Name", "Aim", "Phase"], [["a", "b", "1"]] * (imports.MOST_ROWS + 1)))
    holds.hold(project=cast.project, reason="No data.", condition="Data is there.", by=cast.mara)
    with pytest.raises(ProjectFrozen):
        bring(cast)


def upload(text: str = "Name,Aim,Phase\nAsk,To know.,1\n", name: str = "x.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def test_the_page_tries_then_imports(cast: Cast) -> None:
    client, url = Client(), "/projects/churn/lists/tasks/import"
    client.force_login(cast.dana.user)
    page = client.post(url, {"file": upload("Titel,Aim,Phase\n<b>Ask</b>,To know.,1\n")}).content.decode()
    assert "Say which column holds" in page
    assert "&lt;b&gt;Ask" in page
    table = json.dumps([[1, ["Titel", "Aim", "Phase"]], [2, ["Ask", "To know.", "1"]]])
    mapped = {"table": table, "map-name": "Titel", "map-aim": "Aim", "map-phase": "Phase"}
    assert "All 1 row can be imported" in client.post(url, mapped).content.decode()
    assert not Task.objects.filter(name="Ask").exists()
    answer = client.post(url, {**mapped, "step": "import"})
    assert (answer.status_code, answer["Location"]) == (302, "/projects/churn/lists/tasks")
    assert Task.objects.filter(name="Ask").exists()
    for given in ({}, {"table": "x"}, {"table": "[]"}, {"file": upload(name="x.pdf")}):
        assert 'role="alert"' in client.post(url, given).content.decode()
    assert client.get("/projects/churn/lists/members/import").status_code == 404


def test_the_api_tries_and_imports(cast: Cast) -> None:
    client, url = Client(), "/api/v1/projects/churn/imports/tasks"
    client.force_login(cast.dana.user)
    tried = client.post(url, {"file": upload(), "dry_run": "true"})
    assert (tried.status_code, tried.json()["made"], tried.json()["rows"]) == (200, 0, 1)
    made = client.post(url, {"file": upload()})
    assert (made.status_code, made.json()["made"]) == (201, 1)
    mapping = json.dumps({"name": "N", "aim": "A", "phase": "P"})
    assert client.post(url, {"file": upload("N,A,P\nB,b,1\n"), "mapping": mapping}).status_code == 201
    refused = client.post(url, {"file": upload("Name,Aim,Phase\n,x,1\n")})
    assert (refused.status_code, refused.json()["code"]) == (422, "rows_refused")
    assert refused.json()["faults"][0]["row"] == 2
    for given in ({}, {"file": upload(), "mapping": "[]"}, {"file": upload(), "mapping": "x"}):
        assert client.post(url, given).status_code == 422
    assert Task.objects.filter(is_own=True).count() == 2


def test_the_command_tries_and_imports(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("Titel,Aim,Phase\nAsk,To know.,1\n")
    given = [str(path), "--project", "churn", "--kind", "tasks", "--as", "dana", "--map", "name", "Titel"]
    out = StringIO()
    call_command("import_rows", *given, "--dry-run", stdout=out)
    call_command("import_rows", *given, stdout=out)
    assert out.getvalue().splitlines() == ["0 of 1 rows imported.", "1 of 1 rows imported."]
    for bad in (["--project", "no"], ["--as", "otto"], ["--map", "name", "None such"]):
        with pytest.raises(CommandError):
            call_command("import_rows", *given, *bad)
    with pytest.raises(CommandError):
        call_command("import_rows", str(tmp_path / "none.csv"), *given[1:])
