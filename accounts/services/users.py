"""Accounts are made and changed here, each act told in the system log."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

import audit
from accounts.models import User
from audit import erasing
from crispmlq.errors import Conflict, Invalid, NotAllowed

TAKEN = "This user name is taken."


def create(
    *,
    username: str,
    display_name: str,
    by: audit.ActorRef,
    email: str = "",
    password: str | None = None,
    is_service: bool = False,
    site_role: str = "",
) -> User:
    """A new account. Without a password, and for machines always, nobody can sign in to it by password.

    Raises:
        Invalid: user name, mail, site role or password, each under its key.
    """
    user = User(
        username=username, display_name=display_name.strip(), email=email, is_service=is_service, site_role=site_role
    )
    errors = _errors(user, None if is_service else password)
    if errors:
        raise Invalid("Please correct what is marked.", errors=errors)
    if password and not is_service:
        user.set_password(password)
    else:
        user.set_unusable_password()
    try:
        with audit.act("user.created", by=by, subject=user):
            user.save()
            return user
    except IntegrityError:  # there is no row to lock yet, so another account may have taken the name meanwhile
        if _is_taken(username):
            raise Invalid("Please correct what is marked.", errors={"username": [TAKEN]}) from None
        raise


def _is_taken(username: str) -> bool:
    return User.objects.filter(username__iexact=username).exists()


def set_password(*, user: User, password: str, by: audit.ActorRef) -> User:
    """Raises: Invalid: the password is too weak. NotAllowed: the account is a machine's, which signs in by token."""
    if user.is_service:
        raise NotAllowed("This account is a machine's. It signs in by token alone.")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid("Choose a stronger password.", errors={"password": error.messages}) from error
    user.set_password(password)
    with audit.act("user.password_changed", by=by, subject=user):
        user.save(update_fields=["password"])
        return user


def deactivate(*, user: User, by: audit.ActorRef) -> User:
    """Nobody signs in to the account any more, nor with its tokens; its name stays in what it did.

    Raises: Conflict: it is deactivated already.
    """
    if not user.is_active:
        raise Conflict(f"{user.username} is deactivated already.")
    user.is_active = False
    with audit.act("user.deactivated", by=by, subject=user):
        user.save(update_fields=["is_active"])
        return user


def erase(*, user: User, basis: str, by: audit.ActorRef) -> User:
    """Erase the person: name, user name and mail of today and of the whole history, and who stood behind its acts.

    The account is closed and keeps no password, mail address or second factor. What others wrote of the
    person stays; `accounts.selectors.mentions_of` finds it, to be erased value by value.

    Raises:
        Conflict: it was erased before. Invalid: no legal basis.
    """
    with transaction.atomic():
        row = User.objects.select_for_update().get(pk=user.pk)
        if row.is_erased:
            raise Conflict("This account was erased before.")
        erasing.erase(
            log_id=row.audit_log_id, targets=erasing.values_of(row), basis=basis, by=by,
            subject=(User._meta.label_lower, row.pk), person=row.pk,
        )  # fmt: skip
        row.refresh_from_db()
        row.is_active = False
        row.set_unusable_password()
        with audit.act("user.deactivated", by=by, subject=row):
            row.save(update_fields=["is_active", "password"])
        EmailAddress.objects.filter(user=row).delete()
        Authenticator.objects.filter(user=row).delete()
        return row


def _errors(user: User, password: str | None) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    try:
        user.clean_fields(exclude={"password", "audit_head"})
    except ValidationError as error:
        errors.update(error.message_dict)
    if _is_taken(user.username):
        errors["username"] = [TAKEN]
    if password is not None:
        try:
            validate_password(password, user)
        except ValidationError as error:
            errors["password"] = error.messages
    return errors
