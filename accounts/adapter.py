"""Where the sign-in library meets our accounts."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from accounts.actors import Actor
from accounts.models import User
from accounts.services import users


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by himself; passwords change through the service, which tells the trail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: User, password: str) -> None:
        users.set_password(user=user, password=password, by=Actor(user).audit_by)

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        raise NotImplementedError("Accounts are made by accounts.services.users.")
