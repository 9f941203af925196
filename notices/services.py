"""Telling people. Nobody is told of the same occasion twice."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone

from notices.models import Notice


def tell(to: Iterable[UUID], *, key: str, text: str, url: str, project_id: UUID | None = None) -> None:
    """Leave a notice for each of these accounts, in the transaction that is open; who has one with this key gets none.

    `key` names the occasion ("gate.decided <decision id>"), `url` is the path of the page to look at.
    """
    at = timezone.now()
    Notice.objects.bulk_create(
        [Notice(to_id=pk, key=key, text=text[:300], url=url, project_id=project_id, made_at=at) for pk in set(to)],
        ignore_conflicts=True,
    )
