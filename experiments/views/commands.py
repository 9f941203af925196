"""The commands of this app's rows."""

from __future__ import annotations

from experiments.models import Handover, Run
from experiments.services import runs, test_sets
from experiments.views import readers
from projects.models import Project
from projects.views.commands import Command
from projects.views.readers import texts

COMMANDS = {
    "log-run": Command(runs.log, Project, "project", readers.new_run, "The run is in the log."),
    "end-run": Command(runs.finish, Run, "run", readers.outcome, "The end of the run is entered."),
    "judge-run": Command(runs.judge, Run, "run", texts("verdict", "reason"), "The run is judged."),
    "use-test-set": Command(
        test_sets.use, Project, "project", texts("test_set", "model", "purpose", "disjointness"),
        "The evaluation is in the log; values measured in it can be recorded now.",
    ),
    "ask-handover": Command(
        test_sets.ask_for_handover, Project, "project", texts("test_set", "recipient", "reason"),
        "Asked; another person has to sign.",
    ),
    "sign-handover": Command(test_sets.sign_handover, Handover, "handover", texts("answer"), "You have signed."),
    "refuse-handover": Command(test_sets.refuse_handover, Handover, "handover", texts("answer"), "Refused."),
}  # fmt: skip
