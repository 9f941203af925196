"""What gates know of regulations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalogue.definitions import Catalogue, Check, of
from projects.models import Project
from regulations import covering, selectors


def collect(project: Project) -> dict[str, Any]:
    """How the project stands under each regulation; three queries, and those of coverage if a gate asks for it."""
    asked = _covered(of(project.catalogue))
    return {
        standing.regulation: {
            "name": (standing.in_force or standing.signed.pack_version).pack.name,
            "in_force": standing.in_force.version if standing.in_force else None,
            "signed": _signed(standing),
            "draft": standing.draft.number if standing.draft else None,
            **({"standings": _standings(project, standing)} if standing.regulation in asked else {}),
        }
        for standing in selectors.standings(project)
    }


def _signed(standing: selectors.UnderRegulation) -> dict[str, Any] | None:
    row = standing.signed
    if row is None:
        return None
    return {
        "number": row.number,
        "version": row.pack_version.version,
        "outcomes": row.result["outcomes"],
        "classes": row.labels,
        "again": list(standing.again),
    }


def _covered(catalogue: Catalogue) -> set[str]:
    """Regulations whose coverage a check of the catalogue asks for."""
    rules = [each for phase in catalogue.phases for check in phase.gate.checks for each in _rules(check)]
    return {params["regulation"] for rule, params in rules if rule == "covered"}


def _rules(check: Check) -> list[tuple[str, Mapping[str, Any]]]:
    return [(check.rule, check.params), *((each["rule"], each["params"]) for each in check.also)]


def _standings(project: Project, standing: selectors.UnderRegulation) -> list[dict[str, str]] | None:
    """Of each obligation that applies; nothing while no signed classification holds."""
    try:
        covered = covering.of_project(project, standing.regulation)
    except covering.NotClassified:
        return None
    if standing.again or not covered.is_signed:
        return None
    return [
        {"ref": each.obligation.ref, "group": each.obligation.group, "status": each.status}
        for each in covered.applicable
    ]
