"""Acts tell whom they concern, once each, and nobody else; one sees only one's own notices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audit import acts
from notices.models import Notice
from projects.models import Task
from projects.occasions import OCCASIONS
from projects.services import documents, holds, iterations, memberships, projects, tasks, waivers
from tests import walk
from tests.cast import Cast


def told(act: str) -> dict[str, str]:
    """User name -> text, of one kind of act."""
    found = Notice.objects.filter(key__contains=f" {act} ").select_related("to")
    return {notice.to.username: notice.text for notice in found}


def test_the_table_knows_only_acts_that_exist() -> None:
    assert set(OCCASIONS) <= set(acts.registered())


@pytest.mark.slow
def test_a_decided_gate_is_told_once_to_everybody_it_concerns(cast: Cast) -> None:
    walk.pass_gate(cast, 1)
    submitted, decided = told("gate.submitted"), told("gate.decided")
    assert submitted == dict.fromkeys(submitted, "Churn: “Feasibility gate” is submitted and waits for your signature.")
    assert {"sven", "dora"} <= set(submitted)
    assert not set(submitted) & {"mara", "ursel", "pipeline", "otto"}
    assert {"sven", "dora"} <= set(decided)
    assert not set(decided) & {"mara", "ursel", "pipeline", "otto"}  # Mara decided it herself
    assert set(decided.values()) == {"Churn: “Feasibility gate” is decided: pass."}
    assert Notice.objects.filter(key__contains=" gate.decided ", to=cast.sven.user).count() == 1


def test_a_document_is_told_to_who_reviews_it_and_its_end_to_who_wrote_it(cast: Cast) -> None:
    values = walk.values_for(documents.kind_of(cast.project, "scope-document"))
    revision = documents.draft(project=cast.project, kind="scope-document", fields=values, by=cast.dana)
    documents.submit(revision=revision, by=cast.dana)
    reviewers = {role for group in documents.kind_of(cast.project, "scope-document").review_roles for role in group}
    assert told("document.submitted")
    for name in told("document.submitted"):
        assert set(cast.project.membership_set.get(user__username=name).roles) & reviewers
    documents.reject(revision=revision, reason="Too thin.", by=cast.dora)
    assert set(told("document.rejected")) == {"dana"}


def test_a_task_is_told_to_who_gets_it_and_who_has_to_agree(cast: Cast) -> None:
    task = Task.objects.get(key="define-scope")
    tasks.assign(task=task, user_id=cast.dana.user.pk, due_on=None, by=cast.mara)
    assert told("task.assigned") == {
        "dana": "Churn: You were given the task “Define the scope of the project”."
    } or set(told("task.assigned")) == {"dana"}
    tasks.start(task=task, by=cast.dana)
    tasks.check(task=task, done=[True] * len(task.checklist), by=cast.dana)
    tasks.hand_in(task=task, result="Done.", by=cast.dana)
    assert set(told("task.handed_in")) == {"mara"}
    tasks.give_back(task=task, reason="A word only Dana may read.", by=cast.mara)
    assert set(told("task.returned")) == {"dana"}
    assert not Notice.objects.filter(text__contains="only Dana").exists()


def test_who_gives_a_task_to_herself_is_not_told(cast: Cast) -> None:
    task = Task.objects.get(key="define-scope")
    tasks.assign(task=task, user_id=cast.mara.user.pk, due_on=None, by=cast.mara)
    assert told("task.assigned") == {}


def test_a_waiver_a_hold_a_way_back_and_a_new_role_are_told(cast: Cast) -> None:
    gate = cast.project.gate_set.get(phase__number=1)
    waiver = waivers.request(gate=gate, check_key="g1-aligned", reason="So.", expires_on=walk.days(5), by=cast.mara)
    assert set(told("waiver.requested")) == {"sven"}
    waivers.grant(waiver=waiver, by=cast.sven)
    assert set(told("waiver.granted")) == {"mara"}
    iterations.go_back(
        project=cast.project, to_phase=1, task_keys=["define-scope"], origin="evaluation", reason="So.", by=cast.mara
    )
    everybody = {"sven", "dora", "milo", "dana", "enzo", "olga"}
    assert set(told("iteration.opened")) == everybody
    memberships.set_roles(project=cast.project, user=cast.otto.user, roles=["data-scientist"], by=cast.mara)
    assert set(told("member.roles_changed")) == {"otto"}
    project = holds.hold(project=cast.project, reason="No data.", condition="Data is there.", by=cast.mara)
    assert set(told("project.held")) == everybody | {"otto"}
    holds.resume(project=project, reason="Data came.", by=cast.sven)
    assert set(told("project.resumed")) == everybody - {"sven"} | {"mara", "otto"}
    projects.stop(project=project, reason="No budget.", by=cast.sven)
    assert set(told("project.stopped")) == everybody - {"sven"} | {"mara", "otto"}


def test_an_act_that_fails_tells_nobody(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts.Act, "store", lambda self: (_ for _ in ()).throw(OSError()))
    with pytest.raises(OSError):
        holds.hold(project=cast.project, reason="No data.", condition="Data is there.", by=cast.mara)
    assert not Notice.objects.exists()


@pytest.fixture
def held(cast: Cast) -> Cast:
    holds.hold(project=cast.project, reason="No data.", condition="Data is there.", by=cast.mara)
    return cast


def test_the_inbox_counts_opens_and_marks_ones_own_alone(held: Cast) -> None:
    client, notice = Client(), Notice.objects.get(to=held.dana.user)
    client.force_login(held.dana.user)
    assert "The project is on hold." in client.get("/notices").content.decode()
    assert '<span class="count">1<' in client.get("/notices/count").content.decode()
    others = Notice.objects.get(to=held.milo.user)
    assert client.post(f"/notices/{others.pk}/open").status_code == 404
    answer = client.post(f"/notices/{notice.pk}/open")
    assert (answer.status_code, answer["Location"]) == (302, "/projects/churn/")
    notice.refresh_from_db()
    assert notice.seen_at is not None
    assert client.get("/notices/count").content.strip() == b""
    client.force_login(held.milo.user)
    client.post("/notices/seen")
    assert set(Notice.objects.exclude(seen_at=None).values_list("to__username", flat=True)) == {"dana", "milo"}


def test_the_api_lists_marks_and_prefers(held: Cast, api: Callable[..., Any]) -> None:
    (notice,) = api("dana", "get", "/api/v1/notices").json()["results"]
    assert (notice["text"], notice["url"]) == ("Churn: The project is on hold.", "/projects/churn/")
    others = Notice.objects.get(to=held.milo.user)
    assert api("dana", "post", f"/api/v1/notices/{others.pk}/seen").status_code == 404
    assert api("dana", "post", f"/api/v1/notices/{notice['id']}/seen").json() == {"seen": 1}
    assert api("dana", "get", "/api/v1/notices", {"new": "true"}).json()["count"] == 0
    assert api("milo", "post", "/api/v1/notices/seen").json() == {"seen": 1}
    assert api("dana", "get", "/api/v1/notices/preference").json() == {"delivery": "immediately"}
    assert api("dana", "put", "/api/v1/notices/preference", {"delivery": "daily"}).json() == {"delivery": "daily"}
    refused = api("dana", "put", "/api/v1/notices/preference", {"delivery": "by owl"})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert api("dana", "get", "/api/v1/notices/preference").json() == {"delivery": "daily"}
