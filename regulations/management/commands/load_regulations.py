"""`manage.py load_regulations [FOLDER]`: validate and store a regulation; without a folder, those of the product."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import SYSTEM
from crispmlq.errors import DomainError
from regulations.services import packs


class Command(BaseCommand):
    help = "Validate a regulation and store it as a version. It comes into force when an administrator says so."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, help="Folder with the YAML files of one version.")
        parser.add_argument("--check", action="store_true", help="Only validate.")

    def handle(self, *, folder: Path | None, check: bool, **_: Any) -> None:
        try:
            for each in [folder] if folder else packs.files.built_in():
                if check:
                    body = packs.check(each)
                    self.stdout.write(f"{body['name']} {body['version']} breaks no rule.")
            if not check:
                loaded = [packs.load(folder=folder, by=SYSTEM)] if folder else packs.load_built_in(by=SYSTEM)
                for row in loaded:
                    self.stdout.write(f"{row} is loaded.")
        except DomainError as error:
            raise CommandError(error.message) from error
