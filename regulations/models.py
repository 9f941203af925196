"""Versions of regulations, and what projects answered to them."""

from __future__ import annotations

from functools import cached_property

from django.conf import settings
from django.db import models

from audit.models import GovernedModel
from regulations.definitions import Pack, pack_of


class PackVersion(GovernedModel):
    """A version of a regulation, as it was loaded. Never changed, but for being put into force here."""

    key = models.CharField(max_length=80)
    version = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64, help_text="Of the body's canonical bytes.")
    body = models.JSONField()
    loaded_at = models.DateTimeField()
    in_force_since = models.DateTimeField(null=True, help_text="When it was put into force here; the newest counts.")
    put_in_force_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )  # empty: with the installation

    class Meta:
        ordering = ["key", "version"]
        constraints = [models.UniqueConstraint(name="pack_version_once", fields=["key", "version"])]

    def __str__(self) -> str:
        return f"{self.body['name']}, {self.version}"

    @cached_property
    def pack(self) -> Pack:
        return pack_of(self.body)
