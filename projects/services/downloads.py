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
    if not _reads(by, access.roles_of(by, project.pk), attachment):
        sentence = f"This file is confidential; it is read by: {_readers(attachment)}."
        raise NotAllowed(sentence, readers=attachment.readers)
    return evidence(blob=attachment.blob, project=project, by=by)


def require_all(*, project: Project, by: Actor) -> None:
    """For what holds every file of the project.

    Raises: NotAllowed: one is confidential, and the actor has none of the roles that read it.
    """
    roles = access.roles_of(by, project.pk)
    hidden = [a for a in Attachment.objects.filter(project=project).exclude(readers=[]) if not _reads(by, roles, a)]
    if hidden:
        files = "a confidential file" if len(hidden) == 1 else f"{len(hidden)} confidential files"
        raise NotAllowed(
            f"The export would hold {files} that you may not read; the first is read by: {_readers(hidden[0])}. Ask "
            "somebody who reads all of them, or an auditor of the site.",
            readers=hidden[0].readers,
        )


def _reads(by: Actor, roles: frozenset[str], attachment: Attachment) -> bool:
    return not attachment.readers or by.is_auditor or bool(roles & set(attachment.readers))


def _readers(attachment: Attachment) -> str:
    return ", ".join(role.replace("-", " ") for role in attachment.readers)
