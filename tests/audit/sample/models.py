from django.db import models

from audit.models import GovernedModel


class Thing(GovernedModel):
    """One field of every type the trail has to encode."""

    audit_hidden = frozenset({"nickname"})
    audit_secret = frozenset({"pin"})

    name = models.CharField(max_length=200)
    nickname = models.CharField(max_length=200, blank=True)
    pin = models.CharField(max_length=20, blank=True)
    note = models.TextField(blank=True)
    amount = models.DecimalField(max_digits=30, decimal_places=12, null=True)
    day = models.DateField(null=True)
    at = models.DateTimeField(null=True)
    data = models.JSONField(default=dict)
    blob = models.BinaryField(default=b"")
    other = models.ForeignKey("self", null=True, on_delete=models.PROTECT)

    class Meta:
        app_label = "sample"

    def __str__(self) -> str:
        return self.name
