"""Versions of the process catalogue. A version never changes: a changed catalogue is a new version."""

from __future__ import annotations

from django.db import models

from audit.models import GovernedModel


class CatalogueVersion(GovernedModel):
    """One version as it was loaded; `body` is the whole content, `sha256` the digest of its canonical JSON."""

    key = models.CharField(max_length=80)
    version = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    body = models.JSONField()
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ["key", "loaded_at"]
        constraints = [models.UniqueConstraint(name="catalogue_version_once", fields=["key", "version"])]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"
