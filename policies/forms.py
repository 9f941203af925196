"""The form of the policies: from its texts to values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crispmlq.errors import Invalid
from policies.definitions import GATES, Values
from ui.numbers import whole

Given = Any  # the form's QueryDict


def _number(given: Given, key: str) -> int | None:
    text = given.get(key, "").strip()
    if not text:
        return None
    number = whole(text)
    if number is None:
        raise Invalid("Give a whole number.", errors={key: ["Give a whole number, or leave it empty."]})
    return number


def _deciders(given: Given, key: str) -> dict[str, list[str]]:
    ticked = {number: given.getlist(f"{key}-{number}") for number in GATES}
    return {number: roles for number, roles in ticked.items() if roles}


READERS: dict[str, Callable[[Given, str], Any]] = {
    "four_eyes_gates": lambda given, key: [int(n) for n in given.getlist(key) if n in GATES],
    "additional_deciders": _deciders,
    "one_person_may_sign_twice": lambda given, key: key in given,
    "risk_limit": _number,
    "blocking_checks": lambda given, key: given.getlist(key),
    "never_waived": lambda given, key: given.getlist(key),
    "requirements_before_tasks": lambda given, key: given.get(key, ""),
    "upload_quota_mb": _number,
}


def read(given: Given) -> tuple[Values, int | None]:
    """Every policy, and the version the form was filled from."""
    return {key: reads(given, key) for key, reads in READERS.items()}, whole(given.get("version", ""))
