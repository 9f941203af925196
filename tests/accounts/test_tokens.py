"""Tokens: stored as a hash, shown once, bound to one project, one scope and a living account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

import audit
from accounts.models import ServiceToken, User
from accounts.services import tokens
from audit import SYSTEM, SYSTEM_LOG, selectors
from audit.models import Change, Event, Private
from crispmlq.errors import Conflict, Invalid
from projects.services import memberships
from tests.cast import Cast

LIST, PROJECT, START = "/api/v1/projects", "/api/v1/projects/churn", "/api/v1/projects/churn/tasks/define-scope/start"


def make(cast: Cast, name: str = "pipeline", **changes: Any) -> tuple[ServiceToken, str]:
    given = {"project_id": cast.project.pk, "scope": "write", "days": 1, "by": SYSTEM}
    return tokens.create(user=cast.actors[name].user, **{**given, **changes})


def ask(plain: str, url: str = LIST, method: str = "get") -> Any:
    kind = {"content_type": "application/json"} if method == "post" else {}
    return getattr(Client(), method)(url, **kind, headers={"authorization": f"Bearer {plain}"})


def deactivate(user: User) -> None:
    with audit.act("user.created", by=SYSTEM, subject=user):
        user.is_active = False
        user.save(update_fields=["is_active"])


def test_only_its_hash_is_stored(cast: Cast) -> None:
    token, plain = make(cast)
    secret = plain.rsplit("_", 1)[1]
    kept = [*ServiceToken.objects.values_list("digest", flat=True), *Private.objects.values_list("value", flat=True)]
    kept += [bytes(body).decode() for body in Change.objects.values_list("body", flat=True)]
    kept += [bytes(body).decode() for body in Event.objects.values_list("body", flat=True)]
    assert not [text for text in kept if secret in (text or "")]
    assert not [text for text in kept if token.digest in (text or "") and text != token.digest]


def test_its_text_is_shown_by_no_later_answer(cast: Cast) -> None:
    token, plain = make(cast)
    assert plain not in f"{token!s}{token!r}{vars(token)}"
    assert ask(plain).status_code == 200
    assert tokens.authenticate(plain) == token


def test_every_token_is_another(cast: Cast) -> None:
    made = [make(cast) for _ in range(3)]
    assert len({plain for _, plain in made}) == len({token.prefix for token, _ in made}) == 3


def test_making_one_is_told_in_the_trail(cast: Cast) -> None:
    token, _ = make(cast)
    event = selectors.events(SYSTEM_LOG, act="token.created", limit=1)[0]
    assert event.sentence == f"created the token {token.prefix}…"


@pytest.mark.parametrize(
    ("changes", "field"), [({"scope": "admin"}, "scope"), ({"days": 0}, "days"), ({"days": 367}, "days")]
)
def test_a_token_without_bounds_is_not_made(cast: Cast, changes: dict[str, Any], field: str) -> None:
    before = ServiceToken.objects.count()
    with pytest.raises(Invalid) as refusal:
        make(cast, **changes)
    assert list(refusal.value.errors) == [field]
    assert ServiceToken.objects.count() == before


def test_it_dies_at_its_end_and_not_before(cast: Cast) -> None:
    token, plain = make(cast, days=3)
    with time_machine.travel(token.expires_at - timedelta(seconds=1), tick=False):
        assert ask(plain).status_code == 200
    with time_machine.travel(token.expires_at, tick=False):
        assert ask(plain).status_code == 401


def test_a_revoked_one_is_refused_and_that_is_told(cast: Cast) -> None:
    token, plain = make(cast)
    tokens.revoke(token=token, by=cast.root.audit_by)
    assert ask(plain).status_code == 401
    assert Event.objects.latest("id").act == "token.revoked"


def test_revoking_twice_keeps_the_first_time(cast: Cast) -> None:
    token, _ = make(cast)
    first = tokens.revoke(token=token, by=SYSTEM).revoked_at
    with pytest.raises(Conflict):
        tokens.revoke(token=ServiceToken.objects.get(pk=token.pk), by=SYSTEM)
    assert ServiceToken.objects.get(pk=token.pk).revoked_at == first


def test_it_is_refused_once_its_account_is_not_active(cast: Cast) -> None:
    _, plain = make(cast)
    assert ask(plain).status_code == 200
    deactivate(cast.pipeline.user)
    assert ask(plain).status_code == 401


def test_it_is_refused_once_its_account_left_the_project(cast: Cast) -> None:
    _, plain = make(cast)
    memberships.set_roles(project=cast.project, user=cast.pipeline.user, roles=[], by=cast.mara)
    assert ask(plain, PROJECT).status_code == 404
    assert ask(plain).json()["results"] == []


def test_all_refusals_sound_the_same(cast: Cast) -> None:
    token, plain = make(cast)
    unknown, wrong = "cmq_" + "a" * 8 + "_" + "b" * 43, plain[:-1] + ("a" if plain[-1] != "a" else "b")
    tokens.revoke(token=token, by=SYSTEM)
    answers = [ask(each) for each in (unknown, wrong, plain)]
    assert [answer.status_code for answer in answers] == [401] * 3
    assert len({answer.content for answer in answers}) == 1
    assert answers[0]["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer  ",
        "bearer x",
        "Bearer a b",
        "Bearer {plain} {plain}",
        "Bearer {plain}x",
        "Bearer {plain},",
        "Bearer \x00",
        "Bearer é",
        "Bearer " + "x" * 10_000,
        "Basic {plain}",
        "{plain}",
    ],
)
def test_a_malformed_header_is_answered_like_no_token(cast: Cast, header: str) -> None:
    plain = make(cast)[1]
    answer = Client().get(LIST, headers={"authorization": header.format(plain=plain)})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_the_word_before_a_token_may_be_written_small(cast: Cast) -> None:
    answer = Client().get(LIST, headers={"authorization": f"bearer {make(cast)[1]}"})
    assert answer.status_code == 200


def test_a_reading_one_reads_and_does_not_write(cast: Cast) -> None:
    plain = make(cast, scope="read")[1]
    assert ask(plain, PROJECT).status_code == 200
    answer = ask(plain, START, "post")
    assert (answer.status_code, "may only read" in answer.json()["detail"]) == (403, True)
    assert ask(plain, f"{PROJECT}/reports", "post").status_code == 403


def test_a_writing_one_writes(cast: Cast) -> None:
    assert ask(make(cast)[1], START, "post").status_code == 200


def test_one_of_another_project_sees_nothing_of_this(cast: Cast) -> None:
    plain = make(cast, project_id=uuid4())[1]
    assert ask(plain, PROJECT).status_code == 404
    assert ask(plain, START, "post").status_code == 404
    assert ask(plain).json()["results"] == []


def test_a_person_s_token_has_not_the_person_s_site_role(cast: Cast) -> None:
    plain = make(cast, "ada")[1]
    assert ask(plain, PROJECT).status_code == 404


def test_it_opens_no_page(cast: Cast) -> None:
    answer = ask(make(cast)[1], "/projects/churn/")
    assert (answer.status_code, answer["Location"].startswith("/accounts/login/")) == (302, True)
