"""How a refusal is answered that no view handled: by a page, for htmx beside the button, for programs as a problem."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views import defaults

from crispmlq.errors import DomainError, NotAllowed

API = "/api/"
# status -> (code, title, detail) of what goes wrong before or outside a view of the API.
PROBLEMS = {
    400: ("malformed", "Malformed", "The request can not be understood."),
    403: ("not_allowed", "Not allowed", "You may not do this."),
    404: ("not_found", "Not found", "There is nothing here, or you may not know that there is."),
    500: ("internal_error", "Something went wrong here", "The administrator finds it in the log."),
}


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


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _problem(400) if request.path.startswith(API) else defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _problem(403) if request.path.startswith(API) else defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _problem(404) if request.path.startswith(API) else defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    return _problem(500) if request.path.startswith(API) else defaults.server_error(request)


def _problem(status: int) -> JsonResponse:
    """In the shape of `api.errors`."""
    code, title, detail = PROBLEMS[status]
    body = {"type": f"urn:crispmlq:{code}", "title": title, "status": status, "code": code, "detail": detail}
    return JsonResponse(body, status=status, content_type="application/problem+json")
