"""Accounts: made by commands alone, refused with the field that is wrong, and never by a visitor."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.hashers import is_password_usable
from django.test import Client

import audit
from accounts.adapter import AccountAdapter
from accounts.models import User
from accounts.services import users
from audit import SYSTEM
from audit.models import Change, Event, Private
from crispmlq.errors import Invalid
from tests.cast import PASSWORD, Cast
from tests.doors import routes

NEW = {"username": "nina", "display_name": "Nina", "password": PASSWORD, "by": SYSTEM}


def test_a_person_signs_in_with_the_password_and_not_with_another(cast: Cast) -> None:
    users.create(**NEW)
    assert Client().login(username="nina", password=PASSWORD)
    assert not Client().login(username="nina", password=PASSWORD + "!")


def test_no_password_stands_in_the_trail(cast: Cast) -> None:
    user = users.create(**NEW)
    told = [bytes(body).decode() for body in Change.objects.filter(obj_id=user.pk).values_list("body", flat=True)]
    told += [text or "" for text in Private.objects.values_list("value", flat=True)]
    assert not [text for text in told if PASSWORD in text or user.password in text]


def test_a_machine_has_no_password(cast: Cast) -> None:
    user = users.create(**{**NEW, "is_service": True})
    assert not is_password_usable(user.password)
    assert not Client().login(username="nina", password=PASSWORD)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "two words"}, "username"),
        ({"username": "nïna"}, "username"),
        ({"username": "nina\n"}, "username"),
        ({"username": "x" * 61}, "username"),
        ({"username": "mara"}, "username"),
        ({"username": "MARA"}, "username"),
        ({"display_name": "  "}, "display_name"),
        ({"display_name": "x" * 121}, "display_name"),
        ({"email": "nowhere"}, "email"),
        ({"site_role": "king"}, "site_role"),
        ({"password": ""}, "password"),
        ({"password": "short"}, "password"),
        ({"password": "1qaz2wsx3edc"}, "password"),
        ({"password": "nina-nina-nina", "username": "nina-nina-nina"}, "password"),
    ],
)
def test_an_unfit_account_is_not_made(cast: Cast, changes: dict[str, Any], field: str) -> None:
    accounts, events = User.objects.count(), Event.objects.count()
    with pytest.raises(Invalid) as refusal:
        users.create(**{**NEW, **changes})
    assert list(refusal.value.errors) == [field]
    assert (User.objects.count(), Event.objects.count()) == (accounts, events)


def test_a_weak_new_password_is_refused_and_the_old_one_stays(cast: Cast) -> None:
    with pytest.raises(Invalid):
        users.set_password(user=cast.otto.user, password="short", by=cast.otto.audit_by)
    assert Client().login(username="otto", password=PASSWORD)


def test_changing_the_password_is_told_without_it(cast: Cast) -> None:
    users.set_password(user=cast.otto.user, password="quite another horse", by=cast.otto.audit_by)
    assert Event.objects.latest("id").act == "user.password_changed"
    assert not Client().login(username="otto", password=PASSWORD)
    assert Client().login(username="otto", password="quite another horse")


def test_no_visitor_signs_up_not_even_the_first(cast: Cast, rf: Any) -> None:
    before = User.objects.count()
    form = {"username": "first", "login": "first", "password1": PASSWORD, "password2": PASSWORD}
    doors = {path for _, path in routes() if "signup" in path}
    assert "accounts/signup/" in doors
    for path in doors:
        Client().get(f"/{path}")
        Client().post(f"/{path}", form)
    assert User.objects.count() == before
    assert AccountAdapter().is_open_for_signup(rf.get("/")) is False


def test_the_sign_in_page_offers_no_sign_up(db: None) -> None:
    assert "signup" not in Client().get("/accounts/login/").content.decode()


def test_signing_in_works_through_the_form_and_stays_closed_for_a_wrong_password(cast: Cast) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": "otto", "password": "wrong"})
    assert client.get("/my-work").status_code == 302
    client.post("/accounts/login/", {"login": "otto", "password": PASSWORD})
    assert client.get("/my-work").status_code == 200


def test_who_is_not_active_any_more_is_signed_out(cast: Cast) -> None:
    client, user = Client(), cast.otto.user
    client.force_login(user)
    assert client.get("/my-work").status_code == 200
    with audit.act("user.created", by=SYSTEM, subject=user):
        user.is_active = False
        user.save(update_fields=["is_active"])
    assert client.get("/my-work").status_code == 302
    assert not Client().login(username="otto", password=PASSWORD)
