"""The legal moves of this app's state machines, as data."""

MOVES = {
    "Classification": {
        "draft": {"signed", "withdrawn"},
        "signed": {"superseded", "withdrawn"},
        "superseded": set(),
        "withdrawn": set(),
    },
    "Entry": {"recorded": {"replaced", "withdrawn"}, "replaced": set(), "withdrawn": set()},
}
