"""What is watched, and the values that arrive.

A delivery is governed and holds its values whole. Series and readings are an index of the deliveries, made from them,
so that a million values need no million lines of the trail; `monitoring.index` checks and rebuilds it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models

from projects.models.criteria import NUMBER, Criterion
from projects.models.project import ProjectRow
from registry.models import Artefact


class Environment(models.TextChoices):
    DEVELOPMENT = "development", "Development"
    TRAINING = "training", "Training"
    VALIDATION = "validation", "Validation"
    TEST = "test", "Blind test"
    PRODUCTION_LIKE = "production-like", "Production-like"
    OPERATION = "operation", "Operation"


class Signal(ProjectRow):
    """One thing that is watched. Every change of its settings raises `version`; the trail keeps those before."""

    audit_hidden = frozenset({"change_reason"})

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        RETIRED = "retired", "Retired"

    class Group(models.TextChoices):
        DATA = "data", "Input data"
        OUTPUT = "output", "Predictions"
        PERFORMANCE = "performance", "Performance"
        BUSINESS = "business", "Business"
        ECONOMIC = "economic", "Economic"
        TECHNICAL = "technical", "Technical"
        AVAILABILITY = "availability", "Availability"
        FEEDBACK = "feedback", "Feedback"

    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    group = models.CharField(max_length=20, choices=Group)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    metric = models.CharField(max_length=120)
    unit = models.CharField(max_length=40, help_text='"1" for a plain ratio.')
    is_labelled = models.BooleanField(default=False, help_text="Its values compare predictions with ground truth.")
    environment = models.CharField(
        max_length=20, choices=Environment, default=Environment.OPERATION, help_text="Where its rules are applied."
    )
    feature = models.CharField(max_length=120, blank=True, help_text="The feature it watches, if one.")
    watches = models.ForeignKey(
        Artefact, null=True, on_delete=models.PROTECT, related_name="+",
        help_text="What its values are about, such as the source of the labels.",
    )  # fmt: skip
    criterion = models.ForeignKey(Criterion, null=True, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    response_plan = models.TextField(blank=True, help_text="What to do when a rule is violated.")
    source = models.CharField(max_length=200, blank=True, help_text="The system its values come from.")
    interval_minutes = models.PositiveIntegerField(null=True, help_text="A value is expected at least this often.")
    baseline = models.DecimalField(**NUMBER, null=True)
    baseline_source = models.CharField(max_length=200, blank=True, help_text="What the baseline was taken from.")
    baseline_version = models.CharField(max_length=120, blank=True, help_text="Version of the model it belongs to.")
    rules = models.JSONField(default=list, help_text="See `monitoring.rules`.")
    check_reason = models.CharField(max_length=300, blank=True, help_text="Why its values have to be compared again.")
    change_reason = models.TextField(blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["group", "name", "key"]
        constraints = [
            models.UniqueConstraint(name="signal_key_once_per_project", fields=["project", "key"]),
            models.CheckConstraint(
                name="signal_active_has_an_owner", condition=~models.Q(state="active") | models.Q(owner__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def interval(self) -> timedelta | None:
        return timedelta(minutes=self.interval_minutes) if self.interval_minutes else None


class Delivery(ProjectRow):
    """The values one post brought, kept whole and never changed."""

    audit_bulky = frozenset({"readings"})

    signal = models.ForeignKey(Signal, on_delete=models.PROTECT, related_name="deliveries")
    readings = models.TextField(help_text="Canonical JSON: a list of values in the order of their coming.")
    count = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, help_text="Of the readings' text.")
    control_expected = models.CharField(max_length=128, blank=True, help_text="Hash or control value as sent.")
    control_found = models.CharField(max_length=128, blank=True, help_text="The same, of what arrived.")
    delivered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    delivered_at = models.DateTimeField()

    class Meta:
        ordering = ["delivered_at", "id"]

    def __str__(self) -> str:
        return f"{self.count} {'value' if self.count == 1 else 'values'} of {self.signal}"


class IndexQuerySet(models.QuerySet):
    """Rows are only added; `monitoring.index` alone makes them anew."""

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("An index of deliveries is only rebuilt as a whole.")


class Series(models.Model):
    """The values of a signal in one environment, for one segment, measured or forecast. Follows from deliveries."""

    class Kind(models.TextChoices):
        MEASURED = "measured", "Measured"
        FORECAST = "forecast", "Forecast"

    KEPT = 60  # newest points, for rules that look back and for small pictures

    signal = models.ForeignKey(Signal, on_delete=models.PROTECT, related_name="series")
    environment = models.CharField(max_length=20, choices=Environment)
    segment = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.MEASURED)
    count = models.PositiveBigIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    recent = models.JSONField(default=list, help_text="Newest points, oldest first: [at, value, lower, upper, count].")

    objects = IndexQuerySet.as_manager()

    class Meta:
        ordering = ["environment", "kind", "segment"]
        constraints = [
            models.UniqueConstraint(name="series_once_per_place", fields=["signal", "environment", "segment", "kind"])
        ]

    def __str__(self) -> str:
        return " · ".join(filter(None, [self.get_environment_display(), self.segment]))

    @property
    def last(self) -> list[Any] | None:
        return self.recent[-1] if self.recent else None

    @property
    def values(self) -> list[float]:
        return [point[1] for point in self.recent]


class Reading(models.Model):
    """One value, as found in its delivery. `at` counts milliseconds since 1970, so that the database can group it."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="readings", db_index=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="+", db_index=False)
    n = models.PositiveIntegerField(help_text="Place in the delivery, from 0.")
    at = models.BigIntegerField()
    value = models.FloatField(help_text="At most 15 digits, which a float gives back exactly.")
    lower = models.FloatField(null=True)
    upper = models.FloatField(null=True)
    count = models.PositiveBigIntegerField(null=True, help_text="Samples behind the value.")

    objects = IndexQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["series", "at"], name="reading_of_series_by_time")]
        constraints = [models.UniqueConstraint(name="reading_once_per_delivery", fields=["delivery", "n"])]

    def __str__(self) -> str:
        return f"{self.value:.15g}"

    @property
    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.at / 1000, UTC)
