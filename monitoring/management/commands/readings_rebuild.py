"""`manage.py readings_rebuild`: make the index of values anew from the deliveries, which the trail vouches for."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from monitoring import index


class Command(BaseCommand):
    help = "Make series and readings anew from their deliveries; for the owner, after verification found a difference."

    def handle(self, **_: Any) -> None:
        self.stdout.write(f"{index.rebuild()} values were indexed.")
