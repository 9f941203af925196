"""Links by which people choose their first password: such as those who came with an imported project."""

from __future__ import annotations

from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

import audit
from accounts.actors import Actor
from accounts.models import User
from accounts.services import users
from crispmlq.errors import Conflict, NotAllowed, NotFound

DAYS = 7
SALT = "accounts.invitation"
STALE = "This link is no longer valid. Ask an administrator for a new one."


@transaction.atomic
def add(*, username: str, display_name: str, email: str, by: Actor) -> tuple[User, str]:
    """A new account without a password, and the key of its link.

    Raises: NotAllowed: only an administrator may. Invalid: as `users.create`.
    """
    _require_administrator(by)
    user = users.create(username=username, display_name=display_name, email=email, by=by.audit_by)
    return user, invite(user=user, by=by)


@transaction.atomic
def invite(*, user: User, by: Actor) -> str:
    """The key of a link that lets the person choose a password, once, within `DAYS`; earlier links stop working.

    Raises:
        NotAllowed: only an administrator may, and machines sign in by token.
        Conflict: the account is closed, or has a password already.
    """
    _require_administrator(by)
    row = User.objects.select_for_update().get(pk=user.pk)
    if row.is_service:
        raise NotAllowed("This account is a machine's. It signs in by token alone.")
    if not row.is_active:
        raise Conflict(f"The account of {row} is closed.")
    if row.has_usable_password():
        raise Conflict(f"{row} has a password already.")
    row.set_unusable_password()  # another one, which is what ends the earlier links
    with audit.act("user.invited", by=by.audit_by, subject=row):
        row.save(update_fields=["password"])
    return signing.dumps({"user": str(row.pk), "mark": _mark(row)}, salt=SALT)


def invited(key: str) -> User:
    """Whom a link is for. Raises: NotFound: it was used, replaced or altered, or is too old."""
    try:
        said = signing.loads(key, salt=SALT, max_age=DAYS * 24 * 3600)
        user = User.objects.filter(pk=UUID(said["user"]), is_active=True).first()
    except signing.BadSignature:
        raise NotFound(STALE) from None
    if user is None or not constant_time_compare(said["mark"], _mark(user)):
        raise NotFound(STALE)
    return user


@transaction.atomic
def accept(*, key: str, password: str) -> User:
    """The person gives the account a password. Raises: NotFound: as `invited`. Invalid: the password is too weak."""
    User.objects.select_for_update().get(pk=invited(key).pk)
    user = invited(key)  # again: of two at once, the second finds the link used
    return users.set_password(user=user, password=password, by=Actor(user).audit_by)


def _require_administrator(by: Actor) -> None:
    if not by.is_administrator:
        raise NotAllowed("People are invited by an administrator of the site.")


def _mark(user: User) -> str:
    """Changes with the password, so that a link works once; tells nothing of it."""
    return salted_hmac(SALT, user.password).hexdigest()[:32]
