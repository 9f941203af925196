"""A refusal in a page: a clear sentence with its status; beside the button for htmx, else as a page of its own."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

import audit
from crispmlq.errors import DomainError, NotAllowed


class RefusalMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        if isinstance(error, NotAllowed) and request.actor:
            subject = ("accounts.user", request.actor.user.pk)
            tried = f"{request.method} {request.path}"
            audit.refused(tried, by=request.actor.audit_by, subject=subject, reason=error.message)
        template = "_components/alert.html" if request.headers.get("HX-Request") else "error.html"
        errors = [f"{name}: {said}" if name else said for name, each in _errors(error).items() for said in each]
        context = {"title": error.title, "message": error.message, "errors": errors, "status": error.status}
        return render(request, template, context, status=error.status)


def _errors(error: DomainError) -> dict[str, list[str]]:
    return getattr(error, "errors", {})
