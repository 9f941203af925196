"""`manage.py audit_key make|rotate|show`: the key that signs the trail."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import keys
from crispmlq.errors import DomainError


class Command(BaseCommand):
    help = "Make the signing key of the trail, replace it by a new one, or show what auditors need to verify."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["make", "rotate", "show"])

    def handle(self, *, what: str, **_: Any) -> None:
        try:
            if what == "make":
                keys.make()
            elif what == "rotate":
                keys.rotate()
            else:
                keys.current()
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write("\n".join(keys.published()))
