"""Files that records rest on: immutable, addressed by SHA-256, checked at every read."""

from __future__ import annotations

from django.db import models

from audit.models import GovernedModel


class Blob(GovernedModel):
    """A stored file under the name its owner gave it. Equal bytes are stored once."""

    audit_log_field = "owner_id"

    owner_id = models.UUIDField(help_text="Id of the project; also the log in which its storing is told.")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="In bytes.")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=120)
    stored_at = models.DateTimeField()

    class Meta:
        ordering = ["stored_at", "id"]
        constraints = [
            models.UniqueConstraint(name="blob_once_per_owner_and_name", fields=["owner_id", "sha256", "name"])
        ]

    def __str__(self) -> str:
        return self.name
