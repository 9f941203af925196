"""Typed records of the process. Their kinds and fields come from the catalogue; nothing is overwritten."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import models

from evidence.models import Blob
from projects.models.project import Phase, ProjectRow


class Document(ProjectRow):
    """The project's record of one kind. What it says stands in its revisions."""

    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=80, help_text="Document kind of the catalogue.")
    title = models.CharField(max_length=160)

    class Meta:
        ordering = ["phase__number", "kind"]
        constraints = [models.UniqueConstraint(name="document_once_per_kind", fields=["project", "kind"])]

    def __str__(self) -> str:
        return self.title

    @property
    def newest(self) -> Revision | None:
        """No query where the revisions are prefetched."""
        return next(reversed(self.revisions.all()), None)


class Revision(ProjectRow):
    audit_hidden = frozenset({"change_reason"})

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Submitted"
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Rejected"
        SUPERSEDED = "superseded", "Superseded"

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT)
    fields = models.JSONField(default=dict, help_text="Values by field key of the kind; numbers as decimal strings.")
    change_reason = models.TextField(blank=True, help_text="Why this revision replaces the one before.")
    iteration = models.PositiveIntegerField()
    valid_from = models.DateField(null=True, help_text="It counts from this day on.")
    valid_until = models.DateField(null=True, help_text="It counts up to this day.")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    authors = models.JSONField(default=list, help_text="Ids of everybody who wrote in it or attached to it.")
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True, help_text="When the last needed review accepted or rejected it.")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(name="revision_number_once_per_document", fields=["document", "number"]),
            models.UniqueConstraint(
                name="revision_one_open_per_document",
                fields=["document"],
                condition=models.Q(state__in=["draft", "submitted"]),
            ),
            models.CheckConstraint(
                name="revision_valid_for_a_while",
                condition=models.Q(valid_from=None)
                | models.Q(valid_until=None)
                | models.Q(valid_until__gte=models.F("valid_from")),
            ),
            models.UniqueConstraint(
                name="revision_one_accepted_per_document", fields=["document"], condition=models.Q(state="accepted")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document.title}, revision {self.number}"

    def is_written_by(self, user_id: UUID) -> bool:
        return user_id == self.author_id or str(user_id) in self.authors


class Review(ProjectRow):
    """A verdict of one person in one role on a revision. Never changed."""

    audit_hidden = frozenset({"note"})

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Rejected"
        CONFIRMED = "confirmed", "Confirmed again"

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=60)
    verdict = models.CharField(max_length=20, choices=Verdict)
    note = models.TextField(blank=True)
    iteration = models.PositiveIntegerField()
    reviewed_at = models.DateTimeField()

    class Meta:
        ordering = ["reviewed_at", "id"]
        constraints = [
            models.UniqueConstraint(
                name="review_once_per_person_and_iteration", fields=["revision", "reviewer", "iteration"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} by {self.reviewer}"


class Attachment(ProjectRow):
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="attachments")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    readers = models.JSONField(
        default=list, help_text="Roles that may read the file, if it is confidential; empty: every member."
    )

    class Meta:
        constraints = [models.UniqueConstraint(name="attachment_once_per_revision", fields=["revision", "blob"])]

    def __str__(self) -> str:
        return self.blob.name
