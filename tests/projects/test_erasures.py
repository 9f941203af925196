"""Erasing at every door: an administrator finds personal data and erases it; its act names who it was."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
from django.test import Client

import audit
from accounts.models import User
from audit import SYSTEM_LOG, selectors, verifying
from audit.erasing import NotErasable, Target
from audit.models import Erasure, Event, Private
from crispmlq.errors import Conflict, Invalid, NotFound
from projects.access import NoRight
from projects.services import erasures, holds, projects
from tests.cast import Cast, token_for

pytestmark = pytest.mark.django_db
BASIS, WHY = "Article 17 GDPR, request 12", "Dora is in hospital"


@pytest.fixture
def held(cast: Cast) -> Target:
    holds.hold(project=cast.project, reason=WHY, condition="She is back", by=cast.mara)
    return Target(Event.objects.filter(log_id=cast.project.pk).latest("id").uid, "/reason")


def client_of(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.actors[name].user)
    return client


def value_at(target: Target) -> str | None:
    return Private.objects.get(event_uid=target.event, path=target.path).value


class TestFinding:
    def test_every_place_is_found_with_the_name_of_its_project(self, cast: Cast, held: Target) -> None:
        found = erasures.find(text="hospital", by=cast.root)
        assert [mention.target.path for mention in found.mentions] == ["/0/hold_reason", "/1/reason", "/reason"]
        assert set(found.places.values()) == {"Churn"}
        assert (found.accounts, found.lines) == ([], [])

    def test_an_account_is_found_by_name_and_its_own_history_is_not_listed(self, cast: Cast) -> None:
        found = erasures.find(text="dora", by=cast.root)
        assert found.accounts == [cast.dora.user]
        assert all(mention.act != "user.created" for mention in found.mentions)

    def test_lines_out_of_reach_are_named(self, cast: Cast) -> None:
        projects.change(project=cast.project, purpose="As Dora wants.", by=cast.mara)
        found = erasures.find(text="Dora", by=cast.root)
        assert [(line.obj_type, line.obj_ver) for line in found.lines] == [("projects.project", 3)]

    def test_it_is_told_that_somebody_looked_and_not_for_what(self, cast: Cast, held: Target) -> None:
        erasures.find(text="hospital", by=cast.root)
        told = selectors.events(SYSTEM_LOG, limit=1)[0]
        assert (told.sentence, told.actor_display) == (
            "looked for personal data in all trails: 3 values found", cast.root.user.display_name,
        )  # fmt: skip

    @pytest.mark.parametrize("text", ["", "  ", "ab", "x" * 201])
    def test_too_little_or_too_much_is_not_looked_for(self, cast: Cast, text: str) -> None:
        with pytest.raises(Invalid):
            erasures.find(text=text, by=cast.root)


class TestErasing:
    def test_values_of_several_logs_go_and_each_log_names_who_did_it(self, cast: Cast, held: Target) -> None:
        with audit.act("trail.searched", by=cast.ada.audit_by, subject=("audit.log", SYSTEM_LOG), reason=WHY):
            pass
        other = Target(Event.objects.latest("id").uid, "/reason")
        made = erasures.erase(targets=[held, other], basis=BASIS, by=cast.root)
        assert (made.values, value_at(held), value_at(other)) == (2, None, None)
        for log_id in (cast.project.pk, SYSTEM_LOG):
            told = selectors.events(log_id, limit=1)[0]
            assert (told.act, told.actor_display, told.reason) == ("audit.erased", "Root", BASIS)
            assert verifying.verify(log_id).findings == []

    def test_an_account_goes_too(self, cast: Cast) -> None:
        erasures.erase(usernames=["dora"], basis=BASIS, by=cast.root)
        assert User.objects.get(pk=cast.dora.user.pk).is_erased

    def test_a_trial_changes_nothing_and_refuses_the_same(self, cast: Cast, held: Target) -> None:
        events = Event.objects.count()
        made = erasures.erase(targets=[held], usernames=["dora"], basis=BASIS, by=cast.root, dry_run=True)
        assert (made.values, made.accounts) == (1, 1)
        assert (Event.objects.count(), value_at(held)) == (events, f'"{WHY}"')
        assert User.objects.filter(username="dora", is_active=True).exists()
        with pytest.raises(NotFound):
            erasures.erase(usernames=["nobody"], basis=BASIS, by=cast.root, dry_run=True)

    @pytest.mark.parametrize(
        ("given", "refusal"),
        [
            ({}, NotErasable),
            ({"usernames": ["nobody"]}, NotFound),
            ({"usernames": ["root"]}, Conflict),
            ({"targets": [Target(SYSTEM_LOG, "/reason")]}, NotFound),
            ({"usernames": ["dora"], "basis": " "}, Invalid),
        ],
    )
    def test_what_can_not_be_done_is_refused(self, cast: Cast, given: Any, refusal: type[Exception]) -> None:
        with pytest.raises(refusal):
            erasures.erase(**{"basis": BASIS, "by": cast.root} | given)
        assert not Erasure.objects.exists()

    def test_nothing_is_left_when_the_last_of_it_fails(self, cast: Cast, held: Target, monkeypatch: Any) -> None:
        monkeypatch.setattr("accounts.services.users.erase", Mock(side_effect=OSError))
        with pytest.raises(OSError):
            erasures.erase(targets=[held], usernames=["dora"], basis=BASIS, by=cast.root)
        assert value_at(held) == f'"{WHY}"'
        assert not Erasure.objects.exists()


class TestWhoMay:
    @pytest.mark.parametrize(
        ("who", "refusal"),
        [("mara", NotFound), ("sven", NotFound), ("otto", NotFound), ("pipeline", NotFound), ("ada", NoRight)],
    )
    def test_nobody_but_an_administrator(self, cast: Cast, held: Target, who: str, refusal: type[Exception]) -> None:
        by = cast.actors[who]
        with pytest.raises(refusal):
            erasures.find(text="hospital", by=by)
        with pytest.raises(refusal):
            erasures.erase(targets=[held], basis=BASIS, by=by)
        assert value_at(held) is not None

    @pytest.mark.parametrize(
        ("who", "status"), [("mara", 404), ("otto", 404), ("pipeline", 404), ("ada", 403), ("root", 200)]
    )
    def test_the_doors_answer_alike(self, cast: Cast, held: Target, api: Any, who: str, status: int) -> None:
        body = {"text": "hospital"}
        assert api(who, "post", "/api/v1/erasures/search", body).status_code == status
        wanted = {"targets": [{"event": str(held.event), "path": held.path}], "basis": BASIS, "dry_run": True}
        assert api(who, "post", "/api/v1/erasures", wanted).status_code == status
        if who != "pipeline":
            client = client_of(cast, who)
            assert client.get("/trail/erase").status_code == status
            assert client.post("/trail/erase", body).status_code == status

    def test_an_administrators_token_may_not(self, cast: Cast) -> None:
        client = Client(HTTP_AUTHORIZATION=f"Bearer {token_for('root', cast.project)}")
        answer = client.post("/api/v1/erasures/search", {"text": "hospital"}, content_type="application/json")
        assert answer.status_code == 404

    def test_a_refusal_to_an_auditor_is_told(self, cast: Cast) -> None:
        client_of(cast, "ada").get("/trail/erase")
        assert selectors.events(SYSTEM_LOG, limit=1)[0].act == "act.refused"

    def test_the_way_to_it_is_shown_to_administrators_alone(self, cast: Cast) -> None:
        assert "Erase personal data" in client_of(cast, "root").get("/trail").content.decode()
        assert "Erase personal data" not in client_of(cast, "ada").get("/trail").content.decode()


class TestPage:
    def chosen(self, target: Target, **more: str) -> dict[str, Any]:
        return {"text": "hospital", "value": [f"{target.event} {target.path}"], "basis": BASIS, "erase": "yes", **more}

    def test_it_lists_what_was_found(self, cast: Cast, held: Target) -> None:
        said = client_of(cast, "root").post("/trail/erase", {"text": "hospital"}).content.decode()
        assert f'value="{held.event} /reason"' in said
        assert WHY in said
        assert "Churn" in said

    def test_it_erases_what_was_chosen_and_says_so(self, cast: Cast, held: Target) -> None:
        answer = client_of(cast, "root").post("/trail/erase", self.chosen(held, sure="yes"), follow=True)
        assert "Erased: 1 values and 0 accounts." in answer.content.decode()
        assert value_at(held) is None

    @pytest.mark.parametrize(
        ("more", "status", "said"),
        [
            ({}, 422, "Confirm that you have looked"),
            ({"sure": "yes", "basis": ""}, 422, "legal basis"),
            ({"sure": "yes", "value": "x /reason"}, 422, "from the list"),
            ({"sure": "yes", "value": ""}, 422, "from the list"),
            ({"sure": "yes", "value": f"{SYSTEM_LOG} /reason"}, 404, "no event"),
        ],
    )
    def test_what_can_not_be_done_is_refused_beside_what_was_found(
        self, cast: Cast, held: Target, more: dict[str, str], status: int, said: str
    ) -> None:
        answer = client_of(cast, "root").post("/trail/erase", self.chosen(held) | more)
        assert answer.status_code == status
        assert said in answer.content.decode()
        assert f'value="{held.event} /reason"' in answer.content.decode()
        assert value_at(held) is not None

    def test_strange_input_is_refused(self, cast: Cast) -> None:
        client = client_of(cast, "root")
        assert [client.post("/trail/erase", {"text": text}).status_code for text in ("a\0bc", "", "ab")] == [422] * 3


class TestApi:
    def test_it_finds_and_erases(self, cast: Cast, held: Target, api: Any) -> None:
        found = api("root", "post", "/api/v1/erasures/search", {"text": "hospital"}).json()
        assert [value["path"] for value in found["values"]] == ["/0/hold_reason", "/1/reason", "/reason"]
        targets = [{"event": value["event"], "path": value["path"]} for value in found["values"]]
        wanted = {"targets": targets, "accounts": ["dora"], "basis": BASIS}
        answer = api("root", "post", "/api/v1/erasures", wanted | {"dry_run": True})
        assert answer.json() == {"values": 3, "accounts": 1, "dry_run": True}
        assert value_at(held) is not None
        assert api("root", "post", "/api/v1/erasures", wanted).json() == {"values": 3, "accounts": 1, "dry_run": False}
        assert value_at(held) is None
        assert verifying.verify(cast.project.pk).findings == []

    def test_what_is_not_there_is_a_problem(self, cast: Cast, api: Any) -> None:
        answer = api("root", "post", "/api/v1/erasures", {"accounts": ["nobody"], "basis": BASIS})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
