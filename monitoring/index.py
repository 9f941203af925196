"""Series and readings: the index of the deliveries. Filled as they come, compared with them, made anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count

from audit.storing import insert
from monitoring import values
from monitoring.models import Delivery, Reading, Series, Signal
from monitoring.values import Value

Place = tuple[str, str, str]
BATCH = 2_000


@dataclass(frozen=True)
class Arrived:
    """What a delivery brought to a series: its newest points, of which the last `fresh` are new.

    Values older than the newest known are in the series, but are none of these points.
    """

    series: Series
    points: list[list[Any]]
    fresh: int


def add(delivery: Delivery, found: list[Value]) -> list[Arrived]:
    """Index the values of a new delivery; its signal is locked."""
    by_place: dict[Place, list[Value]] = defaultdict(list)
    for value in found:
        by_place[value.place].append(value)
    series = _series(delivery.signal, set(by_place))
    insert(Reading, list(_readings(delivery, found, series)))
    arrived = [_take_up(one, by_place[place]) for place, one in series.items()]
    Series.objects.bulk_update(series.values(), ["count", "last_at", "recent"])
    return arrived


def differences(log_id: UUID | None = None) -> Iterator[str]:
    """What does not fit between deliveries and readings, in sentences; for one project, or for all."""
    deliveries = Delivery.objects.select_related("signal").order_by("pk")
    readings = Reading.objects.all()
    if log_id:
        deliveries, readings = deliveries.filter(project=log_id), readings.filter(delivery__project=log_id)
    counts = dict(readings.order_by().values_list("delivery").annotate(n=Count("pk")))
    for delivery in deliveries.iterator(20):
        kept = counts.pop(delivery.pk, 0)
        if kept != delivery.count:
            yield f"The delivery {delivery.pk} of “{delivery.signal}” has {delivery.count} values; {kept} are found."
            continue
        rows = Reading.objects.filter(delivery=delivery).order_by("n").values_list(*_COLUMNS)
        for n, (row, value) in enumerate(zip(rows.iterator(BATCH), values.of_text(delivery.readings), strict=True)):
            if row != (n, value.at, *value.numbers, *value.place, delivery.signal_id):
                yield f"Value {n} of the delivery {delivery.pk} of “{delivery.signal}” was changed."
    for unknown in counts:
        yield f"There are values of a delivery {unknown} that does not exist."


def rebuild(log_id: UUID | None = None) -> int:
    """Throw the index away and make it from the deliveries, for one project or for all; how many values there are."""
    total = 0
    with transaction.atomic():
        signals = Signal.objects.filter(project=log_id) if log_id else Signal.objects.all()
        series = Series.objects.filter(signal__in=signals)
        Reading.objects.filter(series__in=series)._raw_delete(using=connection.alias)
        series._raw_delete(using=connection.alias)
        for signal in signals.select_for_update():
            for delivery in signal.deliveries.order_by("delivered_at", "id").iterator(1):
                delivery.signal = signal
                found = list(values.of_text(delivery.readings))
                add(delivery, found)
                total += len(found)
    return total


_COLUMNS = (
    "n", "at", "value", "lower", "upper", "count", "series__environment", "series__segment", "series__kind",
    "series__signal",
)  # fmt: skip


def _series(signal: Signal, places: set[Place]) -> dict[Place, Series]:
    """Those of the signal at these places, new ones made."""
    known = {(s.environment, s.segment, s.kind): s for s in Series.objects.filter(signal=signal)}
    new = {
        (environment, segment, kind): Series(signal=signal, environment=environment, segment=segment, kind=kind)
        for environment, segment, kind in sorted(places - known.keys())
    }
    Series.objects.bulk_create(new.values())
    return {place: one for place, one in (known | new).items() if place in places}


def _readings(delivery: Delivery, found: Iterable[Value], series: dict[Place, Series]) -> Iterator[dict[str, Any]]:
    """Rows by column, since ten thousand objects would cost more than storing them."""
    for n, value in enumerate(found):
        number, lower, upper, count = value.numbers
        yield {
            "series": series[value.place].pk, "delivery": delivery.pk, "n": n, "at": value.at, "value": number,
            "lower": lower, "upper": upper, "count": count,
        }  # fmt: skip


def _take_up(series: Series, found: list[Value]) -> Arrived:
    """Put the values into the series' newest points."""
    last = series.recent[-1][0] if series.recent else -1
    fresh = sorted((value for value in found if value.at >= last), key=lambda value: value.at)
    series.count += len(found)
    points = [*series.recent, *([value.at, *value.numbers] for value in fresh)]
    series.recent = points[-Series.KEPT :]
    if fresh:
        series.last_at = values.moment(fresh[-1].at)
    return Arrived(series, points, len(fresh))
