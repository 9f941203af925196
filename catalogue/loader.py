"""From a folder of YAML files to the content of one catalogue, or to every problem that stands in the way."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from catalogue import references
from catalogue.source import Problem, Source, read
from crispmlq.errors import Invalid

HERE = Path(__file__).parent
BUILT_IN = HERE / "data" / "crisp-mlq" / "1.0.0"
PHASES = range(1, 7)
FILES = {
    "catalogue.yaml": "catalogue",
    **{f"phase-{number}.yaml": "phase" for number in PHASES},
    **{f"documents-{number}.yaml": "documents" for number in PHASES},
    "gates.yaml": "gates",
}


def load(path: Path | None = None) -> dict[str, Any]:
    """The content of the catalogue in the folder `path` (default: the built-in one).

    Raises:
        Invalid: `errors` maps "file:line" to sentences, each begun with the name of the rule.
    """
    path = Path(path or BUILT_IN)
    body, found = examine(path)
    if found:
        errors: dict[str, list[str]] = defaultdict(list)
        for problem in found:
            errors[f"{problem.file}:{problem.line}"].append(f"{problem.rule}: {problem.sentence}")
        count = "one problem" if len(found) == 1 else f"{len(found)} problems"
        raise Invalid(f"The catalogue in {path.name} has {count}; nothing was loaded.", errors=dict(errors))
    return body


def examine(path: Path) -> tuple[dict[str, Any], list[Problem]]:
    """Content and problems. References are only looked at when every file has the right shape."""
    missing = [Problem(name, 1, "file", "This file is missing.") for name in FILES if not (path / name).is_file()]
    if missing:
        return {}, missing
    sources = {name: read(path / name) for name in FILES}
    found = [problem for source in sources.values() for problem in source.problems]
    for name, source in sources.items():
        if not any(problem.rule == "yaml" for problem in source.problems):
            found += _shape(source, FILES[name])
    if not found:
        found = list(references.problems(sources))
    return ({} if found else _merged(sources)), found


def _shape(source: Source, schema: str) -> Iterator[Problem]:
    for error in _validator(schema).iter_errors(source.data):
        yield source.problem(tuple(error.absolute_path), f"schema/{error.validator}", f"{error.message[:300]}.")


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((HERE / "schema" / f"{name}.json").read_text("utf-8")))


def _merged(sources: dict[str, Source]) -> dict[str, Any]:
    kinds = [
        {**kind, "phase": number}
        for number in PHASES
        for kind in sources[f"documents-{number}.yaml"].data["document_kinds"]
    ]
    return {
        **sources["catalogue.yaml"].data,
        "phases": [sources[f"phase-{number}.yaml"].data for number in PHASES],
        "document_kinds": [{**kind, "tasks": _tasks_of(kind["key"], sources)} for kind in kinds],
        **sources["gates.yaml"].data,
    }


def _tasks_of(kind: str, sources: dict[str, Source]) -> list[str]:
    tasks = [task for number in PHASES for task in sources[f"phase-{number}.yaml"].data["tasks"]]
    return [task["key"] for task in tasks if kind in task["document_kinds"]]
