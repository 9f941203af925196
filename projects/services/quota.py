"""How much a project may store, by the organisation's policy."""

from __future__ import annotations

from django.db.models import Sum

from crispmlq.errors import Conflict
from evidence.models import Blob
from policies import selectors as policies
from projects.models import Project

MEGABYTE = 1024 * 1024


class QuotaExceeded(Conflict):
    code, title = "quota_exceeded", "Quota of uploads is used up"


def require_room(project: Project, size: int) -> None:
    """Raises: QuotaExceeded: with `size` more bytes the project would hold more than the policy allows."""
    quota = policies.in_force()["upload_quota_mb"]
    if quota is None:
        return
    used = Blob.objects.filter(owner_id=project.pk).aggregate(total=Sum("size"))["total"] or 0
    if used + size > quota * MEGABYTE:
        raise QuotaExceeded(
            f"A project may hold {quota} MB of files; this one holds {used / MEGABYTE:.1f} MB and the file has "
            f"{size / MEGABYTE:.1f} MB. Ask an administrator for a larger quota.",
            used=used,
            quota=quota * MEGABYTE,
        )
