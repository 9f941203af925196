"""Handing out files: checked, and told in the trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import audit
from evidence.models import Blob
from evidence.services import blobs
from projects import access
from projects.models import Project

if TYPE_CHECKING:
    from accounts.actors import Actor


def evidence(*, blob: Blob, project: Project, by: Actor) -> bytes:
    """The bytes of a file of the project.

    Raises:
        NotFound: the actor may not see the project. EvidenceDamaged: the bytes are not those that were stored.
    """
    access.project_for(by, project.slug)
    data = blobs.read(blob)
    with audit.act("evidence.downloaded", by=by.audit_by, subject=blob, reason=f"SHA-256 {blob.sha256}"):
        return data
