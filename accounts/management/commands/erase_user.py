"""`manage.py erase_user NAME --basis TEXT [--dry-run]`: erase a person, and tell where others wrote of it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import selectors
from accounts.models import User
from accounts.services import users
from audit import SYSTEM, erasing
from crispmlq.errors import DomainError


class Command(BaseCommand):
    help = "Erase a person from the account and its history; lists what others wrote of it, which stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--basis", required=True, help="Legal basis; stays readable in the trail, so name nobody.")
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be erased.")

    def handle(self, *, username: str, basis: str, dry_run: bool, **_: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no account “{username}”.")
        targets, mentions, lines = erasing.values_of(user), selectors.mentions_of(user), selectors.lines_naming(user)
        if not dry_run:
            try:
                users.erase(user=user, basis=basis, by=SYSTEM)
            except DomainError as error:
                raise CommandError(error.message) from error
        done = "would be erased, and the account closed" if dry_run else "are erased, and the account is closed"
        self.stdout.write(f"{len(targets)} values of {username} {done}.")
        self._tell(mentions)
        for line in lines:
            self.stdout.write(f"can not be erased: version {line.obj_ver} of {line.obj_type} {line.obj_id} names it.")

    def _tell(self, mentions: list[erasing.Mention]) -> None:
        for found in mentions:
            self.stdout.write(f"{found.at:%Y-%m-%d %H:%M} {found.act} says: {found.text[:120]}")
            if found.is_erasable:
                target = f"--event {found.target.event} --path {found.target.path}"
                self.stdout.write(f"    to erase it: manage.py audit_erase {target} --basis …")
            else:
                self.stdout.write("    can not be erased: it is a long value, whose digest stands in the trail.")
