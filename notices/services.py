"""Telling people, and what they do with it. Nobody is told of the same occasion twice."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from crispmlq.errors import Invalid
from notices.models import Delivery, Notice, Preference


def tell(to: Iterable[UUID], *, key: str, text: str, url: str, project_id: UUID | None = None) -> None:
    """Leave a notice for each of these accounts, in the transaction that is open; who has one with this key gets none.

    `key` names the occasion ("gate.decided <decision id>"), `url` is the path of the page to look at. Machines and
    closed accounts are told nothing. Mail follows after the commit, for who wants it at once.
    """
    from notices.tasks import deliver

    people = User.objects.filter(pk__in=set(to), is_active=True, is_service=False)
    wanted = [
        (pk, (chosen or Delivery.IMMEDIATELY) if email else Delivery.NONE)
        for pk, email, chosen in people.values_list("pk", "email", "notice_preference__delivery")
    ]
    at = timezone.now()
    Notice.objects.bulk_create(
        [
            Notice(to_id=pk, key=key, text=text[:300], url=url, project_id=project_id, made_at=at, delivery=delivery)
            for pk, delivery in wanted
        ],
        ignore_conflicts=True,
    )
    if any(delivery == Delivery.IMMEDIATELY for _, delivery in wanted):
        transaction.on_commit(deliver.delay, robust=True)  # what fails, the next minute's run does


def withdraw(*, keys: Iterable[str], project_id: UUID, but: UUID | None = None) -> None:
    """Let unseen notices whose key begins like one of these count as seen, and go out by no mail, except for `but`."""
    begun = Q()
    for key in keys:
        begun |= Q(key__startswith=f"{project_id} {key}")
    unseen = Notice.objects.filter(begun, project_id=project_id, seen_at=None).exclude(to=but)
    unseen.update(seen_at=timezone.now())


def see(*, user: User, notices: Iterable[UUID] | None = None) -> int:
    """Mark the person's own notices as seen, all or these; how many were new. Of others' nothing happens."""
    unseen = Notice.objects.filter(to=user, seen_at=None)
    if notices is not None:
        unseen = unseen.filter(pk__in=list(notices))
    return unseen.update(seen_at=timezone.now())


def prefer(*, user: User, delivery: str) -> Preference:
    """Choose how notices from now on come by mail. Raises: Invalid: no such way."""
    if delivery not in Delivery.values:
        sentence = f"One of {', '.join(Delivery.values)}."
        raise Invalid(sentence, errors={"delivery": [sentence]})
    return Preference.objects.update_or_create(user=user, defaults={"delivery": delivery})[0]


def preferred(user: User) -> str:
    """How the person wants mail now."""
    return Preference.objects.filter(user=user).values_list("delivery", flat=True).first() or Delivery.IMMEDIATELY
