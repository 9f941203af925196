"""Who acts in a request, a command or a task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from audit import ActorRef

if TYPE_CHECKING:
    from accounts.models import ServiceToken, User


@dataclass(frozen=True)
class Actor:
    """An account, the token it came with if any, and the door it came through."""

    user: User
    token: ServiceToken | None = None
    via: Literal["page", "api", "command", "task"] = "page"

    @property
    def is_machine(self) -> bool:
        return self.token is not None or self.user.is_service

    @property
    def is_auditor(self) -> bool:
        return self.user.site_role == "auditor" and self.token is None

    @property
    def is_administrator(self) -> bool:
        return self.user.site_role == "administrator" and self.token is None

    @property
    def audit_by(self) -> ActorRef:
        """A token acts under its own reference, which names the account behind it."""
        user = self.user
        if self.token:
            return ActorRef("token", self.token.pk, self.via, f"{user.display_name} ({self.token})", user.pk)
        return ActorRef("service" if user.is_service else "user", user.pk, self.via, user.display_name, user.pk)
