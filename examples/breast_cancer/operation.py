"""What is watched in operation, and four weeks of values, one of each signal a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from examples.breast_cancer.client import Client
from examples.breast_cancer.science import Science

DAYS = 28
TWO_DAYS = 2 * 24 * 60
SLOW_DAY = 17  # on which the work station was being backed up
PLAN = "Tell the pathologist on duty, read without the display, and open an incident."


def at_least(threshold: str, reaction: str = "incident", **more: Any) -> dict[str, Any]:
    return {"key": "floor", "kind": "at_least", "threshold": threshold, "reaction": reaction, **more}


def at_most(threshold: str, reaction: str = "incident", **more: Any) -> dict[str, Any]:
    return {"key": "ceiling", "kind": "at_most", "threshold": threshold, "reaction": reaction, **more}


DECAY = {"key": "decay", "kind": "trend", "direction": "falling", "n": 8, "reaction": "update_trigger"}
# key -> (name, group, metric, unit, compared with ground truth, criterion, feature, rules)
SIGNALS: dict[str, tuple[str, str, str, str, bool, str | None, str, list[dict[str, Any]]]] = {
    "recall-live": ("Recall", "performance", "Recall", "1", True, "recall", "", [at_least("0.7"), DECAY]),
    "auc-live": ("Ranking", "performance", "Area under the ROC curve", "1", True, "auc", "", [at_least("0.9")]),
    "missed-live": ("Tumours missed", "business", "Share missed", "1", True, "missed-tumours", "", [at_most("0.3")]),
    "minutes-live": ("Minutes saved", "economic", "Minutes a case", "min", False, "minutes-saved", "", [at_least("0")]),
    "radius-mean": (
        "Mean radius of the nuclei", "data", "Mean", "µm", False, None, "mean radius",
        [{"key": "jump", "kind": "jump", "by": "4", "window": 7, "reaction": "incident"}],
    ),
    "latency": ("Latency", "technical", "95th percentile", "ms", False, None, "", [at_most("60", severity="low")]),
    "scanner": ("Scanner available", "availability", "Availability", "1", False, None, "", [at_least("0.9", "alarm")]),
    "changed-reports": ("Reports changed", "feedback", "Share changed after display", "1", False, None, "",
                        [at_least("0.02", "alarm")]),
}  # fmt: skip


def propose(client: Client, science: Science) -> None:
    """Draft every signal; people activate them."""
    for key, (name, group, metric, unit, labelled, criterion, feature, rules) in SIGNALS.items():
        client.post(
            "signals",
            {
                "key": key, "name": name, "group": group, "metric": metric, "unit": unit, "is_labelled": labelled,
                "criterion": criterion, "feature": feature, "rules": rules, "owner": "owner", "response_plan": PLAN,
                "source": "Reading station", "interval_minutes": TWO_DAYS,
                "baseline": f"{_of_day(science, 0)[key]:.4f}", "baseline_source": "Blind test",
                "baseline_version": f"classifier@{science.version}",  # as the registry names what is served
            },
        )  # fmt: skip


def deliver(client: Client, science: Science) -> None:
    """All values of each signal in one post."""
    days = [_of_day(science, day) for day in range(1, DAYS + 1)]
    for key in SIGNALS:
        client.post(f"signals/{key}/readings", {"readings": list(_readings(key, days))})


def _readings(key: str, days: list[dict[str, float]]) -> Iterator[dict[str, Any]]:
    now = datetime.now(UTC)
    for number, day in enumerate(days, 1):
        row = {"value": f"{day[key]:.4f}", "at": (now - timedelta(days=DAYS - number)).isoformat(),
               "environment": "operation", "count": 80}  # fmt: skip
        if key == "recall-live":
            spread = 1.96 * (day[key] * (1 - day[key]) / 30) ** 0.5
            row |= {"lower": f"{day[key] - spread:.4f}", "upper": f"{min(day[key] + spread, 1):.4f}"}
        yield row


def _of_day(science: Science, day: int) -> dict[str, float]:
    judged, chance = science.week(day), np.random.default_rng(500 + day)
    rows = chance.choice(science.split.test, 80)
    return {
        "recall-live": judged["recall"],
        "auc-live": judged["auc"],
        "missed-live": judged["missed"],
        "minutes-live": judged["minutes"],
        "radius-mean": float(science.x[rows, 0].mean()),
        "latency": 140.0 if day == SLOW_DAY else 8 + 6 * chance.random(),
        "scanner": 1.0,
        "changed-reports": 0.06 + 0.02 * chance.random(),
    }
