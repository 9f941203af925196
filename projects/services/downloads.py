"""Handing out files: checked, and told in the trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import audit
from crispmlq.errors import NotAllowed
from evidence.models import Blob
from evidence.services import blobs
from projects import access
from projects.models import Attachment, Project

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


def attachment(*, attachment: Attachment, project: Project, by: Actor) -> bytes:
    """The bytes of a file attached to a document; a confidential one for its readers and auditors of the site alone.

    Raises:
        NotAllowed: it is confidential, and the actor has none of the roles that read it. And as `evidence`.
    """
    if attachment.readers and not by.is_auditor and not access.roles_of(by, project.pk) & set(attachment.readers):
        listed = ", ".join(role.replace("-", " ") for role in attachment.readers)
        raise NotAllowed(f"This file is confidential; it is read by: {listed}.", readers=attachment.readers)
    return evidence(blob=attachment.blob, project=project, by=by)
