"""What the sign-in library may do here: no sign-up, and passwords change in an act of the trail."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.http import HttpRequest, HttpResponse

from accounts.actors import Actor
from accounts.models import User
from accounts.services import users


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        if user.is_service:
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user))
        return super().pre_login(request, user, **kwargs)

    def set_password(self, user: User, password: str) -> None:
        users.set_password(user=user, password=password, by=Actor(user).audit_by)
