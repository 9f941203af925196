"""Issued reports: the files, and on which state of the trail they were built."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from audit.models import GovernedModel
from compliance.documents.kinds import KINDS
from compliance.documents.wording import Wording
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


class ReportWording(GovernedModel):
    """A version of the organisation's own words for a kind of report. Never changed; the newest counts."""

    kind = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120, blank=True)
    introduction = models.TextField(blank=True)
    closing = models.TextField(blank=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "number"]
        constraints = [models.UniqueConstraint(name="report_wording_number_once", fields=["kind", "number"])]

    def __str__(self) -> str:
        return f"{KINDS[self.kind].title if self.kind in KINDS else self.kind}, words version {self.number}"

    @property
    def wording(self) -> Wording:
        return Wording(self.title, self.introduction, self.closing, self.number)
