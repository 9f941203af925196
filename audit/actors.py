"""Who acted. The event keeps only the reference; name and mail live in `audit_actor`, where they can be erased."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

# The log of everything that belongs to no project: accounts, tokens, catalogues.
SYSTEM_LOG = UUID("00000000-0000-7000-8000-000000000001")

# The log of seals; its leaves commit to the heads of all other logs.
ROOT_LOG = UUID("00000000-0000-7000-8000-000000000002")


@dataclass(frozen=True)
class ActorRef:
    kind: Literal["user", "token", "service", "system"]
    ref: UUID
    via: Literal["page", "api", "command", "task"]
    display: str = ""
    account: UUID | None = None  # the account behind a token


SYSTEM = ActorRef("system", UUID("00000000-0000-7000-8000-000000000000"), "command", "the system")
