"""The trail: every act leaves one event, committed with its changes or not at all.

    with audit.act("risk.rated", by=actor, subject=risk, reason="after the blind test"):
        risk.severity = "high"
        risk.save(update_fields=["severity"])

Knows no other app: subjects are (type, id), log ids are plain UUIDs.
"""

from audit.actors import SYSTEM, SYSTEM_LOG, ActorRef
from audit.acts import Act, NestedAct, NothingChanged, OutsideAct, UnknownAct, act, refused, register_acts

__all__ = [
    "SYSTEM",
    "SYSTEM_LOG",
    "Act",
    "ActorRef",
    "NestedAct",
    "NothingChanged",
    "OutsideAct",
    "UnknownAct",
    "act",
    "refused",
    "register_acts",
]
