"""`manage.py gate_readiness --project SLUG --gate KEY_OR_NUMBER`: how each check of a gate stands.

Ends with 0 when nothing stops the gate's next step, with 1 when something does, with 2 when there is no such gate.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from projects.gates import standing
from projects.models import Gate


class Command(BaseCommand):
    help = "Tell how each check of a gate stands; ends with 1 while something stops its next step."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", required=True, help="Short name of the project.")
        parser.add_argument("--gate", required=True, metavar="KEY_OR_NUMBER")

    def handle(self, *, project: str, gate: str, **_: Any) -> None:
        which = {"phase__number": int(gate)} if gate in set("123456") else {"key": gate}
        found = (
            Gate.objects.filter(project__slug=project, **which).select_related("phase", "project__catalogue").first()
        )
        if found is None:
            raise CommandError("There is no such project, or no such gate in it.", returncode=2)
        view = standing.readiness(found)
        for verdict in view.verdicts:
            stops = "stops" if verdict.blocks else "     "
            self.stdout.write(f"{verdict.verdict:8} {stops} {verdict.check}: {verdict.text} {verdict.because}")
        if view.evaluation and view.missing_roles:
            self.stdout.write(f"Signatures are missing: {', '.join(view.missing_roles)}.")
        said = (
            f"{found} of {found.project}, {found.get_state_display().lower()}: {view.met} of {len(view.verdicts)} met"
        )
        if not view.is_ready:
            raise CommandError(f"{said}; not ready.", returncode=1)
        self.stdout.write(f"{said}; ready.")
