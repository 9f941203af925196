"""Issued reports: the files, and on which state of the trail they were built."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from evidence.models import Blob
from projects.models.project import ProjectRow


class Report(ProjectRow):
    """A report as it was issued. Never changed; the same state gives the same bytes."""

    kind = models.CharField(max_length=40)
    trail_size = models.PositiveIntegerField(help_text="Events of the project's log it was built on.")
    trail_root = models.CharField(max_length=64)
    pdf = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    html = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    data = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()

    class Meta:
        ordering = ["-issued_at", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} of {self.project.name}"
