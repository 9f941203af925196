"""Lists of a project: filtered, sorted, paged, taken away; and several rows changed in one act."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audit.selectors import events
from crispmlq.errors import Conflict, Invalid
from notices.models import Notice
from projects.models import QAMethod, Risk, Task
from projects.services import qa_methods, requirements, tasks
from projects.tables import TABLES
from tests import walk
from tests.cast import Cast
from ui import sheet_files


@pytest.fixture
def mara(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.mara.user)
    return client


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_list_comes_in_every_form_with_all_its_rows(cast: Cast, mara: Client, name: str, form: str) -> None:
    walk.approve_criteria(cast)
    walk.measure(cast, "forecast")
    answer = mara.get(f"/projects/churn/lists/{name}", {"format": form})
    assert answer.status_code == 200
    assert f'filename="churn-{name}.{form}"' in answer["Content-Disposition"]
    expected = TABLES[name].rows(cast.project).count()
    if form == "json":
        assert len(json.loads(answer.content)) == expected
    elif expected:
        assert len(sheet_files.read(f"x.{form}", answer.content).rows) == expected


def test_a_file_holds_what_the_filters_leave(cast: Cast, mara: Client) -> None:
    asked = {"format": "csv", "phase": "2", "q": "data"}
    found = rows_of(mara.get("/projects/churn/lists/tasks", asked))
    wanted = Task.objects.filter(project=cast.project, phase__number=2)
    assert 0 < len(found) < wanted.count()
    assert {row["Phase"] for row in found} == {"2"}
    page = mara.get("/projects/churn/risks", {"format": "csv", "phase": "1"})
    assert {row["Phase"] for row in rows_of(page)} == {"1"}


@pytest.mark.parametrize("path", ["criteria", "people", "risks", "documents"])
def test_the_pages_of_records_hand_out_their_list(cast: Cast, mara: Client, path: str) -> None:
    walk.approve_criteria(cast)
    assert mara.get(f"/projects/churn/{path}", {"format": "json"}).json is not None
    assert mara.get(f"/projects/churn/{path}", {"format": "pdf"}).status_code == 404
    assert "?format=xlsx" in mara.get(f"/projects/churn/{path}").content.decode()


def test_a_name_that_looks_like_a_formula_is_text(cast: Cast, mara: Client) -> None:
    tasks.add(phase=cast.project.phase_set.get(number=1), name="=1+1", aim="@SUM", by=cast.dana)
    found = rows_of(mara.get("/projects/churn/lists/tasks", {"format": "csv", "q": "=1"}))
    assert (found[0]["Task"], found[0]["Aim"]) == ("'=1+1", "'@SUM")


def test_a_list_sorts_both_ways_and_says_so(cast: Cast, mara: Client) -> None:
    up = mara.get("/projects/churn/lists/risks", {"sort": "name", "format": "csv"})
    down = mara.get("/projects/churn/lists/risks", {"sort": "-name", "format": "csv"})
    names = [row["Risk"] for row in rows_of(up)]
    assert names == [row["Risk"] for row in rows_of(down)][::-1]
    assert 'aria-sort="ascending"' in mara.get("/projects/churn/lists/risks", {"sort": "name"}).content.decode()


@pytest.mark.parametrize(
    "asked", [{"sort": "nothing"}, {"phase": "x"}, {"phase": "99999999999"}, {"q": "\0"}, {"page": "x"}, {"state": "?"}]
)
def test_nonsense_gives_a_page(mara: Client, asked: dict[str, str]) -> None:
    assert mara.get("/projects/churn/lists/tasks", asked).status_code == 200


def test_there_is_no_other_list(mara: Client) -> None:
    assert mara.get("/projects/churn/lists/secrets").status_code == 404


def test_the_api_hands_out_lists_whole(cast: Cast, api: Callable[..., Any]) -> None:
    risks = Risk.objects.filter(project=cast.project).count()
    assert risks > 100
    for form in ("csv", "xlsx"):
        answer = api("mara", "get", "risks", {"format": form})
        assert answer["Content-Disposition"] == f'attachment; filename="churn-risks.{form}"'
        found = sheet_files.read(f"x.{form}", answer.content)
        assert len(found.rows) == risks
        assert {"key", "phase", "state"} <= set(found.headings)
    assert len(rows_of(api("mara", "get", "risks", {"format": "csv", "phase": "1"}))) < risks
    assert len(rows_of(api("mara", "get", "members", {"format": "csv"}))) == 9
    past = api("mara", "get", "tasks", {"format": "csv", "as_of": "2100-01-01T00:00:00Z"})
    assert len(rows_of(past)) == Task.objects.filter(project=cast.project).count()
    refused = api("mara", "get", "tasks", {"format": "csv", "phase": "x"})
    assert (refused.status_code, refused["Content-Type"]) == (422, "application/problem+json")
    assert api("otto", "get", "tasks", {"format": "csv"}).status_code == 404
    assert api("mara", "get", "tasks/define-scope", {"format": "csv"}).status_code == 404


class TestSeveralAtOnce:
    KEYS = ["define-scope", "define-success-criteria"]

    def keys(self, cast: Cast) -> list[str]:
        return list(Task.objects.filter(project=cast.project, phase__number=1).values_list("key", flat=True)[:2])

    def test_tasks_are_given_to_a_member_with_a_date_in_one_act(self, cast: Cast, mara: Client) -> None:
        keys, url = self.keys(cast), f"/projects/churn/do/assign-tasks/{cast.project.pk}"
        given = {"keys": keys, "assignee": str(cast.dana.user.pk), "due_on": "2027-01-31"}
        assert mara.post(url, given).status_code == 302
        found = Task.objects.filter(project=cast.project, key__in=keys)
        assert set(found.values_list("assignee__username", "due_on__year")) == {("dana", 2027)}
        event = events(cast.project.pk, limit=1)[0]
        assert (event.act, event.changed) == ("tasks.assigned", 2)
        assert Notice.objects.get(to=cast.dana.user).text == "Churn: You were given tasks: 2."

    def test_what_is_not_given_stays(self, cast: Cast, api: Callable[..., Any]) -> None:
        keys = self.keys(cast)
        api("mara", "post", "tasks/assignments", {"keys": keys, "assignee": "dana"})
        answer = api("mara", "post", "tasks/assignments", {"keys": keys, "due_on": "2027-01-31"})
        assert [(row["assignee"], row["due_on"]) for row in answer.json()] == [("dana", "2027-01-31")] * 2

    @pytest.mark.parametrize(
        ("given", "status"),
        [
            ({}, 422), ({"assignee": "otto"}, 422), ({"assignee": "nobody"}, 422),
            ({"keys": ["nothing"], "assignee": "dana"}, 422), ({"keys": [], "assignee": "dana"}, 422),
        ],
    )  # fmt: skip
    def test_nonsense_changes_nothing(
        self, cast: Cast, api: Callable[..., Any], given: dict[str, Any], status: int
    ) -> None:
        before = list(Task.objects.values_list("pk", "audit_ver"))
        assert api("mara", "post", "tasks/assignments", {"keys": self.keys(cast), **given}).status_code == status
        assert (
            api("ursel", "post", "tasks/assignments", {"keys": self.keys(cast), "assignee": "dana"}).status_code == 403
        )
        assert list(Task.objects.values_list("pk", "audit_ver")) == before

    def test_the_same_again_or_a_finished_one_is_refused(self, cast: Cast) -> None:
        keys = self.keys(cast)
        given = {"project": cast.project, "user_id": cast.dana.user.pk, "due_on": None, "by": cast.mara}
        tasks.assign_many(keys=keys, **given)
        with pytest.raises(Conflict):
            tasks.assign_many(keys=keys, **given)
        own = tasks.add(phase=cast.project.phase_set.get(number=1), name="Ask", aim="To know.", by=cast.dana)
        tasks.set_not_applicable(task=own, reason="Known.", by=cast.dana)
        with pytest.raises(Conflict) as refused:
            tasks.assign_many(keys=[own.key], **given)
        assert refused.value.data["tasks"] == [own.key]

    def test_qa_methods_are_planned_in_one_act(self, cast: Cast, api: Callable[..., Any]) -> None:
        keys = list(QAMethod.objects.filter(project=cast.project).values_list("key", flat=True)[:3])
        answer = api("dana", "post", "qa-methods/plans", {"keys": keys})
        assert [row["state"] for row in answer.json()] == ["planned"] * 3
        assert events(cast.project.pk, limit=1)[0].changed == 3
        assert api("dana", "post", "qa-methods/plans", {"keys": keys}).status_code == 409
        with pytest.raises(Invalid):
            qa_methods.plan_many(project=cast.project, keys=["nothing"], by=cast.dana)

    def test_requirements_are_confirmed_and_risks_rated_in_one_act_each(self, cast: Cast) -> None:
        phase = cast.project.phase_set.get(number=1)
        keys = [r.key for r in phase.requirement_set.all()]
        requirements.confirm_many(phase=phase, keys=keys, note="By design.", by=cast.dora)
        assert events(cast.project.pk, limit=1)[0].changed == len(keys)
