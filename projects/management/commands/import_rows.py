"""`manage.py import_rows --project SLUG --kind tasks --as USER FILE [--dry-run]`: rows of a table into a project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import Actor
from accounts.models import User
from crispmlq.errors import DomainError
from projects.models import Project
from projects.services import imports
from ui import sheet_files


class Command(BaseCommand):
    help = "Import tasks, risks, requirements, criteria or measurements from CSV, XLSX, YAML or JSON: all rows or none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--project", required=True, help="Short name of the project.")
        parser.add_argument("--kind", required=True, choices=list(imports.KINDS))
        parser.add_argument("--as", dest="username", required=True, help="User name of the member who imports them.")
        parser.add_argument("--map", nargs=2, action="append", metavar=("COLUMN", "HEADING"), dest="pairs")
        parser.add_argument("--dry-run", action="store_true", help="Try it, and store nothing.")

    def handle(
        self, *, file: Path, project: str, kind: str, username: str, pairs: Any, dry_run: bool, **_: Any
    ) -> None:
        found = Project.objects.filter(slug=project).first()
        user = User.objects.filter(username=username, is_active=True).first()
        if found is None or user is None:
            raise CommandError("There is no such project, or no account of this name.")
        try:
            table = sheet_files.read(file.name, file.read_bytes())
            mapping = imports.KINDS[kind].mapping(table.headings) | dict(pairs or [])
            outcome = imports.bring_in(
                project=found, kind=kind, table=table, mapping=mapping, dry_run=dry_run, by=Actor(user, via="command")
            )
        except (OSError, sheet_files.Unreadable) as error:
            raise CommandError(str(error)) from error
        except DomainError as error:
            raise CommandError(error.message) from error
        for fault in outcome.faults:
            self.stdout.write(f"Row {fault.row}, {fault.column}: {fault.message}")
        self.stdout.write(f"{outcome.made} of {outcome.rows} rows imported.")
