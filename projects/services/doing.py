"""How every service of this app begins: open the act, hold the project, ask the right, read the row under lock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

import audit
from crispmlq.errors import Invalid, Stale
from projects import access, occasions
from projects.models import Project

if TYPE_CHECKING:
    from accounts.actors import Actor
    from projects.models.project import ProjectRow


@dataclass(frozen=True)
class Doing:
    """What a service works with: the open act, the row as it is now (locked), its project and the actor's roles."""

    act: audit.Act
    row: Any
    project: Project
    roles: frozenset[str]
    about: dict[str, Any] = field(default_factory=dict)  # what an occasion has to know besides the row


@contextmanager
def doing(
    name: str,
    *,
    by: Actor,
    on: ProjectRow | Project,
    right: str,
    reason: str = "",
    expected: int | None = None,
    alone: bool = False,
    even_frozen: bool = False,
) -> Iterator[Doing]:
    """Open the act `name` on a row; at its end, whom it concerns is told (`projects/occasions.py`).

    The project is held as it is until the act ends: others may work beside, but nobody can put it on hold, submit or
    decide one of its gates meanwhile. `alone` holds it against everybody, for acts that do just that. `expected` is the
    version the caller has read (ETag).

    Raises:
        NotFound, NotAllowed: see `access.require`.
        ProjectFrozen: on hold or stopped, unless `even_frozen`.
        Stale: the row has another version than `expected`.
    """
    with audit.act(name, by=by.audit_by, subject=on, reason=reason) as act:
        project = _hold(on.audit_log_id, alone)
        roles = access.require(by, project, right)
        if not even_frozen:
            access.require_writable(project)
        row = project if isinstance(on, Project) else locked(on)
        act.subject = row
        if expected is not None and row.audit_ver != expected:
            raise Stale(
                "Somebody changed this since you read it. Load it again and repeat your change.", current=row.audit_ver
            )
        now = Doing(act, row, project, roles)
        yield now
        occasions.tell_of(now, by)


def locked(row: ProjectRow) -> Any:
    """The row as the database has it now, locked until the act ends."""
    return type(row)._base_manager.select_for_update().get(pk=row.pk)


def required_text(value: str, field: str, sentence: str, longest: int | None = None) -> str:
    """Raises: Invalid when nothing but blanks was given, or more than `longest` characters."""
    if not value or not value.strip():
        raise Invalid(sentence, errors={field: [sentence]})
    if longest is not None and len(value.strip()) > longest:
        raise Invalid(f"Use up to {longest} characters.", errors={field: [f"Use up to {longest} characters."]})
    return value.strip()


def require_known(keys: list[str], known: Iterable[str], what: str) -> None:
    """Raises: Invalid when nothing was chosen, or a key that is not among those known; the first of them are named."""
    unknown = sorted(set(keys) - set(known))[:20]
    if unknown or not keys:
        named = ", ".join(unknown) or "none was chosen"
        raise Invalid(f"Not {what}: {named}.", errors={"keys": [f"Not {what}: {named}."]})


def _hold(project_id: UUID, alone: bool) -> Project:
    if alone or connection.vendor != "postgresql":
        return Project._base_manager.select_for_update().get(pk=project_id)
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(Project._meta.db_table)
        cursor.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR SHARE", [project_id])
    return Project._base_manager.get(pk=project_id)
