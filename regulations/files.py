"""Reads the YAML files of a pack into one body, and remembers where each entry stands.

A folder holds one version. All its files together are the body: lists of the same name are joined. A folder whose file
says `differs_from` is another version, told by its differences from the one beside it:

    set:    {key: value}                                   replaces whole values
    dates:  {class: {date: other date}}                    moves dates in every obligation of the class
    lists:  {key: {without: [id], with: [entry], changed: {id: {field: value}}}}
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from catalogue import files as yaml_files
from catalogue.files import File

DATA = Path(__file__).parent / "data"
DIFFERENCES = json.loads((Path(__file__).parent / "schema" / "differences.json").read_text())


@dataclass
class Read:
    """A pack's body as read, with every fault; `places` tells where the entry of an id stands, as "file, line 7"."""

    body: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)

    def fault(self, entry: str, rule: str, sentence: str) -> None:
        self.faults.append(f"{self.places.get(entry, 'pack')}, {rule}: {sentence}")


def built_in() -> list[Path]:
    """Folders of the packs that come with the product; of a regulation, older versions first."""
    return sorted(path.parent for name in ("pack.yaml", "changes.yaml") for path in DATA.glob(f"*/*/{name}"))


def read(folder: Path) -> Read:
    """Whatever the folder holds; nothing is checked but that it can be read, joined and told by its differences."""
    found = _joined(folder)
    if "differs_from" in found.body and not found.faults:
        return _differing(found, folder)
    return found


def _joined(folder: Path) -> Read:
    found = Read()
    files = yaml_files.read(folder)
    if not files:
        found.fault("", "complete", f"{folder} holds no YAML file.")
    for file in files:
        found.faults += file.faults
        if not isinstance(file.data, dict):
            found.faults.append(f"{file.name}, line 1, shape: A mapping is needed.")
            continue
        _join(found, file)
    return found


def _join(found: Read, file: File) -> None:
    for key, value in file.data.items():
        known = found.body.get(key)
        if known is None:
            found.body[key] = value
        elif isinstance(known, list) and isinstance(value, list):
            known += value
        else:
            found.faults.append(f"{file.name}, line {file.lines[(key,)]}, unique-key: “{key}” stands in two files.")
    for at, line in file.lines.items():
        if at and at[-1] == "id":
            name = _at(file.data, at)
            found.places.setdefault(str(name), f"{file.name}, line {line}")


def _at(data: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


def _differing(found: Read, folder: Path) -> Read:
    differences = found.body
    for error in Draft202012Validator(DIFFERENCES).iter_errors(differences):
        where = "/".join(map(str, error.absolute_path)) or "the whole"
        found.fault("", "differs-from", f"{where}: {error.message[:300]}")
    if found.faults:
        return found
    base = _joined(folder.parent / differences["differs_from"])
    if base.faults or "differs_from" in base.body:
        found.fault(
            "", "differs-from", f"“{differences['differs_from']}” is no version beside this one that stands alone."
        )
        return found
    body = copy.deepcopy(base.body) | {key: differences.get(key) for key in ("key", "version")}
    result = Read(body | differences.get("set", {}), found.faults, base.places | found.places)
    for name, change in differences.get("lists", {}).items():
        result.body[name] = _changed_list(result, name, change)
    for outcome, moved in differences.get("dates", {}).items():
        for dates in _dates(result.body):
            if dates.get(outcome) in moved:
                dates[outcome] = moved[dates[outcome]]
    return result


def _dates(body: dict[str, Any]) -> list[dict[str, str]]:
    """Those of every obligation; whether they have the right shape is not known yet."""
    obligations = body.get("obligations")
    found = [each.get("applies_from") for each in _entries(obligations)]
    return [each for each in found if isinstance(each, dict) and all(isinstance(d, str) for d in each.values())]


def _entries(value: Any) -> list[dict[str, Any]]:
    """The mappings with an id that the value is a list of."""
    found = value if isinstance(value, list) else []
    return [each for each in found if isinstance(each, dict) and isinstance(each.get("id"), str)]


def _changed_list(found: Read, name: str, change: dict[str, Any]) -> list[dict[str, Any]]:
    entries = _entries(found.body.get(name))
    known = {entry["id"] for entry in entries}
    without, changed = change.get("without", []), change.get("changed", {})
    for missing in sorted({*without, *changed} - known):
        found.fault(missing, "differs-from", f"{name}: there is no “{missing}” to change or to leave out.")
    for twice in sorted({entry["id"] for entry in change.get("with", [])} & known):
        found.fault(twice, "differs-from", f"{name}: “{twice}” is there already.")
    kept = [entry | changed.get(entry["id"], {}) for entry in entries if entry["id"] not in without]
    return kept + change.get("with", [])
