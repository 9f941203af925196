"""The policies of the organisation, version by version."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from audit.governed import ERASED
from audit.models import GovernedModel


class PolicySet(GovernedModel):
    """All policies as they hold from `set_at` until the next version. Never changed; told in the trail of the site."""

    audit_hidden = frozenset({"reason"})

    number = models.PositiveIntegerField(unique=True)
    values = models.JSONField(help_text="Value by key of the policy, every policy.")
    reason = models.TextField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.CheckConstraint(name="policy_set_has_reason", condition=~models.Q(reason=""))]

    def audit_blank(self, name: str) -> str:
        return ERASED

    def __str__(self) -> str:
        return f"Policies, version {self.number}"
