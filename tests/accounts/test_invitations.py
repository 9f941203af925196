"""Invitations: a link lets a person in once, for a few days, and only an administrator makes it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services import invitations, users
from audit import SYSTEM, SYSTEM_LOG, selectors
from crispmlq.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.cast import PASSWORD, Cast


def newcomer() -> User:
    return users.create(username="nina", display_name="Nina", by=SYSTEM)


def acts() -> list[str]:
    return [event.act for event in selectors.events(SYSTEM_LOG, limit=2)]


def client_of(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.actors[name].user)
    return client


def test_the_link_lets_a_person_choose_a_password_and_the_trail_tells_who_did_what(cast: Cast) -> None:
    key = invitations.invite(user=newcomer(), by=cast.root)
    assert invitations.accept(key=key, password=PASSWORD).username == "nina"
    assert Client().login(username="nina", password=PASSWORD)
    assert acts() == ["user.password_changed", "user.invited"]


def test_it_works_once(cast: Cast) -> None:
    key = invitations.invite(user=newcomer(), by=cast.root)
    invitations.accept(key=key, password=PASSWORD)
    with pytest.raises(NotFound):
        invitations.accept(key=key, password=PASSWORD + "2")


def test_a_new_link_ends_the_earlier_one(cast: Cast) -> None:
    user = newcomer()
    first, second = (invitations.invite(user=user, by=cast.root) for _ in range(2))
    with pytest.raises(NotFound):
        invitations.invited(first)
    assert invitations.invited(second) == user


def test_it_ends_by_itself(cast: Cast) -> None:
    key = invitations.invite(user=newcomer(), by=cast.root)
    with time_machine.travel(timezone.now() + timedelta(days=invitations.DAYS, minutes=1)), pytest.raises(NotFound):
        invitations.invited(key)


def test_a_closed_account_and_an_altered_link_open_nothing(cast: Cast) -> None:
    user = newcomer()
    key = invitations.invite(user=user, by=cast.root)
    with pytest.raises(NotFound):
        invitations.invited(key[:-2])
    user.refresh_from_db()
    users.deactivate(user=user, by=SYSTEM)
    with pytest.raises(NotFound):
        invitations.invited(key)
    with pytest.raises(Conflict):
        invitations.invite(user=user, by=cast.root)


def test_a_weak_password_leaves_the_link_as_it_is(cast: Cast) -> None:
    key = invitations.invite(user=newcomer(), by=cast.root)
    with pytest.raises(Invalid):
        invitations.accept(key=key, password="short")
    assert invitations.invited(key).username == "nina"


@pytest.mark.parametrize("who", ["mara", "ada", "otto"])
def test_nobody_but_an_administrator_invites(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        invitations.invite(user=newcomer(), by=cast.actors[who])
    with pytest.raises(NotAllowed):
        invitations.add(username="nils", display_name="Nils", email="", by=cast.actors[who])
    assert client_of(cast, who).get("/accounts/people").status_code == 404


@pytest.mark.parametrize(("who", "refusal"), [("mara", Conflict), ("pipeline", NotAllowed)])
def test_an_account_in_use_and_a_machine_are_not_invited(cast: Cast, who: str, refusal: type[Exception]) -> None:
    before = cast.actors[who].user.password
    with pytest.raises(refusal):
        invitations.invite(user=cast.actors[who].user, by=cast.root)
    assert User.objects.get(username=who).password == before


def test_the_page_adds_somebody_and_shows_a_link_that_works(cast: Cast) -> None:
    form = {"display_name": "Nina", "username": "nina", "email": ""}
    page = client_of(cast, "root").post("/accounts/people", form)
    link = page.context["link"]
    assert link in page.content.decode()
    visitor = Client()
    assert "Welcome, Nina" in visitor.get(link).content.decode()
    refused = visitor.post("/accounts/join", {"key": page.context["link"].split("key=")[1], "password": "short"})
    assert refused.status_code == 422
    done = visitor.post("/accounts/join", {"key": link.split("key=")[1], "password": PASSWORD})
    assert "Your password is set" in done.content.decode()
    assert visitor.login(username="nina", password=PASSWORD)
    assert visitor.get(link).status_code == 404


def test_the_page_says_what_is_wrong_with_a_new_account_and_keeps_what_was_typed(cast: Cast) -> None:
    page = client_of(cast, "root").post("/accounts/people", {"display_name": "Nina R", "username": "mara"})
    assert page.status_code == 422
    assert "This user name is taken." in page.content.decode()
    assert 'value="Nina R"' in page.content.decode()


def test_somebody_who_is_here_already_gets_a_link_from_the_list(cast: Cast) -> None:
    newcomer()
    root = client_of(cast, "root")
    assert "Make a link" in root.get("/accounts/people").content.decode()
    assert invitations.invited(root.post("/accounts/people", {"account": "nina"}).context["link"].split("key=")[1])
    assert root.post("/accounts/people", {"account": "mara"}).status_code == 409
