"""Whether a gate that was passed still holds."""

from __future__ import annotations

from django.db.models import Prefetch

from catalogue import definitions
from projects.gates import facts, rules
from projects.models import Evaluation, Gate, Project


def outdated(project: Project) -> dict[Gate, list[rules.Verdict]]:
    """Passed gates with a blocking check that is not met on today's records, each with those checks.

    Nothing is stored: a gate holds again as soon as its checks do. About fifteen queries, however many gates and rows.
    """
    decided = Evaluation.objects.filter(state=Evaluation.State.DECIDED).order_by("submitted_at", "id")
    passed = (
        project.gate_set.filter(state=Gate.State.PASSED)
        .select_related("phase")
        .prefetch_related("waivers", Prefetch("evaluations", decided.prefetch_related("signatures")))
        .order_by("phase__number")
    )
    if not passed:
        return {}
    base, template = facts.of_project(project), definitions.of(project.catalogue)
    found = {}
    for gate in passed:
        snapshot = facts.of_gate(base, gate, list(gate.evaluations.all())[-1])
        failing = rules.blockers(rules.evaluate(template.gate(gate.key).checks, snapshot), "decision")
        if failing:
            found[gate] = failing
    return found
