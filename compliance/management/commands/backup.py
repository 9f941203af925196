"""`manage.py backup FILE`: everything but the signing key, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import SYSTEM, SYSTEM_LOG, act
from compliance.backups import writing


class Command(BaseCommand):
    help = "Write the database, the evidence and the newest signed head into one file. Work goes on meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="File to write; it must not exist.")

    def handle(self, *, file: Path, **_: Any) -> None:
        if file.exists():
            raise CommandError(f"{file} is there already; it is not overwritten.")
        if not file.parent.is_dir():
            raise CommandError(f"There is no folder {file.parent}.")
        made = writing.write(file)
        with act("backup.made", by=SYSTEM, subject=("audit.log", SYSTEM_LOG), reason=f"SHA-256 {made.sha256}"):
            self.stdout.write(f"{made.rows} rows and {made.files} files of evidence, written to {file}.")
        self.stdout.write(f"SHA-256 {made.sha256}")
        self.stdout.write("The signing key is not in it: keep AUDIT_KEY_FILE somewhere else, and SECRET_KEY with it.")
        for digest in made.lacking:
            self.stderr.write(
                f"warning  The evidence with SHA-256 {digest} is gone or damaged; it is not in the backup."
            )
