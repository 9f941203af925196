"""The commands of this app's rows."""

from __future__ import annotations

from projects.models import Project
from projects.views.commands import Command
from projects.views.readers import Given, day_of, texts
from regulations.models import Classification, Entry
from regulations.services import classifications, entries, obligations
from regulations.views import readers


def _assignment(given: Given) -> dict[str, object]:
    """The ticked obligations, and who sees to them until when."""
    return {"keys": given.getlist("keys"), **texts("regulation", "owner")(given), "due_on": day_of(given, "due_on")}


COMMANDS = {
    "begin-classification": Command(
        classifications.begin, Project, "project", texts("regulation"), "Begun. Answer what you know."
    ),
    "answer-classification": Command(
        classifications.answer, Classification, "classification", readers.answers, "Saved."
    ),
    "set-classification-roles": Command(
        classifications.set_roles, Classification, "classification", readers.roles, "The roles are saved."
    ),
    "sign-classification": Command(
        classifications.sign, Classification, "classification", texts("reasoning"), "Signed. It holds from now on."
    ),
    "withdraw-classification": Command(
        classifications.withdraw, Classification, "classification", texts("reason"), "Withdrawn."
    ),
    "withdraw-entry": Command(entries.withdraw, Entry, "entry", texts("reason"), "It does not count any more."),
    "confirm-obligation": Command(
        obligations.confirm, Project, "project", texts("regulation", "obligation", "verdict", "reason", "evidence"),
        "Recorded, with your name.",
    ),
    "assign-obligations": Command(obligations.assign, Project, "project", _assignment, "Assigned."),
}  # fmt: skip
