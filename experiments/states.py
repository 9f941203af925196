"""The legal moves of this app's state machines, as data."""

MOVES = {
    "Run": {"running": {"finished", "failed"}, "finished": set(), "failed": set()},
    "Handover": {"requested": {"signed", "refused"}, "signed": set(), "refused": set()},
}
