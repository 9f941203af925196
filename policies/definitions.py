"""Which policies there are: what each changes in every project, its default, and the schema of its value.

A catalogue says what the process asks. Policies say where the organisation is stricter, for all projects at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from crispmlq.errors import Invalid

Values = dict[str, Any]
GATES = [str(number) for number in range(1, 7)]
KEYS = {"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True}


@dataclass(frozen=True)
class Policy:
    """`effect` is the sentence people read beside the value."""

    key: str
    name: str
    effect: str
    default: Any
    schema: dict[str, Any]


POLICIES = (
    Policy(
        "four_eyes_gates", "Four eyes at gates",
        "At these gates, who submitted can not be the one who decides to pass.",
        [], {"type": "array", "items": {"enum": [int(g) for g in GATES]}, "uniqueItems": True},
    ),
    Policy(
        "additional_deciders", "Further signatures at gates",
        "By number of the gate, roles that have to sign besides those of the process.",
        {}, {"type": "object", "propertyNames": {"enum": GATES}, "additionalProperties": KEYS},
    ),
    Policy(
        "one_person_may_sign_twice", "One person, two roles",
        "One person may sign a gate in two roles; the signature and every report then say so.",
        False, {"type": "boolean"},
    ),
    Policy(
        "risk_limit", "Limit of the risk rating",
        "A risk rated above this needs a QA method, and a signature if it stays there. Empty: as in the process.",
        None, {"type": ["integer", "null"], "minimum": 1, "maximum": 12},
    ),
    Policy(
        "blocking_checks", "Advice that blocks",
        "Checks that are advice in the process and stop a gate here.",
        [], KEYS,
    ),
    Policy(
        "never_waived", "Checks without waiver",
        "Checks that the process lets waive, and this organisation does not.",
        [], KEYS,
    ),
    Policy(
        "requirements_before_tasks", "Requirements before tasks",
        "What happens when a task is started in a phase with unconfirmed requirements: it is refused, or it warns.",
        "warn", {"enum": ["warn", "refuse"]},
    ),
    Policy(
        "upload_quota_mb", "Quota of uploads",
        "Megabytes of files one project may hold. Empty: no quota.",
        None, {"type": ["integer", "null"], "minimum": 1, "maximum": 1_000_000},
    ),
)  # fmt: skip
BY_KEY = {policy.key: policy for policy in POLICIES}


def defaults() -> Values:
    return {policy.key: policy.default for policy in POLICIES}


def require_valid(values: Values, roles: set[str], checks: set[str]) -> None:
    """Raises: Invalid: an unknown policy, a value against its schema, or a role or check no catalogue has."""
    errors = {key: ["There is no such policy."] for key in values if key not in BY_KEY}
    for key in values.keys() & BY_KEY.keys():
        found = [error.message[:200] for error in Draft202012Validator(BY_KEY[key].schema).iter_errors(values[key])]
        if found:
            errors[key] = found
    if not errors:
        errors |= _unknown(values, roles, checks)
    if errors:
        raise Invalid("These policies can not be set.", errors=errors)


def _unknown(values: Values, roles: set[str], checks: set[str]) -> dict[str, list[str]]:
    named = {
        "additional_deciders": ({role for of in values.get("additional_deciders", {}).values() for role in of}, roles),
        "blocking_checks": (set(values.get("blocking_checks", [])), checks),
        "never_waived": (set(values.get("never_waived", [])), checks),
    }
    return {
        key: [f"The process does not know: {', '.join(sorted(given - known))}."]
        for key, (given, known) in named.items()
        if given - known
    }
