"""`manage.py audit_export --project SLUG --out FILE.zip`: the trail of a project, to be verified offline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import SYSTEM, SYSTEM_LOG, act, bundle, keys
from crispmlq.errors import DomainError
from projects.models import Project


class Command(BaseCommand):
    help = "Export a log with everything a stranger needs to verify it offline."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", help="Short name of the project; without it, the log of the installation.")
        parser.add_argument("--out", required=True, type=Path, help="File to write.")

    def handle(self, *, project: str | None, out: Path, **_: Any) -> None:
        found = Project.objects.filter(slug=project).first()
        if project and found is None:
            raise CommandError(f"There is no project “{project}”.")
        if not out.parent.is_dir():
            raise CommandError(f"There is no folder {out.parent}.")
        try:
            head = bundle.write(found.pk if found else SYSTEM_LOG, out)
        except DomainError as error:
            raise CommandError(error.message) from error
        subject = found or ("audit.log", SYSTEM_LOG)
        with act("trail.exported", by=SYSTEM, subject=subject, reason=f"{head.size} events"):
            self.stdout.write(
                f"{head.size} events, written to {out}. Verify with audit/standalone/verify_bundle.py and"
            )
        self.stdout.write(keys.published()[0])
