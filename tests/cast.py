"""The people of the tests. Mara manages *churn*, the others decide and review, Otto is a stranger, Ada audits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.actors import Actor
from accounts.models import User
from accounts.services import tokens, users
from audit import SYSTEM
from notices.models import Notice
from projects.models import Project
from projects.services import memberships, projects

PASSWORD = "correct horse battery"
ROLES = {
    "mara": ["project-manager"],
    "sven": ["sponsor"],
    "dora": ["domain-expert"],
    "milo": ["ml-expert"],
    "dana": ["data-scientist"],
    "enzo": ["ml-engineer", "operations-engineer"],
    "olga": ["data-owner", "model-owner"],
    "pipeline": ["ml-engineer"],
    "ursel": ["end-user"],
}
SITE_ROLES = {"ada": "auditor", "root": "administrator"}
STRANGERS = ["otto"]


@dataclass(frozen=True)
class Cast:
    """Actors by name, and the project they work in."""

    project: Project
    actors: dict[str, Actor]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["actors"][name]
        except KeyError:
            raise AttributeError(name) from None


def assemble() -> None:
    """Accounts and the project *churn*, started, with everybody in it. Once per test database."""
    people = {}
    for name in [*ROLES, *SITE_ROLES, *STRANGERS]:
        people[name] = users.create(
            username=name, display_name=name.capitalize(), by=SYSTEM, password=PASSWORD,
            is_service=name == "pipeline", site_role=SITE_ROLES.get(name, ""),
        )  # fmt: skip
    mara = Actor(people["mara"])
    project = projects.create(slug="churn", name="Churn", purpose="Keep customers.", by=mara)
    for name, roles in ROLES.items():
        if name != "mara":
            memberships.set_roles(project=project, user=people[name], roles=roles, by=mara)
    projects.start(project=project, by=mara)
    Notice.objects.all().delete()  # of the roles they were given


def gather() -> Cast:
    project = Project.objects.select_related("catalogue").get(slug="churn")
    return Cast(project, {user.username: Actor(user) for user in User.objects.all()})


def token_for(name: str, project: Project, scope: str = "write", days: int = 1) -> str:
    return tokens.create(
        user=User.objects.get(username=name), project_id=project.pk, scope=scope, days=days, by=SYSTEM
    )[1]
