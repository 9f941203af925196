"""From a form's texts to what a service takes."""

from __future__ import annotations

from typing import Any

from crispmlq.errors import Invalid
from experiments.services.runs import NewRun, Outcome
from projects.views.readers import Given, whole_in


def new_run(given: Given) -> dict[str, Any]:
    """A run, and its outcome when the form says how it ended."""
    run = NewRun(
        modification=given.get("modification", ""), cause=given.get("cause", ""), dataset=given.get("dataset", ""),
        code=given.get("code", ""), configuration=given.get("configuration", ""),
        parameters=_pairs(given.get("parameters", "")), seed=whole_in(given, "seed", digits=18),
        parent=whole_in(given, "parent"),
        is_baseline=given.get("is_baseline") == "yes",
    )  # fmt: skip
    has_ended = given.get("ended") in {"finished", "failed"}
    return {"run": run, "outcome": _outcome(given) if has_ended else None}


def outcome(given: Given) -> dict[str, Any]:
    return {"outcome": _outcome(given)}


def _outcome(given: Given) -> Outcome:
    split = given.get("split", "validation")
    metrics = [
        {"metric": name, "value": value, "split": split} for name, value in _pairs(given.get("metrics", "")).items()
    ]
    return Outcome(metrics, given.get("model", ""), given.get("note", ""), given.get("ended") == "failed")


def _pairs(text: str) -> dict[str, str]:
    """Lines such as `depth = 3`. Raises: Invalid: a line without an equals sign."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        name, equals, value = line.partition("=")
        if not line.strip():
            continue
        if not equals:
            sentence = f"Line {number} is not of the form “name = value”."
            raise Invalid("Write one pair a line.", errors={"parameters": [sentence]})
        found[name.strip()] = value.strip()
    return found
