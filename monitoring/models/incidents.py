"""What went wrong: alarms raised by rules, and incidents people work on."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models

from monitoring.models.signals import Environment, Signal
from projects.models import Task
from projects.models.criteria import NUMBER
from projects.models.items import Severity
from projects.models.project import ProjectRow


class Incident(ProjectRow):
    """A failure in operation, or one found before, from its start to what prevents it."""

    audit_hidden = frozenset({"affected_persons"})

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        CAUSE_KNOWN = "cause_known", "Cause known"
        RESOLVED = "resolved", "Resolved"
        CLOSED = "closed", "Closed"

    class Kind(models.TextChoices):
        DATA_DRIFT = "data_drift", "Data drift"
        CONCEPT_DRIFT = "concept_drift", "Concept drift"
        PERFORMANCE = "performance", "Loss of performance"
        SCHEMA = "schema", "Schema"
        AVAILABILITY = "availability", "Availability"
        DAMAGED_DATA = "damaged_data", "Damaged data"
        TECHNICAL = "technical", "Technical"
        GAMING = "gaming", "Gaming of the model"
        BUSINESS = "business", "Business target missed"
        UPSTREAM = "upstream", "Upstream model"
        OTHER = "other", "Other"

    class Cause(models.TextChoices):
        WRONG_SOURCE = "wrong_source", "Wrong data source"
        LOST_ACCESS = "lost_access", "Lost access"
        BAD_QUERY = "bad_query", "Bad query"
        INFRASTRUCTURE_UPDATE = "infrastructure_update", "Infrastructure update"
        FEATURE_CODE = "feature_code", "Feature code"
        FEEDBACK = "feedback", "Feedback between model and environment"
        SHOCK = "shock", "Shock from outside"
        POPULATION = "population", "Changed population"
        NOISE = "noise", "Noise or wrong labels"
        CYCLE = "cycle", "Long cycle"
        GAMING = "gaming", "Gaming by users"
        MODEL = "model", "Fault of the model"
        HARDWARE = "hardware", "Hardware"
        UPSTREAM = "upstream", "Upstream model"
        HUMAN = "human", "Human error"

    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    kind = models.CharField(max_length=20, choices=Kind)
    severity = models.CharField(max_length=10, choices=Severity)
    state = models.CharField(max_length=20, choices=State, default=State.OPEN)
    description = models.TextField(blank=True)
    labelled_signal = models.ForeignKey(
        Signal, null=True, on_delete=models.PROTECT, related_name="+",
        help_text="Signal with ground truth that shows a concept drift.",
    )  # fmt: skip
    found_in_phase = models.PositiveSmallIntegerField(default=6)
    started_at = models.DateTimeField(help_text="Since when it was wrong.")
    detected_at = models.DateTimeField()
    respond_by = models.DateTimeField(help_text="Until when somebody has to acknowledge it.")
    resolve_by = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    downtime_minutes = models.PositiveIntegerField(default=0)
    escalation = models.PositiveSmallIntegerField(default=0, help_text="How many roles it was handed up to.")
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=30, choices=Cause, blank=True)
    root_cause = models.TextField(blank=True)
    course_of_action = models.TextField(blank=True)
    prevention = models.TextField(blank=True)
    affected_persons = models.TextField(blank=True)
    affected_systems = models.TextField(blank=True)
    affected_decisions = models.TextField(blank=True)
    loss_estimate = models.DecimalField(**NUMBER, null=True)
    loss_unit = models.CharField(max_length=20, blank=True)
    versions = models.JSONField(default=dict, help_text="What was in force at its start, by kind.")

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(name="incident_number_once_per_project", fields=["project", "number"]),
            models.CheckConstraint(
                name="incident_detected_after_its_start",
                condition=models.Q(detected_at__gte=models.F("started_at")),
            ),
            models.CheckConstraint(
                name="incident_closed_is_explained",
                condition=~models.Q(state="closed")
                | (
                    ~models.Q(cause="")
                    & ~models.Q(root_cause="")
                    & ~models.Q(course_of_action="")
                    & ~models.Q(prevention="")
                    & models.Q(resolved_at__isnull=False, closed_at__isnull=False)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"Incident {self.number}: {self.title}"

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.RESOLVED, self.State.CLOSED}

    @property
    def time_to_detect(self) -> timedelta:
        return self.detected_at - self.started_at

    @property
    def time_to_resolve(self) -> timedelta | None:
        return self.resolved_at - self.detected_at if self.resolved_at else None


class Alarm(ProjectRow):
    """A violated rule: one row from the first violation until it is closed, whatever arrives meanwhile."""

    audit_hidden = frozenset({"note"})

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        CLOSED = "closed", "Closed"

    LIVE = ("open", "acknowledged")

    signal = models.ForeignKey(Signal, on_delete=models.PROTECT, related_name="alarms")
    rule = models.JSONField(help_text="The rule as it was when it was violated.")
    rule_key = models.CharField(max_length=40)
    signal_version = models.PositiveIntegerField()
    environment = models.CharField(max_length=20, choices=Environment)
    segment = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=20, choices=State, default=State.OPEN)
    because = models.CharField(max_length=300)
    samples = models.PositiveBigIntegerField(null=True, help_text="How many samples the violation counts.")
    at = models.DateTimeField(help_text="Time of the value that violated the rule, or since when none arrives.")
    raised_at = models.DateTimeField()
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    told_at = models.DateTimeField(null=True, help_text="When people were last told.")
    told = models.PositiveIntegerField(default=0, help_text="How often people were told.")
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="alarms")
    task = models.ForeignKey(Task, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-raised_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="alarm_open_once",
                fields=["signal", "rule_key", "environment", "segment"],
                condition=models.Q(state__in=["open", "acknowledged"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.signal}{f' ({self.segment})' if self.segment else ''}"

    @property
    def reaction(self) -> str:
        return self.rule["reaction"]
