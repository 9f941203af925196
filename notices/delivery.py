"""Notices by mail: put into mails, sent, tried again. Any number of workers may do it at once.

A mail is claimed by one conditional update. A worker that dies between sending and telling so leaves it to be sent
again after ten minutes, under the same Message-ID.
"""

from __future__ import annotations

import smtplib
from collections import defaultdict
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from notices.models import Delivery, Mail, Notice

DIGEST_HOUR = 6  # UTC
WAITS = [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=4), timedelta(hours=12)]
DEAD_AFTER = timedelta(minutes=10)
AT_ONCE = 200  # mails of one run
log = structlog.get_logger(__name__)


def deliver(now: datetime | None = None) -> int:
    """Make the mails that are due and send them; how many were sent."""
    now = now or timezone.now()
    _gather(Delivery.IMMEDIATELY, now)
    if now.hour >= DIGEST_HOUR:
        _gather(Delivery.DAILY, now)
    open_ones = Q(state__in=[Mail.State.WAITING, Mail.State.SENDING], next_at__lte=now)
    due = Mail.objects.filter(open_ones).order_by("made_at", "id").values_list("pk", flat=True)
    return sum(_send(Mail.objects.filter(open_ones, pk=pk), now) for pk in list(due[:AT_ONCE]))


@transaction.atomic
def _gather(delivery: str, now: datetime) -> None:
    """One mail for each person with unseen notices that wait; of a digest, one a day."""
    waiting = Notice.objects.filter(delivery=delivery, mail=None, seen_at=None)
    if delivery == Delivery.DAILY:
        morning = now.replace(hour=0, minute=0, second=0, microsecond=0)
        had_one = Mail.objects.filter(delivery=delivery, made_at__gte=morning)
        waiting = waiting.exclude(to__in=had_one.values("to"))
    by_person: dict[object, list[object]] = defaultdict(list)
    for notice in waiting.select_for_update().order_by("id"):
        by_person[notice.to_id].append(notice.pk)
    for person, notices in by_person.items():
        mail = Mail.objects.create(to_id=person, delivery=delivery, made_at=now, next_at=now)
        Notice.objects.filter(pk__in=notices).update(mail=mail)


def _send(claimable: object, now: datetime) -> bool:
    """Send one mail, if nobody else does."""
    mail = claimable.select_related("to").first()
    if mail is None or not claimable.update(state=Mail.State.SENDING, next_at=now + DEAD_AFTER):
        return False
    ours = Mail.objects.filter(pk=mail.pk)
    if not mail.to.is_active or not mail.to.email:
        ours.update(state=Mail.State.FAILED, error="no address")
        return False
    try:
        message_of(mail).send()
    except (smtplib.SMTPException, OSError) as failure:
        _put_off(ours, mail.attempts + 1, failure, now)
        return False
    ours.update(state=Mail.State.SENT, sent_at=now, attempts=mail.attempts + 1, error="")
    return True


def _put_off(ours: object, attempts: int, failure: Exception, now: datetime) -> None:
    kind = type(failure).__name__
    log.warning("mail_not_sent", attempts=attempts, failure=kind)
    if attempts > len(WAITS):
        ours.update(state=Mail.State.FAILED, attempts=attempts, error=kind)
    else:
        ours.update(state=Mail.State.WAITING, attempts=attempts, error=kind, next_at=now + WAITS[attempts - 1])


def message_of(mail: Mail) -> EmailMultiAlternatives:
    """Plain text and HTML: what happened and where to look, no name of a person, no text anybody wrote of another."""
    site = settings.CRISPMLQ_URL
    notices = [(notice.text, site + notice.url) for notice in mail.notices.order_by("made_at", "id")]
    context = {"notices": notices, "inbox": site + reverse("notices:inbox")}
    subject = notices[0][0] if len(notices) == 1 else f"crispmlq: {len(notices)} notices"
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split())[:150], body=render_to_string("notices/mail.txt", context), to=[mail.to.email],
        headers={"Message-ID": f"<{mail.pk}@{urlsplit(site).hostname}>", "Auto-Submitted": "auto-generated"},
    )  # fmt: skip
    message.attach_alternative(render_to_string("notices/mail.html", context), "text/html")
    return message
