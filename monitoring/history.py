"""Values of a signal over time, made few by the database: a chart never loads what it can not show."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Avg, Case, Count, F, FloatField, Max, Min, When

from monitoring import values
from monitoring.models import ExternalEvent, Reading, Series, Signal, SystemUpdate
from projects.models import Measurement
from ui.lines import Dot, Level, Line, Mark

if TYPE_CHECKING:
    from projects.models import Project

RANGES = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365, "all": None}
DOTS = 180  # per line
MOST_LINES = 6


@dataclass(frozen=True)
class Bucket:
    """The values of a series around one moment."""

    at: datetime
    mean: float
    least: float
    most: float
    lower: float | None
    upper: float | None
    count: int


@dataclass(frozen=True)
class Span:
    since: int
    until: int

    def __post_init__(self) -> None:
        if self.until <= self.since:
            object.__setattr__(self, "until", self.since + 1)


def span(series: list[Series], wanted: str) -> Span:
    """The wanted range up to the newest value; one query for "all", none for others."""
    last = max((one.last_at for one in series if one.last_at), default=datetime.now(UTC))
    until = round(last.timestamp() * 1000)
    days = RANGES[wanted]
    if days is not None:
        return Span(until - days * 86_400_000, until)
    first = Reading.objects.filter(series__in=series).aggregate(first=Min("at"))["first"]
    return Span(until - 86_400_000 if first is None else first, until)


def buckets(series: list[Series], over: Span, most: int = DOTS) -> dict[int, list[Bucket]]:
    """By series, at most `most` rows for the span; one query, whatever the number of values."""
    step = max((over.until - over.since) // most, 1)
    rows = (
        Reading.objects.filter(series__in=series, at__gte=over.since, at__lte=over.until)
        .order_by()
        .annotate(place=(F("at") - over.since) / step)
        .values("series", "place")
        .annotate(
            mean=Avg("value"),
            least=Min("value"),
            greatest=Max("value"),
            low=Min("lower"),
            high=Max("upper"),
            count=Count("id"),
            newest=Max("at"),
        )  # fmt: skip
        .order_by("series", "place")
    )
    found: dict[int, list[Bucket]] = defaultdict(list)
    for row in rows:
        at = values.moment(row["newest"])
        found[row["series"]].append(
            Bucket(at, row["mean"], row["least"], row["greatest"], row["low"], row["high"], row["count"])
        )
    return found


def lines(series: list[Series], found: dict[int, list[Bucket]]) -> list[Line]:
    """What a chart draws. The band is the confidence interval, or where many values fall together their range."""
    return [
        Line(name_of(one), [_dot(bucket) for bucket in found.get(one.pk, [])], one.kind == Series.Kind.FORECAST)
        for one in series[:MOST_LINES]
    ]


def name_of(series: Series) -> str:
    parts = [series.get_environment_display(), series.segment or "total"]
    return ", ".join([*parts, *(["forecast"] if series.kind == Series.Kind.FORECAST else [])])


def _dot(bucket: Bucket) -> Dot:
    low, high = bucket.lower, bucket.upper
    if low is None and high is None and bucket.count > 1:
        low, high = bucket.least, bucket.most
    return Dot(round(bucket.at.timestamp() * 1000), bucket.mean, low, high)


def levels(signal: Signal) -> list[Level]:
    """Thresholds of the total, and the baseline."""
    found = []
    for rule in signal.rules:
        if rule.get("segment", ""):
            continue
        if rule["kind"] in {"at_least", "at_most"}:
            found.append(Level(f"{rule['kind'].replace('_', ' ')} {rule['threshold']}", float(rule["threshold"])))
        elif rule["kind"] == "range":
            found += [
                Level(f"from {rule['low']}", float(rule["low"])),
                Level(f"to {rule['high']}", float(rule["high"])),
            ]
    if signal.baseline is not None:
        found.append(Level("baseline", float(signal.baseline)))
    return found


def marks(project: Project, over: Span) -> list[Mark]:
    """External events and updates of the system within the span; two queries."""
    since, until = values.moment(over.since), values.moment(over.until)
    events = ExternalEvent.objects.filter(project=project, happened_on__range=(since.date(), until.date()))
    updates = SystemUpdate.objects.filter(project=project, happened_at__range=(since, until))
    found = [Mark(event.title, _noon(event.happened_on)) for event in events]
    found += [Mark(update.title, round(update.happened_at.timestamp() * 1000)) for update in updates]
    return sorted(found, key=lambda mark: mark.at)


def _noon(day: Any) -> int:
    return round(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp() * 1000)


@dataclass(frozen=True)
class Stage:
    """A metric in one environment: readings of the signal, and measurements of its criterion."""

    name: str
    count: int
    mean: float | None
    newest: float
    at: datetime


def stages(signal: Signal, series: list[Series]) -> list[Stage]:
    """The same metric from development into operation; two queries."""
    totals = [one for one in series if one.kind == Series.Kind.MEASURED and not one.segment and one.recent]
    found = [
        Stage(one.get_environment_display(), one.count, sum(one.values) / len(one.values), one.values[-1], one.last_at)
        for one in totals
        if one.last_at is not None
    ]
    if signal.criterion_id:
        measured = Measurement.objects.filter(version__criterion=signal.criterion_id).exclude(environment="forecast")
        newest: dict[str, Measurement] = {}
        counts: dict[str, int] = defaultdict(int)
        for each in measured.order_by("measured_at", "id"):
            newest[each.environment] = each
            counts[each.environment] += 1
        found += [
            Stage(
                f"{each.get_environment_display()}, criterion", counts[name], None, float(each.value), each.measured_at
            )
            for name, each in newest.items()
        ]
    return found


@dataclass(frozen=True)
class Moved:
    signal: Signal
    segment: str
    before: float
    within: float


def moved(project: Project, since: datetime, until: datetime) -> list[Moved]:
    """Feature signals whose mean in the window lies more than three deviations from that of as long before."""
    length = max(until - since, timedelta(days=1))
    start, middle, end = (
        round(at.timestamp() * 1000) for at in (since - 4 * length, since, max(until, since + length))
    )
    before = Case(When(at__lt=middle, then=F("value")), output_field=FloatField())
    within = Case(When(at__gte=middle, then=F("value")), output_field=FloatField())
    rows = (
        Series.objects.filter(signal__project=project, kind=Series.Kind.MEASURED, readings__at__range=(start, end))
        .exclude(signal__feature="")
        .annotate(at=F("readings__at"), value=F("readings__value"))
        .order_by()
        .values("pk", "signal", "segment")
        .annotate(before=Avg(before), squares=Avg(F("value") * before), within=Avg(within))
    )
    found = [row for row in rows if row["before"] is not None and row["within"] is not None]
    apart = [row for row in found if abs(row["within"] - row["before"]) > 3 * _spread(row)]
    known = Signal.objects.in_bulk({row["signal"] for row in apart})
    return [
        Moved(known[row["signal"]], row["segment"], row["before"], row["within"])
        for row in sorted(apart, key=lambda row: known[row["signal"]].name)
    ]


def _spread(row: dict[str, Any]) -> float:
    """Standard deviation, from the mean and the mean of squares; SQLite's own one fails where it has no values."""
    return max(row["squares"] - row["before"] ** 2, 0.0) ** 0.5
