"""The catalogue of metrics, by type of problem."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

TYPES = ("classification", "regression", "ranking", "other")


@dataclass(frozen=True)
class Metric:
    key: str
    name: str
    types: tuple[str, ...]
    better: str  # "higher" or "lower"
    unit: str
    needs_labels: bool


def read() -> tuple[Metric, ...]:
    rows = yaml.safe_load((Path(__file__).parent / "metrics.yaml").read_text(encoding="utf-8"))
    return tuple(Metric(**{**row, "types": tuple(row["types"])}) for row in rows)


METRICS = read()


def for_type(problem: str) -> list[Metric]:
    """Those that fit a type of problem."""
    return [metric for metric in METRICS if problem in metric.types]
