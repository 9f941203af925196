"""Telling members of a project what concerns them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from notices import services as notices
from projects.models import Membership, Project


def tell(
    project: Project,
    *,
    key: str,
    text: str,
    url: str,
    roles: Iterable[str] = (),
    users: Iterable[UUID | None] = (),
    but: UUID | None = None,
) -> None:
    """Leave a notice for everybody who holds one of `roles`, and for `users`, `but` this account.

    Inside the act it follows from: both are stored, or neither. `key` names the occasion within the project. Machines
    and who has no role any more are told nothing.
    """
    wanted, named = set(roles), set(users)
    if not wanted and not named - {None, but}:
        return
    members = Membership.objects.filter(project=project).exclude(roles=[])
    told = {m.user_id for m in members if wanted & set(m.roles) or m.user_id in named} - {but}
    if told:
        text = f"{project.name}: {text}"
        notices.tell(told, key=f"{project.pk} {key}", text=text, url=url, project_id=project.pk)
