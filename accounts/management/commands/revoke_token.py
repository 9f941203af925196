"""`manage.py revoke_token PREFIX`: a token works no more. The prefix is the part between the first two underscores."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import ServiceToken
from accounts.services import tokens
from audit import SYSTEM
from crispmlq.errors import DomainError


class Command(BaseCommand):
    help = "Revoke a token: cmq_PREFIX_…"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("prefix")

    def handle(self, *, prefix: str, **_: Any) -> None:
        token = ServiceToken.objects.filter(prefix=prefix.removeprefix("cmq_")[:8]).first()
        if token is None:
            raise CommandError(f"There is no token {prefix}.")
        try:
            tokens.revoke(token=token, by=SYSTEM)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"The token {token} of {token.user} is revoked.")
