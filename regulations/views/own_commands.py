"""The commands of this app's rows."""

from __future__ import annotations

from projects.models import Project
from projects.views.commands import Command
from projects.views.readers import Given, day_of, texts
from regulations.models import Entry
from regulations.services import entries, obligations


def _assignment(given: Given) -> dict[str, object]:
    """The ticked obligations, and who sees to them until when."""
    return {"keys": given.getlist("keys"), **texts("regulation", "owner")(given), "due_on": day_of(given, "due_on")}


COMMANDS = {
    "withdraw-entry": Command(entries.withdraw, Entry, "entry", texts("reason"), "It does not count any more."),
    "confirm-obligation": Command(
        obligations.confirm, Project, "project", texts("regulation", "obligation", "verdict", "reason", "evidence"),
        "Recorded, with your name.",
    ),
    "assign-obligations": Command(obligations.assign, Project, "project", _assignment, "Assigned."),
}  # fmt: skip
