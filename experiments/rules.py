"""Comparing runs. Pure: plain values in, plain values out.

Source: Studer et al. 2021, section 3.3: measures are weighted, or those are chosen that no other beats in everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

Values = Mapping[str, Decimal]  # metric -> value


@dataclass(frozen=True)
class Measure:
    """A quality measure as the plan froze it."""

    metric: str
    weight: Decimal  # 0: reported, but not ranked
    is_lower_better: bool = False


@dataclass(frozen=True)
class Rank:
    score: Decimal | None  # 0 to 1; None: a weighted measure has no value
    is_best_of_its_kind: bool  # no other run is at least as good in every measure and better in one


def ranks(runs: Sequence[Values], measures: Sequence[Measure]) -> list[Rank]:
    """Score and Pareto optimality of each run, in the given order.

    A measure's values are brought to 0 for the worst of the runs and 1 for the best; the score is their weighted mean.
    """
    weighted = [measure for measure in measures if measure.weight > 0]
    complete = [all(m.metric in run for m in weighted) for run in runs]
    known = [run for run, is_complete in zip(runs, complete, strict=True) if is_complete]
    return [
        Rank(_score(run, known, weighted), not any(_beats(other, run, weighted) for other in known))
        if is_complete and weighted
        else Rank(None, False)
        for run, is_complete in zip(runs, complete, strict=True)
    ]


def _score(run: Values, runs: Sequence[Values], measures: Sequence[Measure]) -> Decimal:
    total = sum((measure.weight for measure in measures), Decimal(0))
    reached = sum((measure.weight * _share(run, runs, measure) for measure in measures), Decimal(0))
    return reached / total


def _share(run: Values, runs: Sequence[Values], measure: Measure) -> Decimal:
    values = [other[measure.metric] for other in runs]
    worst, best = (max(values), min(values)) if measure.is_lower_better else (min(values), max(values))
    return Decimal(1) if worst == best else (run[measure.metric] - worst) / (best - worst)


def _beats(one: Values, other: Values, measures: Sequence[Measure]) -> bool:
    gains = [_gain(one[m.metric], other[m.metric], m) for m in measures]
    return all(gain >= 0 for gain in gains) and any(gain > 0 for gain in gains)


def _gain(one: Decimal, other: Decimal, measure: Measure) -> Decimal:
    return other - one if measure.is_lower_better else one - other


def changed_settings(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """Names of the settings that differ, sorted."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
