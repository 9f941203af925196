"""The commands of this app's rows."""

from __future__ import annotations

from projects.models import Project
from projects.views.commands import Command
from projects.views.readers import nothing, texts
from releases.models import Increment
from releases.services import releasing, serving
from releases.views import readers

COMMANDS = {
    "plan-release": Command(releasing.plan, Project, "project", readers.plan, "The release is planned."),
    "begin-increment": Command(releasing.begin, Increment, "increment", nothing, "The step has begun."),
    "end-increment": Command(releasing.end, Increment, "increment", readers.ending, "The result is entered."),
    "roll-back": Command(
        serving.roll_back, Project, "project", texts("deployment", "model", "reason"), "The earlier version is served."
    ),
    "fall-back": Command(
        serving.fall_back, Project, "project", texts("deployment", "fallback", "reason"), "The stand-in is served."
    ),
    "switch-off": Command(
        serving.switch_off, Project, "project", texts("deployment", "reason"), "Nothing is served any more."
    ),
}  # fmt: skip
