"""What people are told: one row for each person and occasion."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from audit.ids import uuid7


class Notice(models.Model):
    """A message to one person. It follows from an act and changes no record, so that it is not governed itself.

    `key` names the occasion: the same person is told of it once, however often it is found.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    key = models.CharField(max_length=200)
    text = models.CharField(max_length=300)
    url = models.CharField(max_length=300, help_text="Path of the page that shows what it is about.")
    project_id = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [models.UniqueConstraint(name="notice_once_per_person_and_key", fields=["to", "key"])]

    def __str__(self) -> str:
        return self.text
