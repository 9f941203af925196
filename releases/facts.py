"""What gates know of releases."""

from __future__ import annotations

from typing import Any

from audit.canon import plain
from projects.models import Project
from releases import selectors

NEWEST = 20


def collect(project: Project) -> dict[str, Any]:
    """The newest releases, what is served, and what may be; four queries."""
    return {
        "releases": [
            {
                "number": release.number,
                "model": release.model.ref,
                "state": release.state,
                "deployment": release.deployment,
                "steps": [increment.share for increment in release.increments.all()],
            }
            for release in selectors.releases(project)[:NEWEST]
        ],
        "served": [
            {
                "deployment": serving.deployment,
                "what": serving.what,
                "model": serving.model.ref if serving.model_id else None,
                "since": plain(serving.since),
            }
            for serving in selectors.served_now(project)
        ],
        "passed": selectors.passed_versions(project),
    }
