"""Giving the newest root note to others, so that whoever holds the key can not write the trail anew unseen.

Each kind of anchor is used if it is configured, at most once for each size of the root log. One that fails is logged
and does not keep the others back.
"""

from __future__ import annotations

import http.client
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import HTTPRedirectHandler, Request, build_opener

import structlog
from django.conf import settings
from django.core.cache import cache
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit import notes, timestamps
from audit.actors import ROOT_LOG
from audit.trail import Anchor, Checkpoint, Seal

TIMEOUT_SECONDS = 10
EVERY = timedelta(hours=23)  # asked hourly, so once a day
LATE = timedelta(hours=24)
FAILURE = "audit-anchor-failure-"
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Standing:
    """The last anchor of a kind. It is late if it is older than 24 hours although there were seals since.

    `failure`: what went wrong at the last try, for up to a day; empty if nothing did.
    """

    kind: str
    label: str
    is_configured: bool
    size: int | None
    at: datetime | None
    is_late: bool
    failure: str = ""


def anchor(*, now: bool = False) -> tuple[list[str], dict[str, str]]:
    """Give the newest root note to every configured place whose last anchor is a day old; with `now`, to all.

    Gives back the kinds that were anchored, and those that failed with what went wrong.
    """
    done: list[str] = []
    failed: dict[str, str] = {}
    newest = Checkpoint.objects.filter(log_id=ROOT_LOG).order_by("-size").first()
    for kind in configured() if newest else []:
        if not _is_due(kind, newest.size, now):
            continue
        try:
            payload = _KINDS[kind][1](newest.note, newest.size)
        except (OSError, ValueError, http.client.HTTPException) as error:
            log.error("anchor_failed", kind=kind, size=newest.size, error=str(error))
            failed[kind] = str(error) or type(error).__name__
            cache.set(FAILURE + kind, failed[kind], LATE.total_seconds())
            continue
        cache.delete(FAILURE + kind)
        with suppress(IntegrityError), transaction.atomic():  # another process may have been quicker
            Anchor.objects.create(root_size=newest.size, kind=kind, payload=payload, at=timezone.now())
        done.append(kind)
    return done, failed


def configured() -> list[str]:
    return [kind for kind in _KINDS if getattr(settings, f"AUDIT_ANCHOR_{kind.upper()}")]


def standings() -> list[Standing]:
    """Every kind that is configured or was used; a query for each, and one."""
    newest = Seal.objects.order_by("-n").values_list("n", flat=True).first()
    found = []
    for kind, (label, _) in _KINDS.items():
        last = Anchor.objects.filter(kind=kind).order_by("-root_size").values_list("root_size", "at").first()
        wanted = kind in configured()
        if not wanted and last is None:
            continue
        size, at = last or (None, None)
        late = wanted and newest is not None and newest >= (size or 0) and (at is None or timezone.now() - at > LATE)
        failure = cache.get(FAILURE + kind, "") if wanted else ""
        found.append(Standing(kind, label, wanted, size, at, late, failure))
    return found


def _is_due(kind: str, size: int, now: bool) -> bool:
    last = Anchor.objects.filter(kind=kind).order_by("-root_size").first()
    return last is None or (last.root_size < size and (now or timezone.now() - last.at >= EVERY))


def _folder(note: str, size: int) -> bytes:
    """A file that is there already is left as it is; if it says something else, that is an error."""
    path = Path(settings.AUDIT_ANCHOR_FOLDER) / f"root-{size}.txt"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        if path.read_text(encoding="utf-8") != note:
            raise ValueError(f"{path} holds another note of this size; it is not overwritten.") from None
    return note.encode()


def _mail(note: str, size: int) -> bytes:
    origin = notes.head_of(note).origin
    send_mail(f"Root of the trail {origin}: {size} seals", note, None, settings.AUDIT_ANCHOR_MAIL)
    return note.encode()


def _webhook(note: str, _: int) -> bytes:
    _post(settings.AUDIT_ANCHOR_WEBHOOK, note.encode(), "text/plain; charset=utf-8")
    return note.encode()


def _tsa(note: str, _: int) -> bytes:
    text, nonce = notes.head_of(note).text.encode(), timestamps.fresh_nonce()
    answer = _post(settings.AUDIT_ANCHOR_TSA, timestamps.request(text, nonce), timestamps.REQUEST)
    stamp = timestamps.token(answer, text, nonce)
    timestamps.require_signed(stamp, settings.AUDIT_ANCHOR_TSA_CERTIFICATES)
    return stamp


class _Straight(HTTPRedirectHandler):
    """The note goes where the administrator said, and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _post(url: str, data: bytes, kind: str) -> bytes:
    request = Request(url, data, {"Content-Type": kind, "User-Agent": "crispmlq"})  # noqa: S310 - checked in settings
    with build_opener(_Straight).open(request, timeout=TIMEOUT_SECONDS) as answer:
        return answer.read(timestamps.MOST_BYTES)


_KINDS: dict[str, tuple[str, Callable[[str, int], bytes]]] = {
    "folder": ("Folder", _folder),
    "mail": ("Mail", _mail),
    "webhook": ("Webhook", _webhook),
    "tsa": ("Timestamp authority", _tsa),
}
