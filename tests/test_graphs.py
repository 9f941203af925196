"""Graphs as pictures: layers, links, and what a screen reader hears."""

from __future__ import annotations

import re

from ui.graphs import Node, layered


def places(drawing: str) -> dict[str, tuple[float, float]]:
    found = re.findall(r'<title>([^<]*)</title><rect[^>]* x="([\d.]+)" y="([\d.]+)"', drawing)
    return {title.split(",")[0]: (float(x), float(y)) for title, x, y in found}


def test_a_node_stands_right_of_all_it_comes_from() -> None:
    nodes = [Node(name, "") for name in ("raw", "prepared", "code", "model")]
    found = places(layered("L", nodes, [(0, 1), (1, 3), (2, 3)]))
    assert found["raw"][0] < found["prepared"][0] < found["model"][0]
    assert found["code"][0] == found["prepared"][0]
    assert found["code"][1] != found["prepared"][1]


def test_a_node_is_a_link_that_says_its_name_and_state() -> None:
    drawing = layered("Lineage of m", [Node("m@1", "Model", "/m", "Affected"), Node("hidden", "")], [(1, 0)])
    assert '<a href="/m" aria-label="m@1, Model, Affected">' in drawing
    assert drawing.count("<a ") == 1
    assert 'aria-label="Lineage of m"' in drawing


def test_what_a_name_holds_is_text() -> None:
    assert "<b>" not in layered("<b>", [Node("<b>", "<b>", '"/><b>', "<b>")], [])


def test_nothing_is_a_picture_too() -> None:
    assert layered("L", [], []).startswith("<svg")
