"""The system check that fails while a guard of the trail is missing."""

from __future__ import annotations

from typing import Any

from django.core.checks import Error
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from audit import guards


def guards_are_installed(app_configs: Any = None, databases: list[str] | None = None, **_: Any) -> list[Error]:
    """Runs with `manage.py check --database default`, before migrations, and when the server starts."""
    return [
        Error(
            f"The database does not guard the trail: {', '.join(lacking)}.",
            hint="Run `manage.py audit_guards`; it installs them again. Then find out who took them away.",
            id="audit.E001",
        )
        for alias in databases or []
        if (lacking := guards.missing(connections[alias])) and not _is_about_to_migrate(alias)
    ]


def _is_about_to_migrate(alias: str) -> bool:
    """Whether migrations wait, after which all guards are installed anyway; a new guard comes with a migration."""
    executor = MigrationExecutor(connections[alias])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
