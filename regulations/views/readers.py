"""From a form's texts to what a service takes."""

from __future__ import annotations

from typing import Any

from projects.views.readers import Given

SAID = {"true": True, "false": False, "unknown": None}


def answers(given: Given) -> dict[str, Any]:
    """Fields `value.FACT` and `reason.FACT`; `rest` names facts, apart by blanks, that are no unless answered above."""
    values = {key: SAID.get(text, text) for key, text in _named(given, "value.") if text}
    values = dict.fromkeys(" ".join(given.getlist("rest")).split(), False) | values
    reasons = dict(_named(given, "reason."))
    wanted = values.keys() | {key for key, reason in reasons.items() if reason}
    return {"answers": {key: _answer(key, values, reasons) for key in sorted(wanted)}}


def roles(given: Given) -> dict[str, Any]:
    return {"roles": given.getlist("roles"), "role_shifts": given.getlist("role_shifts")}


def _named(given: Given, prefix: str) -> list[tuple[str, str]]:
    return [(name.removeprefix(prefix), given[name].strip()) for name in given if name.startswith(prefix)]


def _answer(key: str, values: dict[str, Any], reasons: dict[str, str]) -> dict[str, Any]:
    found = {"value": values[key]} if key in values else {}
    return found | ({"reason": reasons[key]} if key in reasons else {})
