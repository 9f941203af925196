"""The system check that fails while a guard of the trail is missing."""

from __future__ import annotations

from typing import Any

from django.core.checks import Error
from django.db import connections

from audit import guards


def guards_are_installed(app_configs: Any = None, databases: list[str] | None = None, **_: Any) -> list[Error]:
    """Runs with `manage.py check --database default`, and whenever migrations run."""
    return [
        Error(
            f"The database does not guard the trail: {', '.join(lacking)}.",
            hint="Run `manage.py migrate`; it installs the guards again.",
            id="audit.E001",
        )
        for alias in databases or []
        if (lacking := guards.missing(connections[alias])) and _is_migrated(alias)
    ]


def _is_migrated(alias: str) -> bool:
    """Before the first migration has ended there is nothing to guard."""
    return bool(guards.installed(connections[alias]))
