"""`manage.py audit_erase --event UID --path /reason --basis TEXT`: erase single values of an event."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import erasing
from audit.models import Private
from crispmlq.errors import DomainError
from projects.services import erasures


class Command(BaseCommand):
    help = "Erase the reason (/reason), the label (/subject) or a hidden field (/0/nickname) of an event."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--event", required=True, type=UUID, help="Identifier of the event.")
        parser.add_argument("--path", required=True, action="append", help="Which value; may be given several times.")
        parser.add_argument("--basis", required=True, help="Legal basis; stays readable in the trail, so name nobody.")

    def handle(self, *, event: UUID, path: list[str], basis: str, **_: Any) -> None:
        kept = Private.objects.filter(event_uid=event, path__in=path).exclude(value=None)
        texts = [text for text in map(json.loads, kept.values_list("value", flat=True)) if isinstance(text, str)]
        targets = [erasing.Target(event, each) for each in path]
        try:
            erasures.erase(targets=targets, basis=basis, by=None)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"Erased: {', '.join(sorted(set(path)))} of the event {event}.")
        for found in erasing.mentions(texts):
            self.stdout.write(f"The same text stands at --event {found.target.event} --path {found.target.path}.")
        for line in {line.pk: line for text in texts for line in erasing.lines_with(text)}.values():
            self.stdout.write(
                f"The same text stands in version {line.obj_ver} of {line.obj_type} {line.obj_id}, out of reach."
            )
