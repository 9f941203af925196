"""Tokens of machines: `cmq_<prefix>_<secret>`, shown once, stored as a hash, bound to one project."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

import audit
from accounts.models import ServiceToken, User
from crispmlq.errors import Conflict, DomainError, Invalid

ALPHABET = string.ascii_letters + string.digits
SHAPE = re.compile(r"cmq_([A-Za-z0-9]{8})_([A-Za-z0-9]{43})")
LONGEST_DAYS = 366


class Unauthenticated(DomainError):
    """No valid token. The message never says which part is wrong."""

    code, status, title = "unauthenticated", 401, "Not signed in"


def create(*, user: User, project_id: UUID, scope: str, days: int, by: audit.ActorRef) -> tuple[ServiceToken, str]:
    """A token and its plain text, which nobody can see again.

    Raises: Invalid: scope, or a life that is not 1 to 366 days.
    """
    errors = {}
    if scope not in ServiceToken.Scope.values:
        errors["scope"] = [f"One of {', '.join(ServiceToken.Scope.values)}."]
    if not 1 <= days <= LONGEST_DAYS:
        errors["days"] = [f"A token lives 1 to {LONGEST_DAYS} days."]
    if errors:
        raise Invalid("Please correct what is marked.", errors=errors)
    prefix, secret = _random(8), _random(43)
    plain = f"cmq_{prefix}_{secret}"
    token = ServiceToken(user=user, project_id=project_id, scope=scope, prefix=prefix, digest=_digest(plain))
    with audit.act("token.created", by=by, subject=token) as act:
        token.created_at, token.expires_at = act.at, act.at + timedelta(days=days)
        token.save()
    return token, plain


def authenticate(plain: str) -> ServiceToken:
    """The valid token behind the plain text, with its user.

    Raises: Unauthenticated: malformed, unknown, expired or revoked, or its account is not active.
    """
    shape = SHAPE.fullmatch(plain)
    token = ServiceToken.objects.select_related("user").filter(prefix=shape[1]).first() if shape else None
    known = token.digest if token else "0" * 64
    if not hmac.compare_digest(known, _digest(plain)) or token is None or not token.is_valid:
        raise Unauthenticated("The token is unknown, expired or revoked. Ask the project manager for a new one.")
    return token


def revoke(*, token: ServiceToken, by: audit.ActorRef) -> ServiceToken:
    """End a token now. Raises: Conflict: it was revoked already."""
    if token.revoked_at is not None:
        raise Conflict(f"The token {token} was revoked already.")
    token.revoked_at = timezone.now()
    with audit.act("token.revoked", by=by, subject=token):
        token.save(update_fields=["revoked_at"])
        return token


def _digest(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
