"""Notices by mail: at once, once a day or not at all; each once, tried again when the server fails."""

from __future__ import annotations

import smtplib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail as outbox

from accounts.models import User
from accounts.services import users
from audit import SYSTEM
from notices import delivery, services
from notices.models import Mail, Notice
from tests.cast import Cast

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def nina(cast: Cast) -> User:
    return made()


def made() -> User:
    return users.create(
        username="nina", display_name="Nina", email="nina@example.org", password="quite a long one", by=SYSTEM
    )


def tell(user: User, text: str = "Churn: “A” waits.", key: str = "1") -> None:
    services.tell([user.pk], key=key, text=text, url="/projects/churn/")


def test_a_notice_is_mailed_at_once_with_a_link_and_no_name(nina: User, settings: Any) -> None:
    settings.CRISPMLQ_URL = "https://ml.example.org"
    tell(nina)
    assert delivery.deliver(NOON) == 1
    (message,) = outbox.outbox
    assert (message.to, message.subject) == (["nina@example.org"], "Churn: “A” waits.")
    html = message.alternatives[0][0]
    for body in (message.body, html):
        assert "https://ml.example.org/projects/churn/" in body
        assert "https://ml.example.org/notices" in body
        assert "Nina" not in body
    sent = Mail.objects.get()
    assert (sent.state, sent.sent_at, sent.attempts) == ("sent", NOON, 1)
    assert message.extra_headers["Message-ID"] == f"<{sent.pk}@ml.example.org>"


def test_running_again_sends_nothing_twice(nina: User) -> None:
    tell(nina)
    tell(nina)
    assert [delivery.deliver(NOON + timedelta(minutes=n)) for n in range(3)] == [1, 0, 0]
    assert Notice.objects.count() == len(outbox.outbox) == 1


def test_a_digest_comes_once_a_day_in_one_mail(nina: User) -> None:
    services.prefer(user=nina, delivery="daily")
    tell(nina, key="1")
    assert delivery.deliver(NOON.replace(hour=5)) == 0
    tell(nina, key="2")
    assert delivery.deliver(NOON) == 1
    assert outbox.outbox[0].subject == "crispmlq: 2 notices"
    tell(nina, key="3")
    assert delivery.deliver(NOON + timedelta(hours=2)) == 0
    assert delivery.deliver(NOON + timedelta(days=1)) == 1


@pytest.mark.parametrize("chosen", ["none", "immediately"])
def test_who_wants_none_or_has_seen_it_gets_no_mail(nina: User, chosen: str) -> None:
    services.prefer(user=nina, delivery=chosen)
    tell(nina)
    if chosen == "immediately":
        services.see(user=nina)
    assert delivery.deliver(NOON) == 0
    services.prefer(user=nina, delivery="immediately")
    assert delivery.deliver(NOON) == 0


def test_without_an_address_there_is_a_notice_and_no_mail(cast: Cast) -> None:
    tell(cast.milo.user)
    assert Notice.objects.get().delivery == "none"


def test_a_failure_is_recorded_without_the_address_and_tried_again(nina: User, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(nina)
    with monkeypatch.context() as patch:
        refuse = smtplib.SMTPRecipientsRefused({"nina@example.org": (550, b"no")})
        patch.setattr("django.core.mail.EmailMultiAlternatives.send", lambda _: (_ for _ in ()).throw(refuse))
        assert delivery.deliver(NOON) == 0
    waiting = Mail.objects.get()
    assert (waiting.state, waiting.attempts, waiting.error) == ("waiting", 1, "SMTPRecipientsRefused")
    assert delivery.deliver(NOON + timedelta(seconds=59)) == 0
    assert delivery.deliver(NOON + timedelta(minutes=1)) == 1
    assert (Mail.objects.get().state, Mail.objects.get().attempts) == ("sent", 2)


def test_after_the_last_try_it_is_given_up(nina: User, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(nina)
    monkeypatch.setattr(
        "django.core.mail.EmailMultiAlternatives.send", lambda _: (_ for _ in ()).throw(ConnectionRefusedError())
    )
    at = NOON
    for wait in [timedelta(0), *delivery.WAITS]:
        at += wait
        delivery.deliver(at)
    assert (Mail.objects.get().state, Mail.objects.get().attempts) == ("failed", len(delivery.WAITS) + 1)
    assert delivery.deliver(at + timedelta(days=9)) == 0


def test_what_a_dead_worker_left_is_sent_again(nina: User) -> None:
    tell(nina)
    delivery._gather("immediately", NOON)
    Mail.objects.update(state="sending", next_at=NOON + delivery.DEAD_AFTER)
    assert delivery.deliver(NOON + timedelta(minutes=9)) == 0
    assert delivery.deliver(NOON + timedelta(minutes=10)) == 1


def test_who_has_left_gets_none(nina: User) -> None:
    tell(nina)
    users.deactivate(user=nina, by=SYSTEM)
    assert delivery.deliver(NOON) == 0
    assert Mail.objects.get().error == "no address"


@pytest.mark.django_db(transaction=True)
def test_the_commit_of_an_act_sends_it(committed_cast: Cast) -> None:
    tell(made())
    if not outbox.outbox:  # with a broker, a worker would
        pytest.skip("Sent by a worker.")
    assert len(outbox.outbox) == 1
