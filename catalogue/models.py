"""Versions of the process catalogue. A project keeps the version it began with."""

from __future__ import annotations

from django.db import models

from audit.models import GovernedModel


class CatalogueVersion(GovernedModel):
    key = models.CharField(max_length=60)
    version = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64, help_text="Of the body's canonical bytes.")
    body = models.JSONField()
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ["key", "loaded_at"]
        constraints = [models.UniqueConstraint(name="catalogue_version_once", fields=["key", "version"])]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"
