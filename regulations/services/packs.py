"""Loading versions of regulations, and putting one into force."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

import audit
from audit.canon import canonical
from crispmlq.errors import Conflict, Invalid, NotAllowed
from regulations import files, selectors, validation
from regulations.models import PackVersion

if TYPE_CHECKING:
    from accounts.actors import Actor


def check(folder: Path) -> dict[str, Any]:
    """The body of a pack that breaks no rule.

    Raises: Invalid: with every fault, as "file, line, rule: sentence".
    """
    if not folder.is_dir():
        raise Invalid(f"{folder} is not a folder.")
    found = files.read(folder)
    if not found.faults:
        validation.check(found)
    if found.faults:
        raise Invalid("The pack breaks these rules:\n" + "\n".join(found.faults), errors={"": found.faults})
    return found.body


def load(*, folder: Path, by: audit.ActorRef) -> PackVersion:
    """Store the version of a folder; loading the same one again changes nothing. It is not in force by that.

    Raises: Invalid: see `check`. Conflict: this version was loaded before with another content.
    """
    body = check(folder)
    digest = hashlib.sha256(canonical(body)).hexdigest()
    known = PackVersion.objects.filter(key=body["key"], version=body["version"]).first()
    if known:
        if known.sha256 != digest:
            raise Conflict(f"{known} was loaded with another content. Give the changed text a new version.")
        return known
    row = PackVersion(id=_id_of(digest), key=body["key"], version=body["version"], sha256=digest, body=body)
    with audit.act("regulation.loaded", by=by, subject=row) as act:
        row.loaded_at = act.at
        row.save()
        return row


def load_built_in(*, by: audit.ActorRef) -> list[PackVersion]:
    """Load what comes with the product. Of a regulation of which nothing is in force yet, the newest one then is."""
    loaded = [load(folder=folder, by=by) for folder in files.built_in()]
    newest = {row.key: row for row in sorted(loaded, key=lambda row: row.version)}
    for key, row in newest.items():
        if key not in selectors.in_force():
            _put_in_force(row, by, None, "Comes with the installation.")
    return loaded


def put_in_force(*, row: PackVersion, reason: str, by: Actor) -> PackVersion:
    """From now on new classifications use this version. Those that exist keep theirs, and are asked to be made again.

    Raises:
        NotAllowed: only an administrator, in person. Invalid: no reason. Conflict: it is in force already.
    """
    if not by.is_administrator or by.is_machine:
        raise NotAllowed("An administrator of the site puts a regulation into force.")
    if not (reason or "").strip():
        raise Invalid("Say why this version comes into force.", errors={"reason": ["Say why."]})
    return _put_in_force(row, by.audit_by, by.user.pk, reason.strip())


def _put_in_force(row: PackVersion, by: audit.ActorRef, user_id: UUID | None, reason: str) -> PackVersion:
    with audit.act("regulation.put_in_force", by=by, subject=row, reason=reason) as act:
        row = PackVersion.objects.select_for_update().get(pk=row.pk)
        current = selectors.in_force().get(row.key)
        if current == row:
            raise Conflict(f"{row} is in force already.")
        act.subject = row
        row.in_force_since, row.put_in_force_by_id = act.at, user_id
        row.save(update_fields=["in_force_since", "put_in_force_by"])
        return row


def _id_of(digest: str) -> UUID:
    """The same text has the same id in every installation, so that projects can be carried between them."""
    return uuid5(NAMESPACE_URL, f"crispmlq:regulation:{digest}")
