"""`manage.py load_catalogue [FOLDER]`: validate and store a catalogue; without a folder, the built-in one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import SYSTEM
from catalogue import services
from crispmlq.errors import DomainError


class Command(BaseCommand):
    help = "Validate a process catalogue and store it as a version. Loading the same one again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", nargs="?", type=Path, help="Folder with the YAML files; default: the built-in one."
        )
        parser.add_argument("--check", action="store_true", help="Only validate.")

    def handle(self, *, folder: Path | None, check: bool, **_: Any) -> None:
        try:
            if check:
                body = services.check(folder or services.files.BUILT_IN)
                self.stdout.write(f"{body['name']} {body['version']} breaks no rule.")
            else:
                self.stdout.write(f"{services.load(by=SYSTEM, path=folder)} is loaded.")
        except DomainError as error:
            raise CommandError(error.message) from error
