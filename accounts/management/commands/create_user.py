"""`manage.py create_user NAME --display "Full name"`: an account with a generated password, printed once."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.services import users
from audit import SYSTEM
from crispmlq.errors import DomainError


class Command(BaseCommand):
    help = "Create an account; the generated password is printed once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--display", required=True, help="Name shown to people.")
        parser.add_argument("--email", default="")
        parser.add_argument("--site-role", choices=User.SiteRole.values, default="")
        parser.add_argument("--service", action="store_true", help="A machine; it signs in by token only.")

    def handle(self, *, username: str, display: str, email: str, site_role: str, service: bool, **_: Any) -> None:
        password = None if service else secrets.token_urlsafe(15)
        try:
            users.create(
                username=username, display_name=display, email=email, password=password, is_service=service,
                site_role=site_role, by=SYSTEM,
            )  # fmt: skip
        except DomainError as error:
            raise CommandError(f"{error.message} {error.data}") from error
        self.stdout.write(f"{username} was created." + (f" Password: {password}" if password else ""))
