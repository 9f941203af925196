"""`manage.py gate_replay --project SLUG`: judge every decision again from its stored facts."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from crispmlq.errors import DomainError
from projects.gates import rules
from projects.models import Decision
from projects.services import gates


class Command(BaseCommand):
    help = "Judge every gate decision of a project again from its stored facts; fails if a verdict differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--project", required=True, help="Short name of the project.")

    def handle(self, *, project: str, **_: Any) -> None:
        decisions = Decision.objects.filter(project__slug=project).select_related("gate", "facts", "project__catalogue")
        if not decisions:
            raise CommandError("There is no such project, or no gate of it was decided.")
        differing = [decision for decision in decisions if not self._is_same(decision)]
        if differing:
            raise CommandError(f"{len(differing)} of {len(decisions)} decisions are judged differently.")
        self.stdout.write(f"All {len(decisions)} decisions are judged as they were.")

    def _is_same(self, decision: Decision) -> bool:
        try:
            verdicts = rules.as_rows(gates.replay(decision))
        except DomainError as error:
            self.stdout.write(f"{decision}: {error.message}")
            return False
        met = sum(row["verdict"] == "met" for row in verdicts)
        same = verdicts == decision.verdicts
        self.stdout.write(
            f"{decision.gate.key}, iteration {decision.iteration}: {decision.outcome}, {met} of {len(verdicts)} met, "
            f"{'same verdicts' if same else 'OTHER verdicts'}"
        )
        return same
