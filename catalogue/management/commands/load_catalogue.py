from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import SYSTEM
from catalogue import services
from crispmlq.errors import DomainError, Invalid


class Command(BaseCommand):
    help = "Load a process catalogue. Without PATH the built-in CRISP-ML(Q) is loaded; loading twice changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", nargs="?", type=Path, help="Folder with the YAML files of one version.")

    def handle(self, *, path: Path | None, **_: Any) -> None:
        try:
            row = services.load(path, by=SYSTEM)
        except Invalid as error:
            lines = [f"  {place} {sentence}" for place, sentences in error.errors.items() for sentence in sentences]
            raise CommandError("\n".join([error.message, *lines])) from None
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"Loaded: {row} (sha256 {row.sha256[:12]}…).")
