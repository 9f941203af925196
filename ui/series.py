"""A row of values as dots, in the order they came. Pure functions of plain values; each picture has a title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 220, 104, 44, 18


@dataclass(frozen=True)
class Point:
    name: str  # under the axis
    value: float
    said: str  # shown when one points at it


def dots(title: str, points: Sequence[Point]) -> str:
    """Joined dots from left to right, with the least and the greatest value on the axis."""
    low, high = min(p.value for p in points), max(p.value for p in points)
    span = (high - low) or 1.0
    step = (WIDTH - LEFT - 24) / max(len(points) - 1, 1)
    places = [
        (LEFT + i * step, HEIGHT - BOTTOM - (p.value - low) / span * (HEIGHT - BOTTOM - TOP - 6))
        for i, p in enumerate(points)
    ]
    parts = [
        f'<line class="axis" x1="{LEFT - 8}" y1="{HEIGHT - BOTTOM + 8}" x2="{WIDTH - 12}" y2="{HEIGHT - BOTTOM + 8}"/>',
        f'<polyline class="line line-0" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>',
        *(_dot(point, x, y) for point, (x, y) in zip(points, places, strict=True)),
        *(_value(value, places[at][1]) for at, value in _extremes(points)),
        *(_name(points[at], places[at][0], side) for at, side in ((0, "start"), (len(points) - 1, "end"))),
    ]
    said = f"{title}: from {points[0].value:g} to {points[-1].value:g}, least {low:g}, greatest {high:g}"
    return (
        f'<svg class="chart small-text" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(said)}">'
        f"<title>{escape(said)}</title>{''.join(parts)}</svg>"
    )


def _extremes(points: Sequence[Point]) -> list[tuple[int, float]]:
    values = [p.value for p in points]
    low, high = values.index(min(values)), values.index(max(values))
    return [(low, values[low]), (high, values[high])] if low != high else [(low, values[low])]


def _dot(point: Point, x: float, y: float) -> str:
    return (
        f'<circle class="dot-0" cx="{x:.1f}" cy="{y:.1f}" r="4.5">'
        f"<title>{escape(point.name)}: {escape(point.said)}</title></circle>"
    )


def _value(value: float, y: float) -> str:
    return f'<text x="{LEFT - 12}" y="{y + 4:.1f}" text-anchor="end" font-size="12">{value:.4g}</text>'


def _name(point: Point, x: float, side: str) -> str:
    return f'<text x="{x:.1f}" y="{HEIGHT - 10}" text-anchor="{side}" font-size="12">{escape(point.name)}</text>'
