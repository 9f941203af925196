"""`manage.py policies`: what holds. With KEY=VALUE, --by and --reason: a new version. Values are YAML."""

from __future__ import annotations

from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actors import Actor
from accounts.models import User
from crispmlq.errors import DomainError
from policies import selectors, services


class Command(BaseCommand):
    help = "Print the policies of the organisation, or set some of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("values", nargs="*", metavar="KEY=VALUE", help='For example: four_eyes_gates="[4, 5]"')
        parser.add_argument("--by", help="User name of the administrator who sets them.")
        parser.add_argument("--reason", default="")

    def handle(self, *, values: list[str], by: str | None, reason: str, **_: Any) -> None:
        if values:
            try:
                services.change(values=_values(values), reason=reason, by=_actor(by))
            except DomainError as error:
                raise CommandError(f"{error.message} {error.data or ''}".strip()) from error
        now = selectors.in_force()
        self.stdout.write(f"# version {now.version}")
        self.stdout.write(yaml.safe_dump(now.values, sort_keys=True).rstrip())


def _values(given: list[str]) -> dict[str, Any]:
    pairs = [text.partition("=") for text in given]
    if bad := [key for key, equals, _ in pairs if not equals]:
        raise CommandError(f"Write KEY=VALUE, not: {', '.join(bad)}.")
    try:
        return {key: yaml.safe_load(value) for key, _, value in pairs}
    except yaml.YAMLError as error:
        raise CommandError(f"A value is no YAML: {error}") from error


def _actor(username: str | None) -> Actor:
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError("Name an administrator with --by.")
    return Actor(user, via="command")
