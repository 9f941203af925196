"""Reads a catalogue's YAML files and remembers on which line everything stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

DEEPEST = 60  # levels of nesting; no sane file has more, and reading more would fill the stack
BUILT_IN = Path(__file__).parent / "data" / "crisp-mlq" / "1.0.0"
Position = tuple[str | int, ...]


@dataclass
class File:
    """One parsed file; `lines` maps the path of every value to its line, from 1."""

    name: str
    data: Any = None
    lines: dict[Position, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    read: set[int] = field(default_factory=set)  # ids of the nodes that were read

    def fault(self, at: Position, rule: str, sentence: str) -> None:
        """Note a fault with file, line and the name of the rule that was broken."""
        while at not in self.lines and at:
            at = at[:-1]
        self.faults.append(f"{self.name}, line {self.lines.get(at, 1)}, {rule}: {sentence}")


def read(folder: Path) -> list[File]:
    """Every YAML file of the folder, by name."""
    return [read_file(path) for path in sorted(folder.glob("*.yaml"))]


def read_file(path: Path) -> File:
    """One file; what is wrong with it is among its faults."""
    file = File(path.name)
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except UnicodeDecodeError:
        file.faults.append(f"{file.name}, line 1, encoding: The file is not UTF-8.")
        return file
    except OSError as error:
        file.faults.append(f"{file.name}, line 1, readable: It can not be read: {error.strerror}.")
        return file
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        file.faults.append(f"{file.name}, line {line}, yaml: {getattr(error, 'problem', None) or error}.")
        return file
    file.data = _value(file, node, ()) if node is not None else None
    return file


def _value(file: File, node: yaml.Node, at: Position) -> Any:
    file.lines[at] = node.start_mark.line + 1
    if id(node) in file.read:  # one that holds itself would never end
        file.fault(at, "yaml", "Write it out; nothing is repeated by an alias.")
        return None
    file.read.add(id(node))
    if len(at) > DEEPEST:
        file.fault(at, "yaml", f"At most {DEEPEST} levels lie within each other.")
        return None
    if isinstance(node, yaml.SequenceNode):
        return [_value(file, child, (*at, i)) for i, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, child in node.value:
            key = str(key_node.value)
            if key in found:
                file.lines[(*at, key)] = key_node.start_mark.line + 1
                file.fault((*at, key), "unique-key", f"“{key}” stands here twice.")
            found[key] = _value(file, child, (*at, key))
        return found
    try:
        return _SCALARS.construct_object(node)
    except (yaml.YAMLError, ValueError):
        file.fault(at, "yaml", f"“{node.value}” is not a value of its type; put a text in quotes.")
        return None


# Only constructs plain scalars; holds no document of its own.
_SCALARS = yaml.SafeLoader("")
