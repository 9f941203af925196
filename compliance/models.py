"""Issued reports: the files, and on which state of the trail they were built."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from compliance.documents.kinds import KINDS
from evidence.models import Blob
from projects.models.project import ProjectRow


class Report(ProjectRow):
    """A report as it was issued. Never changed; the same state gives the same bytes.

    `data` is the document itself; every other form was made from it, and its tables are read from it.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        FINAL = "final", "Final"

    kind = models.CharField(max_length=40)
    status = models.CharField(max_length=10, choices=Status, default=Status.FINAL)
    as_of = models.DateTimeField(null=True, help_text="Of the last change it shows; empty for those of before.")
    text_versions = models.JSONField(default=list, help_text="Process and regulation it was made under.")
    trail_size = models.PositiveIntegerField(help_text="Events of the project's log it was built on.")
    trail_root = models.CharField(max_length=64)
    pdf = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    html = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    docx = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    data = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()

    class Meta:
        ordering = ["-issued_at", "-id"]

    def __str__(self) -> str:
        return f"{self.title} of {self.project.name}"

    @property
    def files(self) -> list[tuple[str, Blob]]:
        """Name of each form that was made, with its file."""
        found = {"pdf": self.pdf, "html": self.html, "docx": self.docx, "json": self.data}
        return [(form, blob) for form, blob in found.items() if blob]

    @property
    def title(self) -> str:
        return KINDS[self.kind].title if self.kind in KINDS else self.kind
