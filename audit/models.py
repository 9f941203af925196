from audit.governed import GovernedModel, GovernedQuerySet
from audit.trail import (
    Actor,
    Anchor,
    Change,
    Checkpoint,
    Entry,
    Erasure,
    Event,
    Log,
    Pending,
    Private,
    Seal,
    SigningKey,
    Tile,
)

__all__ = [
    "Actor",
    "Anchor",
    "Change",
    "Checkpoint",
    "Entry",
    "Erasure",
    "Event",
    "GovernedModel",
    "GovernedQuerySet",
    "Log",
    "Pending",
    "Private",
    "Seal",
    "SigningKey",
    "Tile",
]
