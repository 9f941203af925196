"""Signed heads of logs: what reports print, and what an auditor keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from audit import keys, notes
from audit.actors import ROOT_LOG
from audit.trail import Checkpoint, Entry, Event, SigningKey
from crispmlq.errors import Conflict


class NotSealed(Conflict):
    code, title = "not_sealed", "Not sealed yet"


@dataclass(frozen=True)
class SignedHead:
    """The head of a log with its signed note, the note of the root log that commits to it, and the key to both."""

    log_id: UUID
    size: int
    root: str  # hex
    sealed_at: datetime
    note: str
    root_note: str
    vkey: str


def newest(log_id: UUID) -> SignedHead | None:
    """The newest signed head of a log; four queries."""
    return _head(Checkpoint.objects.filter(log_id=log_id).order_by("-size"))


def covering(event: Event) -> SignedHead:
    """The first signed head that holds the event; five queries.

    Raises: NotSealed: there is none yet.
    """
    place = Entry.objects.filter(event_id=event.pk).values_list("seq", flat=True).first()
    head = None
    if place is not None:
        head = _head(Checkpoint.objects.filter(log_id=event.log_id, size__gt=place).order_by("size"))
    if head is None:
        raise NotSealed("The newest entries of the trail are not sealed yet. Try again in a few seconds.")
    return head


def _head(found: QuerySet[Checkpoint]) -> SignedHead | None:
    checkpoint = found.first()
    if checkpoint is None:
        return None
    told = notes.head_of(checkpoint.note)
    key = SigningKey.objects.filter(after_size__lte=checkpoint.seal).order_by("-after_size", "-id").first()
    return SignedHead(
        log_id=checkpoint.log_id, size=told.size, root=told.root.hex(), sealed_at=checkpoint.at, note=checkpoint.note,
        root_note=Checkpoint.objects.get(log_id=ROOT_LOG, size=checkpoint.seal + 1).note,
        vkey=notes.vkey(keys.root_origin(), bytes.fromhex(key.public)),
    )  # fmt: skip
