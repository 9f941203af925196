"""Reads about accounts."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import User
from audit import erasing
from audit.models import Change


def accounts() -> QuerySet[User]:
    """Every account of the site by name; those that were closed last."""
    return User.objects.order_by("-is_active", "display_name", "username")


def mentions_of(user: User) -> list[erasing.Mention]:
    """Where the trail names the person outside its own account, such as in the reasons others gave.

    Looks for the names of today. Reads every value beside the trail's events.
    """
    return erasing.mentions([user.display_name, user.username, user.email], besides=erasing.values_of(user))


def lines_naming(user: User) -> list[Change]:
    """Change lines in which the person's full name or mail stands, out of reach of any erasure; reads all of them."""
    found = {line.pk: line for text in (user.display_name, user.email) for line in erasing.lines_with(text)}
    return [found[key] for key in sorted(found)]
