"""What pages, API and gates read of experiments. Every function states how many queries it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from experiments.models import Run, TestSetUse
from experiments.rules import Measure, Rank, changed_settings, ranks
from projects.models import Document, Project, Revision

PLAN = "quality-measure-plan"
RELATED = (
    "dataset", "code", "configuration", "model", "judged_by",
    "parent__dataset", "parent__code", "parent__configuration",
)  # fmt: skip


def runs(project: Project) -> QuerySet[Run]:
    """Newest first, with the versions they name; one query."""
    return Run.objects.filter(project=project).select_related(*RELATED, "recorded_by")


def uses(project: Project) -> QuerySet[TestSetUse]:
    """Uses of test sets, newest first; one query."""
    found = TestSetUse.objects.filter(project=project)
    return found.select_related("test_set", "model", "used_by")


def settings_of(run: Run) -> dict[str, Any]:
    """Everything a run was told, by name: versions, seed and parameters."""
    told = {"dataset": run.dataset, "code": run.code, "configuration": run.configuration, "seed": run.seed}
    return {**{name: str(value) for name, value in told.items() if value is not None}, **run.parameters}


def changes_of(run: Run) -> list[str]:
    """Settings in which a run differs from the one it builds on; the parent has to be loaded with its versions."""
    return changed_settings(settings_of(run.parent), settings_of(run)) if run.parent else []


def metrics_of(run: Run, split: str = "validation") -> dict[str, Decimal]:
    return {row["metric"]: Decimal(row["value"]) for row in run.metrics if row["split"] == split}


@dataclass(frozen=True)
class Difference:
    """One line of a comparison: a setting or a metric with its value in each run."""

    name: str
    values: list[str]

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


@dataclass(frozen=True)
class Comparison:
    runs: list[Run]
    settings: list[Difference]
    metrics: list[Difference]


def comparison(project: Project, numbers: Sequence[int]) -> Comparison:
    """Runs side by side, in the order of their numbers; one query."""
    found = sorted(runs(project).filter(number__in=list(numbers)), key=lambda run: run.number)
    told = [settings_of(run) for run in found]
    measured = [{f"{row['metric']}, {row['split']}": row["value"] for row in run.metrics} for run in found]
    return Comparison(found, _lines(told), _lines(measured))


def _lines(rows: list[dict[str, Any]]) -> list[Difference]:
    names = dict.fromkeys(name for row in rows for name in row)
    return [Difference(name, [str(row.get(name, "–")) for row in rows]) for name in names]


def measures(project: Project) -> list[Measure]:
    """The quality measures of the accepted plan that have a weight; one query."""
    plan = (
        Revision.objects.filter(
            document__in=Document.objects.filter(project=project, kind=PLAN), state=Revision.State.ACCEPTED
        )
        .order_by("-number")
        .first()
    )
    rows = plan.fields.get("measures", []) if plan else []
    return [
        Measure(row["metric"], Decimal(row["weight"]), row.get("better") == "lower")
        for row in rows
        if row.get("metric") and row.get("weight")
    ]


def ranking(project: Project, found: Sequence[Run]) -> dict[int, Rank]:
    """Run number -> rank among the candidates of `found`, by the weights of the plan; one query."""
    candidates = [run for run in found if run.is_candidate]
    ranked = ranks([metrics_of(run) for run in candidates], measures(project))
    return {run.number: rank for run, rank in zip(candidates, ranked, strict=True)}
