"""`manage.py audit_package --project SLUG --out FILE.zip`: reports, evidence and trail of a project in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from compliance.services import packages
from crispmlq.errors import DomainError
from projects.models import Project


class Command(BaseCommand):
    help = "Write the audit package of a project, with every file of evidence; who runs this reads them all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", required=True, help="Short name of the project.")
        parser.add_argument("--out", required=True, type=Path, help="File to write.")

    def handle(self, *, project: str, out: Path, **_: Any) -> None:
        found = Project.objects.filter(slug=project).first()
        if found is None:
            raise CommandError(f"There is no project “{project}”.")
        if not out.parent.is_dir():
            raise CommandError(f"There is no folder {out.parent}.")
        try:
            written = packages.write_whole(project=found, path=out)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{written.events} events and {written.evidence} files of evidence, written to {out}.")
