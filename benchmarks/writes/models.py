"""The same row, once for each way of recording its changes that is installed."""

from __future__ import annotations

from django.conf import settings
from django.db import connection, models

from audit.governed import GovernedModel
from audit.ids import uuid7


class Fields(models.Model):
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=20)
    note = models.TextField(blank=True)
    rank = models.IntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Keyed(Fields):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


class Plain(Keyed):
    pass


class Governed(Fields, GovernedModel):
    pass


KINDS: dict[str, type[models.Model]] = {"unaudited": Plain, "crispmlq": Governed}

if "auditlog" in settings.INSTALLED_APPS:
    from auditlog.registry import auditlog

    @auditlog.register()
    class Logged(Keyed):
        pass

    KINDS["django-auditlog"] = Logged

if "simple_history" in settings.INSTALLED_APPS:
    from simple_history.models import HistoricalRecords

    class Historic(Keyed):
        history = HistoricalRecords()

    KINDS["django-simple-history"] = Historic

if "pghistory" in settings.INSTALLED_APPS and connection.vendor == "postgresql":
    import pghistory

    @pghistory.track()
    class Tracked(Keyed):
        pass

    KINDS["django-pghistory"] = Tracked
