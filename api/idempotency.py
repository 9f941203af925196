"""A POST with `Idempotency-Key` happens once: repeated, it gives the first answer again.

The key is stored in the transaction of the act itself, so that neither can exist without the other. After seven days it
is forgotten.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from api.models import IdempotencyKey
from crispmlq.errors import Conflict, Invalid

HEADER = "Idempotency-Key"
KEPT_FOR = timedelta(days=7)
KEPT_HEADERS = ("Content-Type", "ETag", "Location")


class KeyReused(Conflict):
    code, title = "idempotency_key_reused", "Key was used for another request"


class _Replay(Exception):
    def __init__(self, answer: HttpResponse) -> None:
        self.answer = answer


class IdempotentPosts:
    """Mixin of API views, before the framework's own."""

    _row: IdempotencyKey | None = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST" or HEADER not in request.headers:
            return super().dispatch(request, *args, **kwargs)
        with transaction.atomic():
            answer = super().dispatch(request, *args, **kwargs)
            if answer.status_code >= 400:
                transaction.set_rollback(True)
            elif self._row is not None:
                _keep(answer.render(), self._row)
        return answer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = request.headers.get(HEADER)
        if request.method == "POST" and key is not None:
            self._row = _claim(request, key)

    def handle_exception(self, error: Exception) -> HttpResponseBase:
        return error.answer if isinstance(error, _Replay) else super().handle_exception(error)


def forget_old() -> int:
    """Delete keys older than a client may still repeat; how many there were."""
    return IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()[0]


def _claim(request: Request, key: str) -> IdempotencyKey:
    """A new row for the key; waits for a request with the same key that runs at this moment."""
    if not 1 <= len(key) <= 120:
        raise Invalid("An idempotency key has 1 to 120 characters.")
    digest = _digest(request)
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(user=request.user, key=key, request_sha256=digest)
    except IntegrityError:
        known = IdempotencyKey.objects.get(user=request.user, key=key)
    if known.request_sha256 != digest:
        raise KeyReused("This idempotency key belongs to another request. Use a new key for a new request.")
    answer = HttpResponse(known.body, status=known.status, headers=known.headers)
    answer["Idempotent-Replay"] = "true"
    raise _Replay(answer)


def _keep(answer: Response, row: IdempotencyKey) -> None:
    """The answer to the letter, so that its repetition does not differ in a byte."""
    row.status, row.body = answer.status_code, answer.content.decode()
    row.headers = {name: answer[name] for name in KEPT_HEADERS if name in answer}
    row.save()


def _digest(request: Request) -> str:
    is_form = (request.content_type or "").startswith("multipart/")
    body = _form(request) if is_form else request._request.body
    return hashlib.sha256(b"\n".join([request.method.encode(), request.get_full_path().encode(), body])).hexdigest()


def _form(request: Request) -> bytes:
    """What a form holds: its bytes differ with every sending, may be too many for memory, and may be read already."""
    fields = [[name, request.data.getlist(name)] for name in sorted(request.data) if name not in request.FILES]
    files = [[name, [_file(file) for file in several]] for name, several in sorted(request.FILES.lists())]
    return json.dumps([fields, files]).encode()


def _file(file: UploadedFile) -> list[str | None]:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return [file.name, file.content_type, digest.hexdigest()]
