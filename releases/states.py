"""The legal moves of this app's state machines, as data."""

MOVES = {
    "Release": {
        "planned": {"rolling_out"},
        "rolling_out": {"complete", "stopped"},
        "stopped": set(),
        "complete": set(),
    },
    "Increment": {"planned": {"running"}, "running": {"passed", "stopped"}, "passed": set(), "stopped": set()},
}
