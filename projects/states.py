"""The legal moves of every state machine, as data. Services ask `require_move`; nothing else changes a state."""

from __future__ import annotations

from typing import Any

from crispmlq.errors import Conflict

MOVES: dict[str, dict[str, set[str]]] = {
    "Project": {
        "draft": {"active", "on_hold", "stopped"},
        "active": {"in_operation", "on_hold", "stopped"},
        "in_operation": {"on_hold", "stopped"},
        "on_hold": {"draft", "active", "in_operation", "stopped"},
        "stopped": set(),
    },
    "Phase": {
        "locked": {"open"},
        "open": {"in_review", "reconfirm"},
        "in_review": {"open", "passed", "reconfirm"},
        "passed": {"open", "reconfirm"},
        "reconfirm": {"open"},
    },
    "Task": {
        "to_do": {"in_progress", "not_applicable"},
        "in_progress": {"in_review", "to_do", "not_applicable"},
        "in_review": {"done", "in_progress", "to_do"},
        "done": {"to_do"},
        "not_applicable": {"to_do"},
    },
    "Requirement": {"open": {"confirmed"}, "confirmed": {"open"}},
    "Risk": {
        "identified": {"rated", "closed"},
        "rated": {"rated", "treated", "closed", "accepted"},
        "treated": {"rated", "closed"},
        "closed": {"rated", "closed"},
        "accepted": {"rated", "closed", "accepted"},
    },
    "QAMethod": {
        "available": {"planned"},
        "planned": {"performed"},
        "performed": {"accepted", "rejected"},
        "accepted": {"planned"},
        "rejected": {"planned"},
    },
    "CriterionVersion": {"draft": {"approved"}, "approved": {"superseded"}, "superseded": set()},
    "Revision": {
        "draft": {"submitted"},
        "submitted": {"accepted", "rejected"},
        "accepted": {"superseded"},
        "rejected": set(),
        "superseded": set(),
    },
    "Gate": {"open": {"submitted"}, "submitted": {"open", "passed"}, "passed": {"open"}},
    "Evaluation": {"open": {"decided", "withdrawn"}, "decided": set(), "withdrawn": set()},
    "Waiver": {"requested": {"granted", "refused"}, "granted": set(), "refused": set()},
}


def register_moves(table: dict[str, dict[str, set[str]]]) -> None:
    """Add state machines, by the name of the model; for apps above this one."""
    MOVES.update(table)


def require_move(row: Any, to: str) -> None:
    """Refuse a move the table does not list.

    Raises:
        Conflict: code "illegal_move"; `data` names the state now and the states it may go to.
    """
    moves = MOVES[type(row).__name__]
    if to in moves[row.state]:
        return
    label = dict(type(row).State.choices)
    may = sorted(moves[row.state])
    onward = " or ".join(f"“{label[state]}”" for state in may) or "nothing"
    raise IllegalMove(
        f"This {type(row)._meta.verbose_name} is “{label[row.state]}”; from there it can become {onward}, "
        f"not “{label[to]}”.",
        state=row.state,
        allowed=may,
    )


class IllegalMove(Conflict):
    code, title = "illegal_move", "Not possible in this state"
