"""`manage.py deactivate_user NAME`: nobody signs in to the account any more, nor with its tokens."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.services import users
from audit import SYSTEM
from crispmlq.errors import DomainError


class Command(BaseCommand):
    help = "Close an account. What it did keeps its name."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *, username: str, **_: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no account “{username}”.")
        try:
            users.deactivate(user=user, by=SYSTEM)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{username} can not sign in any more.")
