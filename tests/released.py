"""Releases for tests, on decisions as if their gates had been passed."""

from __future__ import annotations

from typing import Any

import audit
from audit.canon import canonical
from evidence.services import blobs
from projects.models import Decision, Evaluation, Gate
from releases.models import Release
from releases.services import releasing
from tests import artefacts, material
from tests.cast import Cast

STEPS = [releasing.Step(10, "Error rate above 2 %."), releasing.Step(100, "Error rate above 1 %.")]


def released_material(cast: Cast) -> None:
    """Two models that come from logged runs, and what a release names besides."""
    material.material(cast)
    material.model(cast, "model@2")
    artefacts.version(cast, "pipeline", "pipe@1")
    artefacts.version(cast, "configuration", "conf@1")
    for model in ("model@1", "model@2"):
        material.run(cast, model=model)


def pass_gate(cast: Cast, number: int, model: str) -> Decision:
    """As if the gate had been passed with this version; how gates are passed has tests of its own."""
    gate = Gate.objects.get(project=cast.project, phase__number=number)
    with audit.act("gate.decided", by=cast.mara.audit_by, subject=gate, reason="Passed.") as act:
        facts = blobs.store(
            owner_id=cast.project.pk, name=f"{model}.json", media_type="application/json",
            data=canonical({"gate": number, "model": model}),
        )  # fmt: skip
        common = {"project": cast.project, "gate": gate, "iteration": 1, "facts": facts, "verdicts": []}
        evaluation = Evaluation(
            **common, rules_version="1", submitted_by=cast.mara.user, submitted_at=act.at, state="decided",
            model_version=model,
        )  # fmt: skip
        evaluation.save()
        decision = Decision(
            **common, evaluation=evaluation, outcome="pass", reason="Good.", rules_version="1",
            decided_by=cast.mara.user, decided_at=act.at,
        )  # fmt: skip
        decision.save()
        gate.state = Gate.State.PASSED
        gate.save(update_fields=["state"])
    return decision


def plan(cast: Cast, model: str = "model@1", **given: Any) -> Release:
    told = {"pipeline": "pipe@1", "configuration": "conf@1", "purpose": "Fewer lost customers.", "steps": STEPS} | given
    return releasing.plan(project=cast.project, plan=releasing.Plan(model=model, **told), by=cast.enzo)


def released(cast: Cast, model: str = "model@1") -> Release:
    """Rolled out in full."""
    pass_gate(cast, 4, model)
    pass_gate(cast, 5, model)
    release = plan(cast, model)
    for increment in release.increments.order_by("position"):
        releasing.begin(increment=increment, by=cast.enzo)
        releasing.end(increment=increment, result="No complaint.", by=cast.enzo)
    release.refresh_from_db()
    return release
