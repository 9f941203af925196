"""`manage.py audit_prune --project SLUG --basis TEXT [--dry-run]`: delete what a trail says, after its retention."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import pruning, sealing
from audit.erasing import basis_of
from crispmlq.errors import DomainError
from projects.models import Project
from projects.services import retention


class Command(BaseCommand):
    help = "Delete for good what the trail of a stopped project says, after its retention date. Its hashes stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", required=True, help="Short name of the project.")
        parser.add_argument("--basis", required=True, help="Legal basis; stays readable in the trail, so name nobody.")
        parser.add_argument("--dry-run", action="store_true", help="Only say what would go.")

    def handle(self, *, project: str, basis: str, dry_run: bool, **_: Any) -> None:
        found = Project.objects.filter(slug=project).first()
        if found is None:
            raise CommandError(f"There is no project “{project}”.")
        try:
            retention.require_over(found)
            basis_of(basis)
            pruning.require_owner()
            counts = pruning.counts(found.pk)
            if not dry_run:
                made = retention.prune(project=found, basis=basis)
                sealing.seal_all()
        except (DomainError, sealing.TrailDamaged) as error:
            raise CommandError(str(error)) from error
        told = "{events} events, {changes} changes and {values} values beside them".format(**counts)
        if dry_run:
            self.stdout.write(f"{told} would be deleted. Their hashes would stay.")
            return
        self.stdout.write(f"{told} are deleted; the hashes of the first {made.events} events stay.")
        self.stdout.write("Backups and exported files still hold them; have them expire.")
