"""Whether a number reaches what a criterion demands; the one answer for gates, pages and reports."""

from __future__ import annotations

from decimal import Decimal


def reaches(value: Decimal, direction: str, threshold: Decimal, upper: Decimal | None) -> bool:
    """`threshold` is the upper bound of "at_most", else the lower one; `upper` that of "between" alone."""
    if direction == "at_most":
        return value <= threshold
    return value >= threshold and (upper is None or value <= upper)
