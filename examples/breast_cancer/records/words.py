"""What all records of the example say alike: names of versions, limits, and how numbers are written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

Values = dict[str, Any]
DATA = "data-1.0.0"
PREPARED = "prepared-1.0.0"
SCHEMA = "schema-1.0.0"
AUC_MINIMUM = "0.93"
SLICE_MINIMUM = "0.7"
ASSUMPTION = "Scanner noise stays below 0.1 standard deviations."
REQUIREMENTS = [
    ("Holds under scanner noise", "robustness", "area under the curve 0.9 in validation", "perturbation test"),
    ("Reads a day's cases", "scalability", "200 cases on one core", "throughput test"),
    ("Shows why", "explainability", "five leading features", "permutation importance"),
    ("Answers while the pathologist waits", "resource-demand", "10 ms a case", "profiling"),
]


def number(value: float) -> str:
    return f"{value:.4f}"


def today() -> str:
    return datetime.now(UTC).date().isoformat()
