"""Templates of the organisation: what a project may begin with besides the catalogue."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from audit.models import GovernedModel


class ProjectTemplate(GovernedModel):
    """The choices of a project without its evidence. Never changed: a better one is saved and this retired."""

    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    catalogue = models.ForeignKey("catalogue.CatalogueVersion", on_delete=models.PROTECT, related_name="+")
    body = models.JSONField(help_text="As `projects.blueprints` makes it.")
    project_name = models.CharField(max_length=120, help_text="Of the project it was made from.")
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    is_retired = models.BooleanField(default=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(name="template_name_once", fields=["name"], condition=models.Q(is_retired=False))
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def id_text(self) -> str:
        return str(self.pk)
