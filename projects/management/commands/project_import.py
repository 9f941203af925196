"""`manage.py project_import FILE --as ADMINISTRATOR`: bring in a project exported elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import Actor
from accounts.models import User
from crispmlq.errors import DomainError
from projects.services import portable


class Command(BaseCommand):
    help = "Store an exported project with the ids, versions and trail it has."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--as", dest="username", required=True, help="User name of an administrator.")

    def handle(self, *, file: Path, username: str, **_: Any) -> None:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError("There is no account of this name.")
        try:
            data = portable.read(file.read_bytes())
            project = portable.bring_in(data=data, by=Actor(user, via="command"))
        except OSError as error:
            raise CommandError(f"{file} can not be read: {error}.") from error
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{project.name} is here, with {data['trail']['size']} events.")
