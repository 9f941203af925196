"""The legal moves of this app's state machines, as data."""

MOVES = {
    "Classification": {
        "draft": {"signed", "withdrawn"},
        "signed": {"superseded", "withdrawn"},
        "superseded": set(),
        "withdrawn": set(),
    }
}
