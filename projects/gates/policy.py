"""What the organisation's policies make of the process. Pure; `values` are those of `policies.definitions`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catalogue.definitions import Check, Gate, Rating

Values = dict[str, Any]


def deciders(gate: Gate, values: Values) -> list[str]:
    """Roles that have to sign: those of the process, then those the organisation adds."""
    return list(dict.fromkeys([*gate.deciders, *values["additional_deciders"].get(str(gate.phase), [])]))


def may_end(roles: list[str]) -> list[str]:
    """Roles that may end a submission, once `roles` have signed."""
    return ["project-manager", *roles]


def is_blocking(check: Check, values: Values) -> bool:
    return check.blocking or check.key in values["blocking_checks"]


def is_waivable(check: Check, values: Values) -> bool:
    return check.waivable and check.key not in values["never_waived"]


def rating(of_process: Rating, values: Values) -> Rating:
    """The scale with the organisation's limit."""
    limit = values["risk_limit"]
    return of_process if limit is None else replace(of_process, feasible_up_to=limit)
