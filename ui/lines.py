"""Values over time as SVG text: lines with bands, levels and marked dates. Pure functions of plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape

from ui.charts import svg

WIDTH, HEIGHT = 760, 300
LEFT, RIGHT, TOP, BOTTOM = 92, 14, 26, 46
SHADES = 6  # classes line-0 to line-5


@dataclass(frozen=True)
class Dot:
    """Values around one moment: their mean, and the ends of the band, if any."""

    at: int  # milliseconds since 1970
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Line:
    name: str
    dots: Sequence[Dot]
    is_forecast: bool = False


@dataclass(frozen=True)
class Level:
    """A threshold or baseline."""

    name: str
    value: float


@dataclass(frozen=True)
class Mark:
    """Something that happened at a date."""

    name: str
    at: int


@dataclass(frozen=True)
class Frame:
    """From values to places in the picture."""

    since: int
    until: int
    low: float
    high: float
    scale: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", (WIDTH - LEFT - RIGHT) / max(self.until - self.since, 1))

    def x(self, at: int) -> float:
        return LEFT + (at - self.since) * self.scale

    def y(self, value: float) -> float:
        span = self.high - self.low or 1.0
        return TOP + (HEIGHT - TOP - BOTTOM) * (self.high - value) / span


def over_time(
    title: str, lines: Sequence[Line], levels: Sequence[Level] = (), marks: Sequence[Mark] = (), *,
    since: int, until: int,
) -> str:  # fmt: skip
    """Every line with its band, levels across, and marks at their dates."""
    frame = _frame(lines, levels, since, until)
    parts = _axes(frame)
    for number, mark in enumerate(m for m in marks if since <= m.at <= until):
        parts += _mark(frame, mark, number)
    for level in levels:
        parts += _level(frame, level)
    for number, line in enumerate(lines):
        parts += _line(frame, line, number % SHADES)
    return svg(title, WIDTH, HEIGHT, parts, "small-text")


def sparkline(values: Sequence[float], said: str) -> str:
    """The newest values without axes; `said` says them in words."""
    if not values:
        return ""
    low, high = min(values), max(values)
    span, step = (high - low) or 1.0, 112 / max(len(values) - 1, 1)
    points = [(4 + i * step, 22 - 18 * (value - low) / span if high > low else 13) for i, value in enumerate(values)]
    x, y = points[-1]
    return svg(
        said, 120, 26, [_path("line line-0", points), f'<circle class="dot-0" cx="{x:.1f}" cy="{y:.1f}" r="3"/>']
    )


def _frame(lines: Sequence[Line], levels: Sequence[Level], since: int, until: int) -> Frame:
    dots = [dot for line in lines for dot in line.dots]
    ends = [n for dot in dots for n in (dot.value, dot.low, dot.high) if n is not None]
    found = [*ends, *(level.value for level in levels)] or [0.0, 1.0]
    low, high = min(found), max(found)
    room = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    return Frame(since, until, low - room, high + room)


def _axes(frame: Frame) -> list[str]:
    parts = []
    for i in range(5):
        value = frame.low + (frame.high - frame.low) * i / 4
        y = frame.y(value)
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" font-size="11">{value:.4g}</text>')
    style = "%Y-%m-%d" if frame.until - frame.since > 3 * 86_400_000 else "%m-%d %H:%M"
    for i in range(4):
        at = frame.since + (frame.until - frame.since) * i // 3
        anchor = ("start", "middle", "middle", "end")[i]
        when = datetime.fromtimestamp(at / 1000, UTC).strftime(style)
        parts.append(
            f'<text{" class=between" if anchor == "middle" else ""} x="{frame.x(at):.1f}" y="{HEIGHT - 16}"'
            f' text-anchor="{anchor}" font-size="11">{when}</text>'
        )
    return parts


def _mark(frame: Frame, mark: Mark, number: int) -> list[str]:
    x, anchor = frame.x(mark.at), "start" if mark.at < (frame.since + frame.until) / 2 else "end"
    name = mark.name if len(mark.name) <= 28 else mark.name[:27] + "…"
    return [
        f'<line class="mark" x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}"/>',
        f'<text class="mark-name" x="{x + (4 if anchor == "start" else -4):.1f}" y="{TOP - 12 + 12 * (number % 2):.1f}"'
        f' text-anchor="{anchor}" font-size="11">{escape(name)}</text>',
    ]


def _level(frame: Frame, level: Level) -> list[str]:
    y = frame.y(level.value)
    return [
        f'<line class="level" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>',
        f'<text class="strong" x="{WIDTH - RIGHT - 4}" y="{y - 4:.1f}" text-anchor="end" font-size="11">'
        f"{escape(level.name)}</text>",
    ]


def _line(frame: Frame, line: Line, shade: int) -> list[str]:
    parts = []
    banded = [dot for dot in line.dots if dot.low is not None and dot.high is not None]
    if len(banded) > 1:
        upper = [(frame.x(dot.at), frame.y(dot.high)) for dot in banded if dot.high is not None]
        lower = [(frame.x(dot.at), frame.y(dot.low)) for dot in reversed(banded) if dot.low is not None]
        around = " ".join(f"{x:.1f},{y:.1f}" for x, y in (*upper, *lower))
        parts.append(f'<polygon class="band band-{shade}" points="{around}"/>')
    points = [(frame.x(dot.at), frame.y(dot.value)) for dot in line.dots]
    css = f"line line-{shade}" + (" forecast" if line.is_forecast else "")
    if len(points) > 1:
        parts.append(_path(css, points))
    if len(points) <= 60:
        parts += [f'<circle class="dot-{shade}" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in points]
    return parts


def _path(css: str, points: Sequence[tuple[float, float]]) -> str:
    return f'<path class="{css}" d="M{" L".join(f"{x:.1f} {y:.1f}" for x, y in points)}"/>'
