"""`manage.py audit_roles --web NAME --sealer NAME`: the rights of two PostgreSQL roles, as SQL for the owner."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import roles


class Command(BaseCommand):
    help = "Print the SQL by which a web role and a sealer role get no more rights than they need."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--web", required=True, help="Role of the web server.")
        parser.add_argument("--sealer", required=True, help="Role of the Celery worker and beat.")

    def handle(self, *, web: str, sealer: str, **_: Any) -> None:
        for name in (web, sealer):
            if not name.isidentifier() or not name.isascii():
                raise CommandError(f"“{name}” is no plain name of a role.")
        self.stdout.write("\n".join(roles.statements(web, sealer)))
