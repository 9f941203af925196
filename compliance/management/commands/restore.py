"""`manage.py restore FILE`: exit 0 restored and verified, 1 restored but tampered with, 3 restored with warnings."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import SYSTEM, SYSTEM_LOG, act, sealing, verifying
from audit.actors import ROOT_LOG
from audit.models import Log
from compliance.backups import restoring
from crispmlq.errors import DomainError


class Command(BaseCommand):
    help = "Bring a backup back into an empty database and an evidence store, then verify what came back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **_: Any) -> None:
        try:
            manifest = restoring.restore(file)
        except DomainError as refusal:
            raise CommandError(f"{refusal.message} Nothing was restored.") from refusal
        rows, made_at = sum(manifest["rows"].values()), manifest["made_at"]
        self.stdout.write(f"{rows} rows are back as they were on {made_at}.")
        with file.open("rb") as read:
            digest = hashlib.file_digest(read, "sha256").hexdigest()
        reason = f"made {made_at}, SHA-256 {digest}"
        with act("backup.restored", by=SYSTEM, subject=("audit.log", SYSTEM_LOG), reason=reason):
            pass
        sys.exit(max(self._verify_state(), self._verify_trail(), 3 * self._tell_lacking(manifest), key=_gravity))

    def _verify_state(self) -> int:
        return self._tell(verifying.verify_state())

    def _verify_trail(self) -> int:
        """Without the key, or behind the state file, nothing can be sealed, so the signed trail is left for later."""
        status = 0
        try:
            sealing.seal_all()
            for log_id in Log.objects.exclude(pk=ROOT_LOG).order_by("pk").values_list("pk", flat=True):
                status = max(status, self._tell(verifying.verify(log_id)), key=_gravity)
        except DomainError as problem:
            self.stderr.write(f"warning  The trail is not verified yet. {problem.message}")
            return 3
        return status

    def _tell_lacking(self, manifest: dict[str, Any]) -> bool:
        for digest in manifest["lacking"]:
            self.stderr.write(f"warning  The evidence with SHA-256 {digest} was not in the backup.")
        return bool(manifest["lacking"])

    def _tell(self, verdict: verifying.Verdict) -> int:
        for sentence in verdict.checked:
            self.stdout.write(f"ok  {sentence}")
        for warning in verdict.warnings:
            self.stdout.write(f"warning  {warning}")
        for finding in verdict.findings:
            self.stdout.write(f"TAMPERED WITH  {finding.check}: {finding.message}")
        return 1 if verdict.findings else 3 * bool(verdict.warnings)


def _gravity(status: int) -> int:
    """Tampering weighs more than a warning."""
    return (0, 3, 1).index(status)
