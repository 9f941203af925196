"""One project through all six phases, once back and to operation."""

from __future__ import annotations

import pytest

from projects.gates import rules
from projects.models import Decision, Phase, Project
from projects.services import gates
from tests import walk
from tests.cast import Cast


@pytest.mark.slow
def test_a_project_goes_back_from_gate_4_and_reaches_operation(cast: Cast) -> None:
    for number in (1, 2, 3):
        walk.pass_gate(cast, number)
    walk.prepare(cast, 4)
    walk.measure(cast, "test", value="0.7", keys=["recall"])
    evaluation = walk.submit(cast, 4)
    walk.sign_all(cast, evaluation)
    with pytest.raises(gates.GateNotReady) as refusal:
        gates.decide(evaluation=evaluation, resolution=gates.Resolution("pass", "Good enough."), by=cast.mara)
    assert [b["check"] for b in refusal.value.data["blockers"]] == ["g4-criteria-met"]
    back = gates.Resolution("backtrack", "Recall is below target.", to_phase=3, tasks=["model-selection"])
    gates.decide(evaluation=evaluation, resolution=back, by=cast.mara)

    for number in (3, 4, 5, 6):
        walk.pass_gate(cast, number)

    project = Project.objects.get(slug="churn")
    assert (project.state, project.iteration) == ("in_operation", 2)
    assert [p.state for p in project.phase_set.all()] == [*["passed"] * 5, Phase.State.OPEN]
    decisions = Decision.objects.filter(project=project)
    assert [d.outcome for d in decisions] == ["pass"] * 3 + ["backtrack"] + ["pass"] * 4
    for decision in decisions:
        assert rules.as_rows(gates.replay(decision)) == decision.verdicts
