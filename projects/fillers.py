"""Documents that need not be typed, because records say it already: one table from kinds to what fills them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crispmlq.errors import Invalid
from projects.models import Project

Filler = Callable[[Project], dict[str, Any]]

# Kind of document -> its fields, made from the records of a project.
FILLERS: dict[str, Filler] = {}


def register_fillers(table: dict[str, Filler]) -> None:
    """Fill documents from the records of an app above this one."""
    FILLERS.update(table)


def filled(project: Project, kind: str) -> dict[str, Any]:
    """Raises: Invalid: there are no records that say what stands in this kind of document."""
    if kind not in FILLERS:
        raise Invalid("This kind of document is not filled from records.", errors={"fill": ["Leave it out."]})
    return FILLERS[kind](project)
