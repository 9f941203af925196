"""Every request has an id: in its answer, in each line of the log, and in each event it leaves in the trail."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from audit import acts
from audit.ids import uuid7

HEADER = "X-Request-ID"
log = structlog.get_logger(__name__)


class RequestIdMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = uuid7()
        started = time.perf_counter()
        token = acts.request_id.set(request.id)
        try:
            with structlog.contextvars.bound_contextvars(request=str(request.id)):
                response = self.get_response(request)
                took = round((time.perf_counter() - started) * 1000, 1)
                log.info("answered", method=request.method, path=request.path, status=response.status_code, ms=took)
        finally:
            acts.request_id.reset(token)
        response.headers[HEADER] = str(request.id)
        return response
