"""Who belongs to a project, in which roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalogue.definitions import of
from crispmlq.errors import Conflict, Invalid, NotAllowed, Stale
from projects.models import Membership, Project
from projects.services.doing import doing

if TYPE_CHECKING:
    from accounts.actors import Actor
    from accounts.models import User


def change_roles(*, member: Membership, roles: list[str], by: Actor, expected: int | None = None) -> Membership:
    """As `set_roles`, of somebody who has been a member."""
    return set_roles(project=member.project, user=member.user, roles=roles, by=by, member_version=expected)


def set_roles(
    *, project: Project, user: User, roles: list[str], by: Actor, member_version: int | None = None
) -> Membership:
    """Give a person exactly these roles; none means that the person leaves.

    Raises:
        Invalid: a role the catalogue does not know, or an account that is no longer active.
        NotAllowed: a role for oneself, or for an auditor or administrator of the whole site.
        Conflict: the project would be left without a project manager, or nothing changes.
        Stale: the membership, not the project, has another version than `member_version`.
    """
    with doing("member.roles_changed", by=by, on=project, right="manage", alone=True) as now:
        known = of(now.project.catalogue).roles
        unknown = sorted(set(roles) - set(known))
        if unknown:
            raise Invalid(f"Unknown role: {', '.join(unknown)}.", errors={"roles": [f"One of {', '.join(known)}."]})
        if not user.is_active:
            raise Invalid("This account is no longer active.", errors={"user": ["This account is no longer active."]})
        if roles and user.site_role:
            raise NotAllowed(f"{user} is {user.get_site_role_display().lower()} here and does no project work.")
        wanted = sorted(set(roles))
        member = Membership.objects.filter(project=now.project, user=user).first()
        current = member.audit_ver if member else 0
        if member_version is not None and member_version != current:
            raise Stale(
                f"Somebody changed the roles of {user} since you read them. Load the page again.", current=current
            )
        if wanted == (member.roles if member else []):
            raise Conflict(f"{user} has these roles already.")
        if user.pk == by.user.pk and set(wanted) - set(member.roles):
            raise NotAllowed("Nobody gives a role to himself or herself; another manager or the sponsor has to.")
        member = member or Membership(project=now.project, user=user)
        member.roles = wanted
        member.save()
        if not any("project-manager" in m.roles for m in now.project.membership_set.all()):
            raise Conflict("A project needs a project manager. Give the role to somebody else first.")
        now.act.subject = member
        return member
