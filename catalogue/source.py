"""YAML that remembers its lines, and refuses a key that is given twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

Place = tuple[str | int, ...]  # how to get to a value, from the root of its file


@dataclass(frozen=True)
class Problem:
    """What is wrong, where: the file, the line (from 1), the rule that was broken, and a sentence."""

    file: str
    line: int
    rule: str
    sentence: str


@dataclass
class Source:
    """A file that was read. `data` is None when it is not YAML at all."""

    file: str
    data: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, place: Place, rule: str, sentence: str) -> Problem:
        """A problem at the line of `place`, or of what holds it."""
        while place not in self.lines and place:
            place = place[:-1]
        return Problem(self.file, self.lines.get(place, 1), rule, sentence)


def read(path: Path) -> Source:
    source = Source(path.name)
    try:
        loader = yaml.CSafeLoader(path.read_bytes())
        node = loader.get_single_node()
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        sentence = str(getattr(error, "problem", None) or "The file is not UTF-8 text.")
        source.problems.append(Problem(path.name, mark.line + 1 if mark else 1, "yaml", sentence))
        return source
    if node is not None:
        source.data = _plain(node, (), source, loader)
    return source


def _plain(node: yaml.Node, place: Place, source: Source, loader: yaml.CSafeLoader) -> Any:
    source.lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each, (*place, number), source, loader) for number, each in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, source, loader)
    return loader.construct_object(node)


def _mapping(node: yaml.MappingNode, place: Place, source: Source, loader: yaml.CSafeLoader) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in node.value:
        key, line = str(name.value), name.start_mark.line + 1
        if key in found:
            source.problems.append(Problem(source.file, line, "duplicate-key", f"“{key}” is given twice here."))
        source.lines[(*place, key)] = line
        found[key] = _plain(value, (*place, key), source, loader)
    return found
