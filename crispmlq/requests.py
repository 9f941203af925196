"""An identifier for every request, in the log, in the answer and in the trail."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import structlog
from django.http import HttpRequest, HttpResponse

from audit.acts import request_id


class RequestIdMiddleware:
    """Takes `X-Request-Id` if it is a UUID, else makes one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        identifier = _given(request) or uuid4()
        token = request_id.set(identifier)
        structlog.contextvars.bind_contextvars(request=str(identifier))
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
            structlog.contextvars.clear_contextvars()
        response["X-Request-Id"] = str(identifier)
        return response


def json_formatter() -> structlog.stdlib.ProcessorFormatter:
    """One JSON object per line, with the request's identifier."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )


structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)


def _given(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.headers.get("X-Request-Id", ""))
    except ValueError:
        return None
