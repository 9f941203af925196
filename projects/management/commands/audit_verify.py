"""`manage.py audit_verify [--project SLUG] [--state]`: exit 0 good, 1 tampered with, 2 not possible, 3 warnings."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from audit import SYSTEM_LOG, verifying
from crispmlq.errors import DomainError
from projects.models import Project


class Command(BaseCommand):
    help = "Verify the trail as an outsider would; with --state, also that the database still says the same."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", help="Short name of a project; without it, every log.")
        parser.add_argument(
            "--state", action="store_true", help="Also compare rows, columns, trees and guards (S1-S5)."
        )

    def handle(self, *, project: str | None, state: bool, **_: Any) -> None:
        found = Project.objects.filter(slug=project).first()
        if project and found is None:
            self.stderr.write(f"There is no project “{project}”.")
            sys.exit(2)
        logs = [found.pk] if found else [SYSTEM_LOG, *Project.objects.order_by("slug").values_list("pk", flat=True)]
        try:
            verdicts = [verifying.verify(log_id) for log_id in logs]
        except DomainError as error:
            self.stderr.write(error.message)
            sys.exit(2)
        if state:
            verdicts.append(verifying.verify_state(found.pk if found else None))
        sys.exit(self._tell(verdicts))

    def _tell(self, verdicts: list[verifying.Verdict]) -> int:
        for verdict in verdicts:
            for sentence in verdict.checked:
                self.stdout.write(f"ok  {sentence}")
            for warning in verdict.warnings:
                self.stdout.write(f"warning  {warning}")
            for finding in verdict.findings:
                self.stdout.write(f"TAMPERED WITH  {finding.check}: {finding.message}")
        if any(not verdict.is_good for verdict in verdicts):
            return 1
        return 3 if any(verdict.warnings for verdict in verdicts) else 0
