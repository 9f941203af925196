"""`manage.py audit_restored`: go on after the database was set back to a backup."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import restoring, sealing
from crispmlq.errors import DomainError


class Command(BaseCommand):
    help = "Open a new epoch of the trail after a restore, and tell in every log what is lost."

    def handle(self, **_: Any) -> None:
        try:
            epoch, published = restoring.restored()
        except (DomainError, sealing.TrailDamaged) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Epoch {epoch} has begun. The last head that was published before:\n\n{published}")
