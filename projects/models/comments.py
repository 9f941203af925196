"""What people say about the records of a project."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from projects.models.project import ProjectRow


class Comment(ProjectRow):
    """A remark on one row of the project. Never edited: a correction is a new comment. Its text can be erased."""

    audit_hidden = frozenset({"text"})

    subject_type = models.CharField(max_length=80, help_text="Kind of the row, such as projects.task.")
    subject_id = models.UUIDField()
    subject_name = models.CharField(max_length=200, help_text="What the row was called.")
    text = models.TextField()
    mentions = models.JSONField(default=list, help_text="Ids of the accounts that are mentioned.")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["written_at", "id"]
        indexes = [models.Index(name="comment_by_subject", fields=["subject_type", "subject_id"])]

    def __str__(self) -> str:
        return self.subject_name
