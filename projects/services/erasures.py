"""Erasing personal data, as the law wants it: by an administrator of the site, or by a command on its server.

An administrator writes no project content; an erasure is a duty of the site. Its act names who did it, in each log it
concerns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

import audit
from accounts.models import User
from accounts.services import users
from audit import SYSTEM, SYSTEM_LOG, erasing
from audit.erasing import Mention, NotErasable, Target
from audit.models import Change, Event
from crispmlq.errors import Conflict, Invalid, NotFound
from projects import access
from projects.models import Project
from projects.services.doing import required_text

if TYPE_CHECKING:
    from accounts.actors import Actor

SHORTEST = 3


@dataclass(frozen=True)
class Found:
    """Where a text stands: accounts by that name, values beside events, and lines that no erasure reaches."""

    accounts: list[User]
    mentions: list[Mention]
    lines: list[Change]
    places: dict[UUID, str]  # log -> name of its project


@dataclass(frozen=True)
class Erased:
    values: int
    accounts: int


def find(*, text: str, by: Actor) -> Found:
    """Every place where the text stands as a word. That somebody looked is told in the trail of the site, the text not.

    What the history of an account itself keeps goes with the account, and is not listed.

    Raises: NotFound, NoRight: see `access.require_erasing`. Invalid: shorter than three characters.
    """
    access.require_erasing(by)
    text = required_text(text, "text", "Give a name, a mail address or a text to look for.", longest=200)
    if len(text) < SHORTEST:
        told = f"Give at least {SHORTEST} characters."
        raise Invalid(told, errors={"text": [told]})
    accounts = [user for name in ("username", "display_name", "email") for user in _named(name, text)]
    accounts = list({user.pk: user for user in accounts}.values())
    own = [target for user in accounts for target in erasing.values_of(user)]
    mentions, lines = erasing.mentions([text], besides=own), erasing.lines_with(text)
    logs = {mention.log_id for mention in mentions}
    places = dict(Project.objects.filter(pk__in=logs).values_list("pk", "name"))
    found = Found(accounts, mentions, lines, places)
    with audit.act(
        "trail.searched", by=by.audit_by, subject=("audit.log", SYSTEM_LOG), reason=f"{len(mentions)} values found"
    ):
        return found


def erase(
    *,
    targets: Iterable[Target] = (),
    usernames: Iterable[str] = (),
    basis: str,
    by: Actor | None,
    dry_run: bool = False,
) -> Erased:
    """Erase values and accounts, all of them or none; without `by`, as the owner of the server does by command.

    `dry_run` does it and takes it back, so that every refusal shows.

    Raises:
        NotFound: an event, a value or an account. NotErasable: as `erasing.erase`. Invalid: no legal basis.
        Conflict: the account was erased before, or is the actor's own. NoRight: see `access.require_erasing`.
    """
    if by is not None:
        access.require_erasing(by)
    targets, usernames = sorted(set(targets)), sorted(set(usernames))
    ref, basis = by.audit_by if by else SYSTEM, erasing.basis_of(basis)
    if not targets and not usernames:
        raise NotErasable("Choose what is to be erased.")
    with transaction.atomic():
        for log_id, part in _by_log(targets).items():
            erasing.erase(log_id=log_id, targets=part, basis=basis, by=ref)
        for username in usernames:
            users.erase(user=_account(username, by), basis=basis, by=ref)
        transaction.set_rollback(dry_run)
    return Erased(len(targets), len(usernames))


def _named(name: str, text: str) -> Iterable[User]:
    return User.objects.filter(**{f"{name}__iexact": text})


def _account(username: str, by: Actor | None) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        raise NotFound(f"There is no account “{username}”.")
    if by is not None and user.pk == by.user.pk:
        raise Conflict("Have another administrator erase your own account.")
    return user


def _by_log(targets: list[Target]) -> dict[UUID, list[Target]]:
    logs = dict(Event.objects.filter(uid__in={target.event for target in targets}).values_list("uid", "log_id"))
    parts: dict[UUID, list[Target]] = defaultdict(list)
    for target in targets:
        if target.event not in logs:
            raise NotFound(f"There is no event {target.event}.")
        parts[logs[target.event]].append(target)
    return parts
