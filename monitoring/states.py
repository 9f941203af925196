"""The legal moves of this app's state machines, as data."""

from __future__ import annotations

MOVES = {
    "Signal": {"draft": {"active", "retired"}, "active": {"retired"}, "retired": {"active"}},
    "Alarm": {"open": {"acknowledged", "closed"}, "acknowledged": {"closed"}, "closed": set()},
    "Incident": {
        "open": {"acknowledged"},
        "acknowledged": {"cause_known"},
        "cause_known": {"cause_known", "resolved"},
        "resolved": {"cause_known", "closed"},
        "closed": set(),
    },
    "OperationReview": {"open": {"decided"}, "decided": set()},
    "UpdateDecision": {"open": {"decided"}, "decided": set()},
}
