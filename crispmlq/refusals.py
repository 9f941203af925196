"""How a page answers a refusal that its view did not handle itself: a page, or for htmx an alert beside the button."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crispmlq.errors import DomainError, NotAllowed


class RefusalMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        if isinstance(error, NotAllowed) and getattr(request, "actor", None):
            _record(request, error)
        template = "_components/alert.html" if request.headers.get("HX-Request") else "error.html"
        context = {"error": error, "title": error.title, "message": error.message, "tone": "danger"}
        return render(request, template, context, status=error.status)


def _record(request: HttpRequest, refusal: NotAllowed) -> None:
    from projects import access

    slug = request.resolver_match.kwargs.get("slug") if request.resolver_match else None
    project = access.visible(request.actor).filter(slug=slug).first() if slug else None
    access.record_refusal(request.actor, f"{request.method} {request.path}", refusal, project)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    message = (
        "The form was open for too long or came from elsewhere. Go back, load the page again and repeat your change."
    )
    return render(request, "error.html", {"title": "Form not accepted", "message": message}, status=403)
