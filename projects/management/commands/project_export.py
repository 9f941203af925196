"""`manage.py project_export --project SLUG --out FILE.yaml`: a whole project as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import SYSTEM, act
from crispmlq.errors import DomainError
from projects.models import Project
from projects.services import portable


class Command(BaseCommand):
    help = "Write a project with its records, files and trail into a JSON or YAML file, to be imported elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", required=True, help="Short name of the project.")
        parser.add_argument("--out", required=True, type=Path, help="File to write; ends in .json or .yaml.")

    def handle(self, *, project: str, out: Path, **_: Any) -> None:
        found = Project.objects.filter(slug=project).first()
        form = out.suffix.removeprefix(".")
        if found is None:
            raise CommandError(f"There is no project “{project}”.")
        if form not in portable.FORMS or not out.parent.is_dir():
            raise CommandError(f"{out} is not in a folder that is there, or does not end in .json or .yaml.")
        try:
            data = portable.taken_out(found)
        except DomainError as error:
            raise CommandError(error.message) from error
        out.write_bytes(portable.as_bytes(data, form))
        with act("project.exported", by=SYSTEM, subject=found, reason=f"root {data['trail']['root']}"):
            self.stdout.write(f"{data['trail']['size']} events, root {data['trail']['root']}, written to {out}.")
