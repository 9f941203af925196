"""Telling members of a project what concerns them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from notices import services as notices
from projects.models import Membership, Project


def tell(
    project: Project, *, key: str, text: str, url: str, roles: Iterable[str] = (), users: Iterable[UUID | None] = ()
) -> None:
    """Leave a notice for everybody who holds one of `roles`, and for `users`; machines are told nothing.

    Inside the act it follows from: both are stored, or neither. `key` names the occasion within the project.
    """
    wanted, named = set(roles), set(users)
    members = Membership.objects.filter(project=project, user__is_service=False, user__is_active=True)
    told = [m.user_id for m in members.exclude(roles=[]) if wanted & set(m.roles) or m.user_id in named]
    notices.tell(told, key=f"{project.pk} {key}", text=text, url=url, project_id=project.pk)
