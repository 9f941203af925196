"""`manage.py audit_anchor [--now]`: give the newest root note to the places that are configured."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import anchoring, sealing
from crispmlq.errors import DomainError


class Command(BaseCommand):
    help = "Give the newest root note to every configured place that has not had one for a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--now", action="store_true", help="Seal first, and do not wait for the day to be over.")

    def handle(self, *, now: bool, **_: Any) -> None:
        if not anchoring.configured():
            raise CommandError("No anchor is configured. Set AUDIT_ANCHOR_FOLDER, _MAIL, _WEBHOOK or _TSA.")
        if now:
            try:
                sealing.seal_all()
            except (DomainError, sealing.TrailDamaged) as error:
                raise CommandError(str(error)) from error
        done, failed = anchoring.anchor(now=now)
        self.stdout.write(f"Anchored: {', '.join(done) or 'nothing that was not anchored yet'}.")
        if failed:
            raise CommandError("; ".join(f"{kind}: {error}" for kind, error in failed.items()))
