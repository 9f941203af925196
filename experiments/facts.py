"""What gates know of experiments."""

from __future__ import annotations

from typing import Any

from django.db.models import Count

from audit.canon import plain
from experiments.models import Handover, Run, TestSetUse
from experiments.selectors import metrics_of
from projects.gates.facts import turn_starts
from projects.models import Project

MODELLING = 3  # phase in which runs are made
MOST = 200  # candidates in the facts; of more than these nobody chooses by hand


def collect(project: Project) -> dict[str, Any]:
    """Runs of this turn of the loop, and the use of test sets; six queries."""
    of_turn = Run.objects.filter(project=project, iteration__gte=turn_starts(project)[MODELLING])
    ended = of_turn.filter(state=Run.State.FINISHED)
    with_model = ended.exclude(model=None).select_related("model").order_by("-number")[:MOST]
    baselines = Run.objects.filter(project=project, is_baseline=True, state=Run.State.FINISHED)
    first = ended.order_by("finished_at").values_list("finished_at", flat=True).first()
    return {
        "finished": ended.count(),
        "first_result_at": plain(first),
        "candidates": [_candidate(run) for run in with_model],
        "baselines": [_candidate(run) for run in baselines.select_related("model")[:MOST]],
        "uses": [
            {"test_set": ref, "times": times}
            for ref, times in TestSetUse.objects.filter(project=project)
            .order_by("test_set__ref")
            .values_list("test_set__ref")
            .annotate(times=Count("pk"))
        ],
        "open_handovers": Handover.objects.filter(project=project, state=Handover.State.REQUESTED).count(),
    }


def _candidate(run: Run) -> dict[str, Any]:
    return {
        "number": run.number,
        "model": str(run.model) if run.model_id else None,
        "verdict": run.verdict,
        "metrics": {name: str(value) for name, value in metrics_of(run).items()},
    }
