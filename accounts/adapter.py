"""What the sign-in library may do here: no sign-up, and passwords change in an act of the trail."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from accounts.actors import Actor
from accounts.models import User
from accounts.services import users


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: User, password: str) -> None:
        users.set_password(user=user, password=password, by=Actor(user).audit_by)
