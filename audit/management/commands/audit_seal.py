"""`manage.py audit_seal`: seal everything that is pending, now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import sealing
from crispmlq.errors import DomainError


class Command(BaseCommand):
    help = "Seal everything that is pending, now."

    def handle(self, **_: Any) -> None:
        try:
            made = sealing.seal_all()
        except (DomainError, sealing.TrailDamaged) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{made} seals made." if made else "Nothing was pending.")
