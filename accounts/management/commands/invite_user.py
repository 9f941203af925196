"""`manage.py invite_user NAME --as ADMINISTRATOR`: a link by which the person chooses a password."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import User
from accounts.services import invitations
from crispmlq.errors import DomainError


class Command(BaseCommand):
    help = "Make a link by which somebody without a password chooses one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--as", dest="administrator", required=True, help="User name of an administrator.")

    def handle(self, *, username: str, administrator: str, **_: Any) -> None:
        people = {user.username: user for user in User.objects.filter(username__in=[username, administrator])}
        if missing := {username, administrator} - people.keys():
            raise CommandError(f"There is no account {', '.join(sorted(missing))}.")
        try:
            key = invitations.invite(user=people[username], by=Actor(people[administrator], via="command"))
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"For {people[username]}, once, within {invitations.DAYS} days:")
        self.stdout.write(f"{settings.CRISPMLQ_URL}{reverse('accounts:join')}?key={key}")
