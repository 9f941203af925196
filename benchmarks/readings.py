"""`python benchmarks/readings.py [READINGS]`: ingest, chart page and rules of one project with so many readings.

Uses a database of its own: SQLite in a temporary folder, or the empty one that DATABASE_URL names. Everything goes
through the service that pages and API call. Prints rates, and p50 and p95 in milliseconds.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
os.chdir(ROOT)
sys.path.insert(0, str(ROOT))
os.environ.update(
    CRISPMLQ_VAR_DIR=tempfile.mkdtemp(), CRISPMLQ_LOG_LEVEL="ERROR", DJANGO_SETTINGS_MODULE="tests.settings"
)
os.environ.setdefault("SECRET_KEY", "of the benchmark alone")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from pages import report  # noqa: E402

from monitoring import index, rules  # noqa: E402
from monitoring.models import Reading, Signal  # noqa: E402
from monitoring.services import readings, signals  # noqa: E402
from tests import cast as people  # noqa: E402
from tests.conftest import set_up  # noqa: E402

BATCH = 10_000
SIGNALS = 10  # the first of them takes half of all values
SEGMENTS = ("", "north", "south", "east", "west")
RULES = [
    {"key": "floor", "kind": "at_least", "threshold": "0.5", "reaction": "alarm"},
    {"key": "decay", "kind": "trend", "direction": "falling", "n": 12, "reaction": "alarm"},
    {"key": "jump", "kind": "jump", "by": "0.4", "window": 20, "reaction": "alarm"},
]


def main(count: int) -> None:
    call_command("migrate", verbosity=0)
    set_up()
    cast = people.gather()
    made = [signal(cast, number) for number in range(SIGNALS)]
    begun = time.perf_counter()
    fill(cast, made, count)
    seconds = time.perf_counter() - begun
    print(f"{count} readings on {connection.vendor}, {BATCH} a post: {seconds:.0f} s, {count / seconds:,.0f}/s")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(cast.mara.user)
    base = "/projects/churn/monitoring"
    report("board", lambda: get(client, base))
    for span in ("day", "month", "year", "all"):
        report(f"signal with half of all, {span}", lambda span=span: get(client, f"{base}/signals/s-0?range={span}"))
    report("history by API, all", lambda: get(client, "/api/v1/projects/churn/signals/s-0/history?range=all"))
    report("gate 6, readiness", lambda: get(client, "/projects/churn/gates/6"))
    one = row(datetime.now(UTC), 0.9, "")
    report("one reading, three rules", lambda: readings.deliver(signal=made[0], readings=[one], by=cast.pipeline))
    points = [rules.Point(random.random()) for _ in range(60)]
    judged = time.perf_counter()
    for _ in range(10_000):
        for rule in RULES:
            rules.judge(rule, points)
    print(f"{'a rule judged, µs':40} {(time.perf_counter() - judged) / 30_000 * 1e6:8.1f}")
    begun = time.perf_counter()
    assert list(index.differences()) == []
    print(f"compared with their deliveries in {time.perf_counter() - begun:.0f} s; {Reading.objects.count()} rows")


def signal(cast: Any, number: int) -> Signal:
    settings = {
        "name": f"S {number}", "group": "performance", "metric": "recall", "unit": "1", "owner": "olga", "rules": RULES,
        "interval_minutes": 60,
    }  # fmt: skip
    drafted = signals.propose(project=cast.project, key=f"s-{number}", settings=settings, by=cast.enzo)
    return signals.activate(signal=drafted, by=cast.enzo)


def fill(cast: Any, made: list[Signal], count: int) -> None:
    """Values of two years, four segments and the total."""
    chance = random.Random(1)
    first = datetime.now(UTC) - timedelta(days=730)
    shares = [count // 2] + [count // 2 // (SIGNALS - 1)] * (SIGNALS - 1)
    for signal, share in zip(made, shares, strict=True):
        step = timedelta(days=730) / max(share, 1)
        for start in range(0, share, BATCH):
            rows = [
                row(
                    first + number * step,
                    0.9 + 0.05 * chance.random(),
                    ["", "north", "south", "east", "west"][number % 5],
                )
                for number in range(start, min(start + BATCH, share))
            ]
            readings.deliver(signal=signal, readings=rows, by=cast.pipeline)


def row(at: datetime, value: float, segment: str) -> dict[str, Any]:
    return {
        "value": f"{value:.4f}", "lower": f"{value - 0.02:.4f}", "upper": f"{value + 0.02:.4f}", "at": at.isoformat(),
        "environment": "operation", "segment": segment, "count": 500,
    }  # fmt: skip


def get(client: Client, url: str) -> None:
    answer = client.get(url)
    assert answer.status_code == 200, answer.status_code


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
