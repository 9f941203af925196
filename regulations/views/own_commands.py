"""The commands of this app's own rows."""

from __future__ import annotations

from projects.views.commands import Command
from projects.views.readers import texts
from regulations.models import Entry
from regulations.services import entries

COMMANDS = {
    "withdraw-entry": Command(entries.withdraw, Entry, "entry", texts("reason"), "It does not count any more."),
}
