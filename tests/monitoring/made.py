"""What the tests of monitoring begin with."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from monitoring.models import Delivery, Signal
from monitoring.services import readings, signals
from tests.cast import Cast

BELOW = {"key": "floor", "kind": "at_least", "threshold": "0.9", "reaction": "incident", "severity": "high"}


def drafted(cast: Cast, key: str = "recall-live", **settings: Any) -> Signal:
    usual = {
        "name": key.replace("-", " ").capitalize(), "group": "performance", "metric": "recall", "unit": "1",
        "owner": "olga", "rules": [BELOW],
    }  # fmt: skip
    return signals.propose(project=cast.project, key=key, settings={**usual, **settings}, by=cast.enzo)


def active(cast: Cast, key: str = "recall-live", **settings: Any) -> Signal:
    return signals.activate(signal=drafted(cast, key, **settings), by=cast.enzo)


def reading(value: object, ago: timedelta = timedelta(0), **parts: Any) -> dict[str, Any]:
    at: datetime = timezone.now() - ago
    return {"value": str(value), "at": at.isoformat(), "environment": "operation", **parts}


def deliver(cast: Cast, signal: Signal, *values: object, segment: str = "", **control: str) -> Delivery:
    """The values in order, a second apart, the last one now."""
    count = len(values)
    rows = [reading(v, timedelta(seconds=count - n - 1), segment=segment) for n, v in enumerate(values)]
    return readings.deliver(signal=signal, readings=rows, by=cast.pipeline, **control)
