"""Imports point down only. Every import is parsed, also those inside functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# From the top; an app may import those below it. Apps of one row do not know each other.
LAYERS = [
    ["api"], ["compliance"], ["regulations"], ["monitoring"], ["releases"], ["experiments"], ["registry"], ["projects"],
    ["evidence", "notices", "policies"], ["catalogue", "accounts"], ["jobs"], ["audit"], ["ui"],
]  # fmt: skip
ABOVE = {app: {a for row in LAYERS[: i + 1] for a in row} - {app} for i, row in enumerate(LAYERS) for app in row}
LEAVES = {"crispmlq.errors", "crispmlq"}  # `crispmlq` alone: its version


def imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


def offences(app: str, source: str) -> list[str]:
    forbidden = ABOVE[app] | {"crispmlq", "tests"}
    examples_too = app != "api"
    return [
        name
        for name in imports(source)
        if (name.split(".")[0] in forbidden and name not in LEAVES)
        or (name.split(".")[0] == "examples" and examples_too)
    ]


@pytest.mark.parametrize("app", sorted(ABOVE))
def test_an_app_imports_only_what_lies_below(app: str) -> None:
    found = {
        str(path.relative_to(ROOT)): bad
        for path in (ROOT / app).rglob("*.py")
        if (bad := offences(app, path.read_text()))
    }
    assert found == {}


def test_the_checker_sees_an_import_inside_a_function() -> None:
    assert offences("audit", "def f():\n    from projects.models import Project\n") == ["projects.models"]
    assert offences("catalogue", "import accounts.models") == ["accounts.models"]
    assert offences("projects", "from audit import act\nfrom crispmlq.errors import Invalid") == []
