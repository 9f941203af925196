"""Artefacts and versions as lists to filter and to take away, and the pages of this app's rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from projects.tables import Column, Table
from registry.addresses import artefact_page, version_page
from registry.models import Artefact, ArtefactVersion

TABLES = (
    Table(
        "artefacts", "Artefacts", Artefact,
        (
            Column("key", "Key", "key"), Column("name", "Artefact", "name"), Column("kind", "Kind", "kind", True),
            Column("owner", "Owner", "owner__username", True), Column("description", "Description", "description"),
            Column("registered_at", "Registered at", "registered_at"),
        ),
        search=("key", "name"),
    ),
    Table(
        "artefact-versions", "Versions of artefacts", ArtefactVersion,
        (
            Column("ref", "Version", "ref"), Column("kind", "Kind", "artefact__kind", True),
            Column("state", "State", "state", True), Column("step", "Step", "step"),
            Column("step_mode", "Ran", "step_mode", True), Column("check", "Check", "check_result", True),
            Column("registered_at", "Registered at", "registered_at"), Column("parent", "Changes", "parent__ref"),
            Column("reason", "Reason", "reason"), Column("author", "Author", "author__username"),
            Column("sha256", "SHA-256", "sha256"), Column("location", "Where it lies", "location"),
        ),
        search=("ref", "artefact__name", "sha256"),
    ),
)  # fmt: skip
# Kind of row -> its page, and the relations that are read for it.
PLACES: dict[str, tuple[Callable[[Any], str], tuple[str, ...]]] = {
    "registry.artefact": (lambda row: artefact_page(row.project, row), ()),
    "registry.artefactversion": (lambda row: version_page(row.project, row), ("artefact",)),
    "registry.edge": (lambda row: version_page(row.project, row.target), ("target", "source")),
    "registry.profile": (lambda row: version_page(row.project, row.version), ("version",)),
    "registry.announcement": (lambda row: artefact_page(row.project, row.artefact), ("artefact",)),
    "registry.answer": (lambda row: version_page(row.project, row.version), ("version",)),
}
