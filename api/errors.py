"""Every refusal in one shape: application/problem+json (RFC 9457) with a stable `code`, and `errors` by field."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from crispmlq.errors import DomainError

_DRF_CODES = {
    exceptions.ParseError: "malformed",
    exceptions.NotAuthenticated: "unauthenticated",
    exceptions.AuthenticationFailed: "unauthenticated",
    exceptions.PermissionDenied: "not_allowed",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.Throttled: "too_many_requests",
}


class ProblemRenderer(JSONRenderer):
    media_type = "application/problem+json"


class PreconditionRequired(DomainError):
    code, status, title = "precondition_required", 428, "Say which version you read"


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to a refusal; None (and so a logged 500) for a bug."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, DomainError):
        context["view"].refusal = error
        answer = _problem(error.code, error.title, error.status, error.message, error.data)
        if error.status == 401:
            answer["WWW-Authenticate"] = "Bearer"
        return answer
    if isinstance(error, exceptions.ValidationError):
        errors = _by_field(error.detail)
        return _problem("invalid", "Invalid input", 422, "Please correct what is marked.", {"errors": errors})
    if isinstance(error, exceptions.APIException):
        code = _DRF_CODES.get(type(error), "refused")
        answer = _problem(code, code.replace("_", " ").capitalize(), error.status_code, str(error.detail), {})
        for name, attribute in (("WWW-Authenticate", "auth_header"), ("Retry-After", "wait")):
            if getattr(error, attribute, None):
                answer[name] = str(getattr(error, attribute))
        return answer
    return None


def _problem(code: str, title: str, status: int, detail: str, data: dict[str, Any]) -> Response:
    body = {"type": f"urn:crispmlq:{code}", "title": title, "status": status, "code": code, "detail": detail, **data}
    return Response(body, status=status, content_type="application/problem+json")


def _by_field(detail: Any, at: str = "") -> dict[str, list[str]]:
    """Nested details as flat paths: {"slices.0.value": [...]}."""
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for key, each in detail.items():
            key = "" if key == "non_field_errors" else str(key)
            found.update(_by_field(each, ".".join(filter(None, (at, key)))))
        return found
    if isinstance(detail, list) and any(isinstance(each, (dict, list)) for each in detail):
        return {k: v for i, each in enumerate(detail) for k, v in _by_field(each, f"{at}.{i}".strip(".")).items()}
    return {at: [str(each) for each in (detail if isinstance(detail, list) else [detail])]} if detail else {}
