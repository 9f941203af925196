"""My work, approvals, activity and the list of projects: what is there, in which order, and for whom."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from projects.models import QAMethod, Risk, Task
from projects.services import criteria, documents, holds, memberships, projects, qa_methods, risks, tasks, waivers
from tests import walk
from tests.cast import Cast


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.actors[name].user)
    return client


@pytest.fixture
def assigned(cast: Cast) -> list[Task]:
    """Dana's tasks, due in ten days, two days ago, at no time."""
    rows = list(Task.objects.filter(project=cast.project, phase__number=1).order_by("position")[:3])
    for row, due in zip(rows, (walk.days(10), walk.days(-2), None), strict=True):
        tasks.assign(task=row, user_id=cast.dana.user.pk, due_on=due, by=cast.mara)
    return rows


class TestMyWork:
    def test_the_overdue_come_first_and_say_so(self, cast: Cast, api: Callable[..., Any], assigned: list[Task]) -> None:
        later, overdue, some_time = assigned
        page = signed_in(cast, "dana").get("/my-work").content.decode()
        places = [page.index(f"#{task.key}") for task in (overdue, later, some_time)]
        assert places == sorted(places)
        assert page.count("Overdue") == 1
        rows = api("dana", "get", "/api/v1/work").json()
        assert [(row["key"], row["is_overdue"]) for row in rows] == [
            (overdue.key, True), (later.key, False), (some_time.key, False),
        ]  # fmt: skip
        assert api("milo", "get", "/api/v1/work").json() == []

    def test_it_is_filtered_by_project_and_state_and_taken_away(self, cast: Cast, assigned: list[Task]) -> None:
        tasks.start(task=Task.objects.get(key="define-scope"), by=cast.dana)
        client = signed_in(cast, "dana")
        found = client.get("/my-work", {"state": "in_progress", "format": "csv"}).content.decode()
        assert [row["key"] for row in csv.DictReader(io.StringIO(found))] == ["define-scope"]
        assert "Nothing is waiting" in client.get("/my-work", {"project": "other"}).content.decode()

    def test_a_rejected_document_is_its_authors_to_go_on_with_until_the_next_revision(self, cast: Cast) -> None:
        values = walk.values_for(documents.kind_of(cast.project, "scope-document"))
        revision = documents.draft(project=cast.project, kind="scope-document", fields=values, by=cast.dana)
        client = signed_in(cast, "dana")
        assert "documents/scope-document" in client.get("/my-work").content.decode()
        documents.submit(revision=revision, by=cast.dana)
        assert "documents/scope-document" not in client.get("/my-work").content.decode()
        documents.reject(revision=revision, reason="Too thin.", by=cast.dora)
        assert "write the next revision" in client.get("/my-work").content.decode()
        documents.draft(
            project=cast.project, kind="scope-document", fields=values, change_reason="Thicker.", by=cast.milo
        )
        assert "write the next revision" not in client.get("/my-work").content.decode()

    def test_who_has_left_a_project_has_no_work_there(
        self, cast: Cast, api: Callable[..., Any], assigned: list[Task]
    ) -> None:
        memberships.set_roles(project=cast.project, user=cast.dana.user, roles=[], by=cast.mara)
        assert api("dana", "get", "/api/v1/work").json() == []


class TestApprovals:
    @pytest.fixture
    def waiting(self, cast: Cast) -> Cast:
        """One of each kind, but a gate."""
        demand = criteria.Demand("recall", "1", "at_least", walk.Decimal("0.9"), "As agreed.", "Dora")
        criteria.propose(project=cast.project, key="recall", level="ml", name="Recall", demand=demand, by=cast.mara)
        gate = cast.project.gate_set.get(phase__number=1)
        waivers.request(gate=gate, check_key="g1-aligned", reason="So.", expires_on=walk.days(5), by=cast.mara)
        walk.accept_document(cast, "scope-document")
        risk = Risk.objects.get(key="contradictory-objectives")
        risks.rate(risk=risk, severity="high", likelihood="likely", reason="Seen.", by=cast.dora)
        method = next(m for m in QAMethod.objects.all() if risk.key in m.mitigates)
        qa_methods.plan(method=method, by=cast.dana)
        qa_methods.perform(method=method, finding="Seen.", evidence_kinds=["scope-document"], by=cast.dana)
        values = walk.values_for(documents.kind_of(cast.project, "feasibility-report"))
        revision = documents.draft(project=cast.project, kind="feasibility-report", fields=values, by=cast.pipeline)
        documents.submit(revision=revision, by=cast.pipeline)
        task = tasks.start(task=Task.objects.get(key="define-scope"), by=cast.dana)
        tasks.check(task=task, done=[True] * len(task.checklist), by=cast.dana)
        tasks.hand_in(task=task, result="Done.", by=cast.dana)
        return cast

    def kinds(self, api: Callable[..., Any], name: str) -> list[str]:
        return [row["kind"] for row in api(name, "get", "/api/v1/approvals").json()]

    def test_each_sees_what_waits_for_his_or_her_word_alone(self, waiting: Cast, api: Callable[..., Any]) -> None:
        assert set(self.kinds(api, "sven")) == {"criterion", "waiver", "method", "task"}
        group = documents.kind_of(waiting.project, "feasibility-report").review_roles[0]
        assert "document" in self.kinds(api, walk.holder(waiting, group).user.username)
        assert "criterion" not in self.kinds(api, "mara")  # her own
        assert "waiver" not in self.kinds(api, "mara")
        assert not {"method", "task"} & set(self.kinds(api, "dana"))  # her own
        assert self.kinds(api, "ursel") == self.kinds(api, "ada") == self.kinds(api, "otto") == []

    def test_the_page_tells_the_age_and_lets_one_act_in_place(self, waiting: Cast) -> None:
        client = signed_in(waiting, "sven")
        page = client.get("/approvals").content.decode()
        assert page.count(">Today<") == 4
        url = re.search(r"/projects/churn/do/finish-task/[0-9a-f-]+", page)[0]
        answer = client.post(url, {"next": "/approvals"})
        assert (answer.status_code, answer["Location"]) == (302, "/approvals")
        assert Task.objects.get(key="define-scope").state == "done"
        assert "finish-task" not in client.get("/approvals").content.decode()

    def test_it_is_filtered_by_kind_and_taken_away(self, waiting: Cast) -> None:
        client = signed_in(waiting, "sven")
        assert "grant-waiver" not in client.get("/approvals", {"kind": "task"}).content.decode()
        rows = list(csv.DictReader(io.StringIO(client.get("/approvals", {"format": "csv"}).content.decode())))
        assert len(rows) == 4

    @pytest.mark.slow
    def test_a_submitted_gate_is_signed_in_place(self, cast: Cast) -> None:
        walk.prepare(cast, 1)
        evaluation = walk.submit(cast, 1)
        client = signed_in(cast, "sven")
        url = re.search(r"/projects/churn/do/sign-gate/[0-9a-f-]+", client.get("/approvals").content.decode())[0]
        client.post(url, {"role": "sponsor", "approves": "yes", "next": "/approvals"})
        assert evaluation.signatures.get().role == "sponsor"
        assert "sign-gate" not in client.get("/approvals").content.decode()


class TestActivity:
    def test_it_tells_of_all_ones_projects_with_the_way_to_each_row(
        self, cast: Cast, api: Callable[..., Any], assigned: list[Task]
    ) -> None:
        projects.create(slug="other", name="Other", purpose="More.", by=cast.dana)
        rows = api("dana", "get", "/api/v1/activity").json()
        assert [(row["project"], row["event"]["act"]) for row in rows[:2]] == [
            ("other", "project.created"), ("churn", "task.assigned"),
        ]  # fmt: skip
        client = signed_in(cast, "dana")
        answer = client.get(rows[1]["url"])
        assert (answer.status_code, answer["Location"]) == (302, f"/projects/churn/phases/1#{assigned[2].key}")
        assert rows[1]["url"].replace("&", "&amp;") in client.get("/activity").content.decode()
        assert {row["project"] for row in api("milo", "get", "/api/v1/activity").json()} == {"churn"}
        assert api("otto", "get", "/api/v1/activity").json() == []
        assert client.get("/projects/other/go?type=projects.task&id=nothing").status_code == 404

    def test_of_that_what_concerns_ones_roles(self, cast: Cast, api: Callable[..., Any], assigned: list[Task]) -> None:
        holds.hold(project=cast.project, reason="No data.", condition="Data is there.", by=cast.mara)
        mine = [row["event"]["act"] for row in api("dana", "get", "/api/v1/activity", {"mine": "true"}).json()]
        assert mine == ["project.held", *["task.assigned"] * 3]
        others = [row["event"]["act"] for row in api("milo", "get", "/api/v1/activity", {"mine": "true"}).json()]
        assert others == ["project.held"]

    def test_it_goes_on_from_an_event(self, cast: Cast, api: Callable[..., Any]) -> None:
        first = api("mara", "get", "/api/v1/activity").json()
        before = first[2]["event"]["id"]
        assert api("mara", "get", "/api/v1/activity", {"before": before}).json()[0] == first[3]
        assert api("mara", "get", "/api/v1/activity", {"before": "x"}).status_code == 422
        assert signed_in(cast, "mara").get("/activity", {"before": "x"}).status_code == 200

    def test_the_history_of_a_project_leads_to_its_rows_too(self, cast: Cast, assigned: list[Task]) -> None:
        page = signed_in(cast, "dana").get("/projects/churn/history").content.decode()
        assert f"/projects/churn/go?type=projects.task&amp;id={assigned[0].pk}" in page


class TestProjects:
    def test_each_project_tells_what_is_overdue_and_what_is_mine(self, cast: Cast, assigned: list[Task]) -> None:
        page = signed_in(cast, "dana").get("/").content.decode()
        assert "1 overdue" in page
        assert "3 tasks of yours" in page
        assert "Feasibility gate" in page

    def test_they_are_searched_filtered_and_sorted(self, cast: Cast, assigned: list[Task]) -> None:
        projects.create(slug="abc", name="Abc", purpose="More.", by=cast.mara)
        client = signed_in(cast, "mara")

        def shown(**asked: str) -> list[str]:
            return re.findall(r'<h2><a href="/projects/([a-z]+)/">', client.get("/", asked).content.decode())

        assert shown() == ["abc", "churn"]
        assert shown(sort="overdue") == ["churn", "abc"]
        assert shown(sort="newest") == ["abc", "churn"]
        assert shown(state="draft") == ["abc"]
        assert shown(q="KEEP") == ["churn"]
        assert shown(q="nothing", sort="x", state="y") == []
        rows = list(csv.DictReader(io.StringIO(client.get("/", {"format": "csv"}).content.decode())))
        assert [(row["slug"], row["phase"], row["overdue"]) for row in rows] == [("abc", "", "0"), ("churn", "1", "1")]
