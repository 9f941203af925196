"""Who may do what in a project: one table, and the functions that ask it.

Whoever may not see a project is told that it does not exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet

import audit
from audit import SYSTEM_LOG
from crispmlq.errors import Conflict, NotAllowed, NotFound
from projects.models import Membership, Project

if TYPE_CHECKING:
    from accounts.actors import Actor

ANYBODY = "any member except an end user"
ONLOOKERS = frozenset({"end-user", "auditor"})  # roles that work on nothing

# act group -> (roles that may, whether a token may too, how the refusal names the roles)
RIGHTS: dict[str, tuple[frozenset[str] | str, bool]] = {
    "work": (ANYBODY, True),
    "comment": (ANYBODY, True),
    "manage": (frozenset({"project-manager", "sponsor"}), False),
    "rate risks": (ANYBODY, False),
    "accept risks": (frozenset({"sponsor", "model-owner", "data-owner"}), False),
    "approve criteria": (frozenset({"sponsor", "domain-expert"}), False),
    "review": (ANYBODY, False),
    "submit gates": (frozenset({"project-manager"}), False),
    "hold": (frozenset({"sponsor", "project-manager"}), False),
    "stop": (frozenset({"sponsor"}), False),
    "grant waivers": (frozenset({"sponsor"}), False),
}


def register_rights(rights: dict[str, tuple[frozenset[str] | str, bool]]) -> None:
    """Add rights to the table; for apps above this one."""
    RIGHTS.update(rights)


class NoRight(NotAllowed):
    code = "missing_role"


def visible(actor: Actor) -> QuerySet[Project]:
    """Projects the actor may read, by name. An auditor reads all; a token its one project."""
    if actor.token is not None:
        projects = Project.objects.filter(pk=actor.token.project_id)
    elif actor.is_auditor:
        return Project.objects.all()
    else:
        projects = Project.objects.all()
    members = Membership.objects.filter(user_id=actor.user.pk).exclude(roles=[])
    return projects.filter(pk__in=members.values("project_id"))


def project_for(actor: Actor, slug: str) -> Project:
    """The project, if the actor may read it.

    Raises:
        NotFound: it does not exist or the actor may not know that it does.
    """
    try:
        return visible(actor).select_related("catalogue").get(slug=slug)
    except Project.DoesNotExist:
        raise NotFound("There is no such project, or you are not a member of it.") from None


def require_site_trail(actor: Actor) -> None:
    """Raises: NotFound: only site auditors and administrators know that the site has a trail of its own."""
    if not (actor.is_auditor or actor.is_administrator):
        raise NotFound("There is nothing here, or you may not know that there is.")


def may_erase(actor: Actor) -> bool:
    """Erasing personal data is a duty of the site: its administrators do it, in person."""
    return actor.is_administrator and not actor.is_machine


def require_erasing(actor: Actor) -> None:
    """Raises: NotFound: as `require_site_trail`. NoRight: an auditor of the site."""
    require_site_trail(actor)
    if not may_erase(actor):
        raise NoRight("Only an administrator of the site erases personal data.")


def roles_of(actor: Actor, project_id: UUID) -> frozenset[str]:
    """Role keys the actor holds in the project; empty for strangers and site auditors."""
    if actor.token is not None and actor.token.project_id != project_id:
        return frozenset()
    membership = Membership.objects.filter(project_id=project_id, user_id=actor.user.pk).first()
    return frozenset(membership.roles) if membership else frozenset()


def may_create(actor: Actor) -> bool:
    """Projects are created by the people who will work in them, not by tokens or site roles."""
    return not (actor.is_machine or actor.is_auditor or actor.is_administrator)


def may_end(actor: Actor, roles: frozenset[str], wanted: list[str]) -> bool:
    """Whether somebody with these roles may end a submission that those of `wanted` may end."""
    return _refusal(actor, roles, "review") is None and bool(roles & set(wanted))


def rights_of(actor: Actor, roles: frozenset[str]) -> dict[str, bool]:
    """Every right of the table, and whether somebody with these roles has it."""
    return {right: _refusal(actor, roles, right) is None for right in RIGHTS}


def require_write_scope(actor: Actor) -> None:
    """Raises: NotAllowed: a token that may only read."""
    if actor.token is not None and actor.token.scope != "write":
        raise NotAllowed("This token may only read. Create one with the scope “write”.")


def require(actor: Actor, project: Project, right: str) -> frozenset[str]:
    """The actor's roles, if the table gives the right.

    Raises:
        NotFound: the actor is no member (and so may not know the project).
        NotAllowed: the role is missing, or a token tries what only a person may do.
    """
    roles = roles_of(actor, project.pk)
    if not roles and not actor.is_auditor:
        raise NotFound("There is no such project, or you are not a member of it.")
    require_write_scope(actor)
    refusal = _refusal(actor, roles, right)
    if refusal:
        raise NoRight(refusal, right=right)
    return roles


def require_role(actor: Actor, project: Project, wanted: frozenset[str] | set[str], doing: str) -> frozenset[str]:
    """Those of the actor's roles that are among `wanted`; only people qualify.

    Raises: as `require`.
    """
    roles = roles_of(actor, project.pk)
    if not roles and not actor.is_auditor:
        raise NotFound("There is no such project, or you are not a member of it.")
    if actor.is_auditor or actor.is_administrator:
        raise NoRight("Auditors and administrators of the whole site do no project work.")
    if actor.is_machine:
        raise NotAllowed(f"Only a person can {doing}, a token or service account can not.")
    held = roles & frozenset(wanted)
    if not held:
        raise NoRight(f"To {doing} you need one of these roles: {_listed(wanted)}.", roles=sorted(wanted))
    return held


def record_refusal(actor: Actor, tried: str, refusal: NotAllowed, project: Project | None = None) -> None:
    """Tell in the trail what somebody tried in vain; to be called after the roll-back."""
    subject = ("projects.project", project.pk) if project else ("accounts.user", actor.user.pk)
    log_id = project.pk if project else SYSTEM_LOG
    audit.refused(tried, by=actor.audit_by, subject=subject, reason=refusal.message, log_id=log_id)


def require_writable(project: Project) -> None:
    """Raises: Conflict while the project is on hold or stopped."""
    if project.is_frozen:
        raise ProjectFrozen(
            f"The project is {project.get_state_display().lower()}; nothing can be changed until it resumes."
            if project.state == Project.State.ON_HOLD
            else "The project was stopped; its records are final."
        )


class ProjectFrozen(Conflict):
    code, title = "project_frozen", "Project is frozen"


def _refusal(actor: Actor, roles: frozenset[str], right: str) -> str | None:
    wanted, machines_too = RIGHTS[right]
    if actor.is_auditor or actor.is_administrator:
        return "Auditors and administrators of the whole site do no project work."
    if actor.is_machine and not machines_too:
        return f"Only a person can do this ({right}), a token or service account can not."
    if wanted is ANYBODY:
        return None if roles - ONLOOKERS else f"To do this ({right}) you need a working role in the project."
    return None if roles & wanted else f"To do this ({right}) you need one of these roles: {_listed(wanted)}."


def _listed(roles: frozenset[str] | set[str] | str) -> str:
    return ", ".join(sorted(role.replace("-", " ") for role in roles))
