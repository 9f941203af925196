"""Each of the four principles names features, and each feature a test that is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "principles.md").read_text()


def test_every_principle_has_features_with_tests() -> None:
    parts = re.split(r"^## ", TEXT, flags=re.M)[1:]
    assert [part.splitlines()[0] for part in parts] == ["Collaborative", "Reproducible", "Scalable", "Continuous"]
    for part in parts:
        named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", part)
        assert len(named) == len(re.findall(r"^\| (?!feature|---)", part, flags=re.M)) >= 3
        for path, name in named:
            assert (ROOT / path).is_file(), path
            assert f"def {name}(" in (ROOT / path).read_text() if name else True, name
