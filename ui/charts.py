"""Charts as SVG text. Pure functions of plain values; each has a title, and colours come from classes."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

CENTRE, MIDDLE, RADIUS = 270, 165, 112


@dataclass(frozen=True)
class LoopPhase:
    number: int
    name: str
    state: str
    state_label: str


@dataclass(frozen=True)
class Target:
    """A criterion's value against what it demands."""

    value: Decimal
    threshold: Decimal
    is_met: bool
    upper: Decimal | None = None
    floor: Decimal | None = None


# For paper, where neither the page's classes nor its variables reach into a picture.
PRINTED = (
    "text { font-family: Inter, 'DejaVu Sans', sans-serif; fill: #4a5057; }"
    ".strong { fill: #1d2125; font-weight: 700; }"
    ".ring { fill: none; stroke: #d8d4c9; stroke-width: 2; }"
    ".back { fill: none; stroke: #8a5300; stroke-width: 2; stroke-dasharray: 4 4; }"
    ".node { fill: #ffffff; stroke: #8b8e93; stroke-width: 2; }"
    ".node.passed { fill: #dcefe0; stroke: #216e39; }"
    ".node.open { fill: #d3ecec; stroke: #0b5f63; stroke-width: 4; }"
    ".node.in_review { fill: #dfe9f7; stroke: #1f5aa6; }"
    ".node.reconfirm { fill: #fbead0; stroke: #8a5300; }"
    ".track { fill: #e8e5dc; }"
    ".value.met { fill: #216e39; }"
    ".value.missed { fill: #ae2a22; }"
    ".target { stroke: #1d2125; stroke-width: 2; }"
    ".floor { stroke: #62686f; stroke-width: 1.5; stroke-dasharray: 2 2; }"
    ".cell { stroke: #ffffff; stroke-width: 3; }"
    ".cell.low { fill: #dcefe0; }"
    ".cell.mid { fill: #fbead0; }"
    ".cell.high { fill: #f8dcd8; }"
    ".share { stroke: #ffffff; stroke-width: 1; }"
    ".share.met { fill: #216e39; }"
    ".share.partly { fill: #d99a2b; }"
    ".share.needs_review { fill: #6f9bd1; }"
    ".share.open { fill: #ae2a22; }"
)


def printed(chart: str) -> str:
    """The same picture with its colours inside."""
    head, rest = chart.split("</title>", 1)
    return f"{head}</title><style>{PRINTED}</style>{rest}"


def loop(phases: Sequence[LoopPhase], ways_back: Sequence[tuple[int, int]]) -> str:
    """Six phases on a ring, clockwise from the top; dashed arcs are ways back (from, to)."""
    places = {p.number: _on_ring(p.number, len(phases)) for p in phases}
    said = "; ".join(f"{p.number} {p.name}: {p.state_label}" for p in phases)
    parts = [f'<circle class="ring" cx="{CENTRE}" cy="{MIDDLE}" r="{RADIUS}"/>']
    parts += [_arc(places[a], places[b]) for a, b in ways_back if a in places and b in places and a != b]
    for p in phases:
        x, y = places[p.number]
        parts.append(f'<circle class="node {escape(p.state)}" cx="{x:.1f}" cy="{y:.1f}" r="22"/>')
        parts.append(
            f'<text class="strong" x="{x:.1f}" y="{y + 5:.1f}" text-anchor="middle" font-size="15">{p.number}</text>'
        )
        parts.append(_label(p, x, y))
    return svg("Phases: " + said, 2 * CENTRE, 2 * MIDDLE, parts, "small-text")


def target_bar(target: Target) -> str:
    """A bar from zero to the value, a line at the threshold, a dashed one at the floor."""
    bounds = [abs(v) for v in (target.value, target.threshold, target.upper, target.floor) if v is not None]
    most = max([*bounds, Decimal("0.0000001")]) * Decimal("1.15")

    def at(value: Decimal) -> float:
        return float(max(value, Decimal(0)) / most * 240)

    state = "met" if target.is_met else "missed"
    parts = [
        '<rect class="track" x="0" y="5" width="240" height="10" rx="5"/>',
        f'<rect class="value {state}" x="0" y="5" width="{max(at(target.value), 3):.1f}" height="10" rx="5"/>',
        _line("target", at(target.threshold)),
    ]
    parts += [_line("target", at(target.upper))] if target.upper is not None else []
    parts += [_line("floor", at(target.floor))] if target.floor is not None else []
    return svg(f"Value {target.value:f}, {state}", 240, 20, parts)


def target_bars(targets: Sequence[tuple[str, Target]]) -> str:
    """Named criteria below each other, each value against what it demands."""
    parts = []
    for row, (name, target) in enumerate(targets):
        bar = re.sub("</?svg[^>]*>|<title>.*?</title>", "", target_bar(target))
        label = escape(textwrap.shorten(name, 40, placeholder="…"))
        parts.append(f'<text x="250" y="{row * 26 + 15}" text-anchor="end" font-size="12">{label}</text>')
        parts.append(f'<g transform="translate(262 {row * 26})">{bar}</g>')
    said = "; ".join(f"{name}: {target.value:f}, {'met' if target.is_met else 'missed'}" for name, target in targets)
    return svg(f"Values against targets. {said}", 510, 26 * len(targets), parts)


def risk_matrix(
    counts: Mapping[tuple[str, str], int],
    severities: Sequence[str],
    likelihoods: Sequence[str],
    tone: Callable[[str, str], str],
) -> str:
    """Severity upward, likelihood to the right, both from the least on; the number of risks in each cell.

    `tone` of a cell is "low", "mid" or "high".
    """
    height = 42 * len(severities) + 28
    parts = []
    for row, severity in enumerate(reversed(severities)):
        parts.append(f'<text x="62" y="{row * 42 + 26}" text-anchor="end" font-size="12">{severity}</text>')
        for column, likelihood in enumerate(likelihoods):
            x, y, count = 70 + column * 82, row * 42, counts.get((severity, likelihood), 0)
            parts.append(
                f'<rect class="cell {tone(severity, likelihood)}" x="{x}" y="{y}" width="82" height="42" rx="6"/>'
            )
            if count:
                parts.append(
                    f'<text class="strong" x="{x + 41}" y="{y + 27}" text-anchor="middle" font-size="16">{count}</text>'
                )
    for column, likelihood in enumerate(likelihoods):
        parts.append(
            f'<text x="{111 + column * 82}" y="{height - 10}" text-anchor="middle" font-size="12">{likelihood}</text>'
        )
    said = ", ".join(f"{count} {severity} and {likelihood}" for (severity, likelihood), count in sorted(counts.items()))
    return svg(
        f"Risks by severity and likelihood: {said or 'none rated'}", 90 + 82 * len(likelihoods) - 16, height, parts
    )


def _on_ring(number: int, count: int) -> tuple[float, float]:
    angle = 2 * math.pi * (number - 1) / count - math.pi / 2
    return CENTRE + RADIUS * math.cos(angle), MIDDLE + RADIUS * math.sin(angle)


def _arc(start: tuple[float, float], end: tuple[float, float]) -> str:
    return f'<path class="back" d="M{start[0]:.1f} {start[1]:.1f} Q{CENTRE} {MIDDLE} {end[0]:.1f} {end[1]:.1f}"/>'


def _label(phase: LoopPhase, x: float, y: float) -> str:
    """The name in lines of a few words, outside the ring."""
    lines = textwrap.wrap(phase.name, 20)
    side = "middle" if abs(x - CENTRE) < 5 else "start" if x > CENTRE else "end"
    if side == "middle":
        lines = [phase.name]
        top = y - 32 if y < MIDDLE else y + 42
    else:
        x += 30 if side == "start" else -30
        top = y + 4 - 8 * (len(lines) - 1)
    spans = "".join(f'<tspan x="{x:.1f}" y="{top + 16 * i:.1f}">{escape(line)}</tspan>' for i, line in enumerate(lines))
    return f'<text class="name" text-anchor="{side}" font-size="12">{spans}</text>'


def _line(name: str, x: float) -> str:
    return f'<line class="{name}" x1="{x:.1f}" y1="0" x2="{x:.1f}" y2="20"/>'


def svg(title: str, width: int, height: int, parts: Sequence[str], kind: str = "") -> str:
    """A picture with its title, which is what those hear who do not see it.

    Of the `kind` `small-text`, it leaves room for letters that grow where the picture is shown small.
    """
    classes = f"chart {kind}".strip()
    return (
        f'<svg class="{classes}" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


@dataclass(frozen=True)
class Share:
    """One bar: `parts` are (class, label, count), drawn side by side in their order."""

    label: str
    parts: Sequence[tuple[str, str, int]]


def shares(title: str, bars: Sequence[Share]) -> str:
    """Bars of equal length, each cut into its parts; how many of each stands in the title and beside the bar."""
    height, parts, said = 26 * len(bars), [], []
    for row, bar in enumerate(bars):
        whole, x, y = sum(count for _, _, count in bar.parts), 300, 26 * row
        told = ", ".join(f"{count} {label.lower()}" for _, label, count in bar.parts if count)
        said.append(f"{bar.label}: {told or 'none'}")
        parts.append(f'<text x="290" y="{y + 17}" text-anchor="end" font-size="12">{escape(bar.label)}</text>')
        parts += _pieces(bar, x, y + 5, 280, 16)
        parts.append(f'<text x="590" y="{y + 17}" font-size="12">{whole}</text>')
    return svg(f"{title}: {'; '.join(said)}", 630, max(height, 1), parts)


def share_bar(bar: Share) -> str:
    """One bar alone, as wide as its place. For eyes only: what it shows stands in words beside it."""
    pieces = "".join(_pieces(bar, 0, 0, 100, 1))
    return (
        f'<svg class="chart share-bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">{pieces}</svg>'
    )


def _pieces(bar: Share, x: float, y: int, length: int, height: int) -> list[str]:
    whole, pieces = sum(count for _, _, count in bar.parts), []
    for name, _, count in bar.parts:
        width = length * count / whole if whole else 0
        pieces.append(f'<rect class="share {name}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{height}"/>')
        x += width
    return pieces
