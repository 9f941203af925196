"""`manage.py create_token --user NAME --project SLUG --scope read|write --expires DAYS`: prints one token."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.services import tokens
from audit import SYSTEM
from crispmlq.errors import DomainError
from projects.models import Membership, Project


class Command(BaseCommand):
    help = "Create a token for one account and one project; it is printed once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", required=True)
        parser.add_argument("--project", required=True, help="Short name of the project.")
        parser.add_argument("--scope", required=True, choices=["read", "write"])
        parser.add_argument("--expires", required=True, type=int, metavar="DAYS")

    def handle(self, *, user: str, project: str, scope: str, expires: int, **_: Any) -> None:
        account = User.objects.filter(username=user, is_active=True).first()
        found = Project.objects.filter(slug=project).first()
        if account is None or found is None:
            raise CommandError(f"There is no {'account' if account is None else 'project'} of this name.")
        if not Membership.objects.filter(project=found, user=account).exclude(roles=[]).exists():
            raise CommandError(f"{account} is no member of {found}; give a role there first.")
        try:
            plain = tokens.create(user=account, project_id=found.pk, scope=scope, days=expires, by=SYSTEM)[1]
        except DomainError as error:
            raise CommandError(f"{error.message} {error.data.get('errors', '')}") from error
        self.stdout.write(plain)
