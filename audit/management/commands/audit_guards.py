"""`manage.py audit_guards`: installs the triggers that guard the trail, and says which were missing."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.management.base import BaseCommand
from django.db import connection

from audit import guards


class Command(BaseCommand):
    help = "Install the guards of the trail again."
    requires_system_checks: ClassVar[list[str]] = []

    def handle(self, **_: Any) -> None:
        lacking = guards.missing(connection)
        guards.install(connection)
        self.stdout.write(f"Installed again: {', '.join(lacking)}." if lacking else "No guard was missing.")
