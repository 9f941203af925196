"""Directed graphs as SVG text: layers from left to right, each node a link. Pure functions of plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 172, 54  # of a node
ACROSS, DOWN = 40, 18  # gaps between layers, and within one
LONGEST = 18  # characters of a title


@dataclass(frozen=True)
class Node:
    """`state` is what speaks against it, in a word or two; it also tones the node. `href`: "" leads nowhere."""

    title: str
    subtitle: str
    href: str = ""
    state: str = ""
    is_centre: bool = False


def layered(title: str, nodes: Sequence[Node], edges: Sequence[tuple[int, int]]) -> str:
    """Each node right of all it comes from, what comes from nothing just left of where it goes.

    `edges` are (from, to) places in `nodes`, without circle.
    """
    layers = _layers(len(nodes), edges)
    columns = _ordered(layers, edges)
    tallest = max((len(column) for column in columns), default=0)
    places = {}
    for x, column in enumerate(columns):
        top = (tallest - len(column)) * (HEIGHT + DOWN) / 2
        for y, node in enumerate(column):
            places[node] = (2 + x * (WIDTH + ACROSS), 2 + top + y * (HEIGHT + DOWN))
    parts = [_edge(places[a], places[b]) for a, b in edges]
    parts += [_node(nodes[at], *places[at]) for column in columns for at in column]
    width = max(len(columns) * (WIDTH + ACROSS) - ACROSS + 4, 1)
    height = max(tallest * (HEIGHT + DOWN) - DOWN + 4, 1)
    return (
        f'<svg class="graph" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="group" '
        f'aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )


def _layers(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    into: dict[int, list[int]] = defaultdict(list)
    out: dict[int, list[int]] = defaultdict(list)
    for start, end in edges:
        into[end].append(start)
        out[start].append(end)
    found: dict[int, int] = {}

    def layer(at: int) -> int:
        if at not in found:
            found[at] = 0  # a circle would end here
            found[at] = max((layer(before) + 1 for before in into[at]), default=0)
        return found[at]

    layers = [layer(at) for at in range(count)]
    return [
        layers[at] if into[at] or not out[at] else min(layers[after] for after in out[at]) - 1 for at in range(count)
    ]


def _ordered(layers: Sequence[int], edges: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Nodes by layer; within one near the middle of what they come from, so that few edges cross."""
    columns: list[list[int]] = [[] for _ in range(max(layers, default=-1) + 1)]
    for at, layer in enumerate(layers):
        columns[layer].append(at)
    into: dict[int, list[int]] = defaultdict(list)
    for start, end in edges:
        into[end].append(start)
    height = {at: y for column in columns for y, at in enumerate(column)}
    for column in columns[1:]:
        column.sort(key=lambda at: sum(height[before] for before in into[at]) / max(len(into[at]), 1))
        height |= {at: y for y, at in enumerate(column)}
    return columns


def _edge(start: tuple[float, float], end: tuple[float, float]) -> str:
    x1, y1 = start[0] + WIDTH, start[1] + HEIGHT / 2
    x2, y2 = end[0], end[1] + HEIGHT / 2
    bend = max((x2 - x1) / 2, 24)
    curve = f"M{x1:.0f} {y1:.0f} C{x1 + bend:.0f} {y1:.0f} {x2 - bend:.0f} {y2:.0f} {x2 - 6:.0f} {y2:.0f}"
    head = f"M{x2 - 7:.0f} {y2 - 4:.0f} L{x2:.0f} {y2:.0f} L{x2 - 7:.0f} {y2 + 4:.0f}z"
    return f'<path class="edge" d="{curve}"/><path class="head" d="{head}"/>'


def _node(node: Node, x: float, y: float) -> str:
    name = " ".join(filter(None, ["node", "marked" if node.state else "", "centre" if node.is_centre else ""]))
    said = ", ".join(filter(None, [node.title, node.subtitle, node.state]))
    below = " · ".join(filter(None, [node.state, node.subtitle]))
    box = (
        f"<title>{escape(said)}</title>"
        f'<rect class="{name}" x="{x:.0f}" y="{y:.0f}" width="{WIDTH}" height="{HEIGHT}" rx="8"/>'
        f'<text class="strong" x="{x + 12:.0f}" y="{y + 23:.0f}" font-size="12.5">{escape(_short(node.title))}</text>'
        f'<text x="{x + 12:.0f}" y="{y + 41:.0f}" font-size="11">{escape(_short(below, LONGEST + 8))}</text>'
    )
    return f'<a href="{escape(node.href)}" aria-label="{escape(said)}">{box}</a>' if node.href else f"<g>{box}</g>"


def _short(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
