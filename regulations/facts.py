"""What gates know of regulations."""

from __future__ import annotations

from typing import Any

from projects.models import Project
from regulations import selectors


def collect(project: Project) -> dict[str, Any]:
    """How the project stands under each regulation; three queries."""
    return {
        standing.regulation: {
            "name": (standing.in_force or standing.signed.pack_version).pack.name,
            "in_force": standing.in_force.version if standing.in_force else None,
            "signed": _signed(standing),
            "draft": standing.draft.number if standing.draft else None,
        }
        for standing in selectors.standings(project)
    }


def _signed(standing: selectors.Standing) -> dict[str, Any] | None:
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
