"""Content Security Policy from `SECURE_CSP`, in the name and shape of Django 6.0, whose middleware can take over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse

SELF = "'self'"
NONE = "'none'"
HEADER = "Content-Security-Policy"


class ContentSecurityPolicyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = build(settings.SECURE_CSP)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if self.policy:
            response.headers.setdefault(HEADER, self.policy)
        return response


def build(directives: Mapping[str, Iterable[str] | str | bool]) -> str:
    """The header's value. True stands for a directive without sources; None and False leave it out."""
    parts = []
    for name, sources in directives.items():
        if sources is True:
            parts.append(name)
        elif sources:
            parts.append(f"{name} {sources if isinstance(sources, str) else ' '.join(sources)}")
    return "; ".join(parts)
