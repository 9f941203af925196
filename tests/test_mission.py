"""docs/mission.md is the traceability matrix: every row has a test, and every test it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Section -> its last row.
LAST = {
    "A": 23, "B": 48, "C": 20, "D": 9, "E": 16, "F": 8, "G": 10, "H": 9, "I": 10, "J": 7, "K": 21, "L": 40, "M": 30,
    "N": 15, "O": 5,
}  # fmt: skip
LINES = re.findall(r"(?m)^\| ([A-O]\d\d) \|.*$", (ROOT / "docs" / "mission.md").read_text())
ROWS = {
    line.split(" | ")[0].strip("| "): [cell.strip() for cell in line.strip("| ").split(" | ")]
    for line in re.findall(r"(?m)^\| [A-O]\d\d \|.*$", (ROOT / "docs" / "mission.md").read_text())
}


def test_no_row_is_left_out_or_there_twice() -> None:
    assert [f"{section}{number:02}" for section, last in LAST.items() for number in range(1, last + 1)] == LINES


@pytest.mark.parametrize("row", LINES)
def test_a_row_names_tests_that_exist(row: str) -> None:
    named = re.findall(r"`([^`]+\.py)::(?:\w+::)?(\w+)`", ROWS[row][-1])
    assert bool(named) != ("**not yet**" in ROWS[row][3]), "a row has a test, or says that it is not done yet"
    assert [f"{path}::{name}" for path, name in named if name not in functions_of(path)] == []


@cache
def functions_of(path: str) -> set[str]:
    source = ROOT / "tests" / path
    if not source.exists():
        return set()
    return {node.name for node in ast.walk(ast.parse(source.read_text())) if isinstance(node, ast.FunctionDef)}
