"""Signing in to the API: a project's token, or the session of the pages."""

from __future__ import annotations

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.request import Request

from accounts.models import ServiceToken, User
from accounts.services import tokens


class BearerToken(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, ServiceToken] | None:
        """Raises: Unauthenticated: the token is not valid."""
        parts = get_authorization_header(request).decode("latin-1").split()
        if not parts or parts[0].lower() != "bearer":
            return None
        token = tokens.authenticate(parts[1] if len(parts) == 2 else "")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class BearerTokenScheme(OpenApiAuthenticationExtension):
    target_class = BearerToken
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "Made by `manage.py create_token`; one project each.",
        }
