"""How a project watches and keeps its system: the terms, what happens outside, reviews and decisions on updates."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from monitoring.models.incidents import Alarm
from monitoring.models.signals import Signal
from projects.models import QAMethod, Task
from projects.models.criteria import NUMBER
from projects.models.items import Likelihood, Severity
from projects.models.project import ProjectRow


class MonitoringPlan(ProjectRow):
    """The terms of monitoring in a project; the prose stands in the document of the same name."""

    class Use(models.TextChoices):
        INFORMS = "informs", "Informs a person who decides"
        DECIDES = "decides", "Decides by itself"

    class GroundTruth(models.TextChoices):
        IMMEDIATE = "immediate", "Comes at once"
        LATE = "late", "Comes late"
        MISSING = "missing", "Can not be had"

    class Loops(models.TextChoices):
        UNKNOWN = "unknown", "Not looked at yet"
        LISTED = "listed", "Listed"
        NONE = "none", "There are none"

    use = models.CharField(max_length=10, choices=Use)
    ground_truth = models.CharField(max_length=10, choices=GroundTruth)
    label_delay_days = models.PositiveIntegerField(null=True, help_text="How late ground truth comes.")
    substitutes = models.JSONField(default=list, help_text="Keys of signals that stand in for ground truth.")
    loops = models.CharField(max_length=10, choices=Loops, default=Loops.UNKNOWN)
    no_loops_reason = models.TextField(blank=True)
    review_every_days = models.PositiveIntegerField(default=90)
    answer_hours = models.PositiveIntegerField(default=72, help_text="Time to decide once an update is triggered.")
    observe_days = models.PositiveIntegerField(default=14, help_text="Close watch after a release.")
    observe_minutes = models.PositiveIntegerField(default=60, help_text="Values are expected this often meanwhile.")
    trained_from = models.DateField(null=True, help_text="Period the training data covers.")
    trained_until = models.DateField(null=True)
    regime = models.CharField(max_length=200, blank=True, help_text="Situation in which the training data arose.")
    approved_scope = models.TextField(blank=True, help_text="Markets and populations the system is approved for.")

    class Meta:
        constraints = [models.UniqueConstraint(name="monitoring_plan_once_per_project", fields=["project"])]

    def __str__(self) -> str:
        return "Terms of monitoring"


class ExternalEvent(ProjectRow):
    """Something outside that may change what the values mean; shown in every chart at its date."""

    class Kind(models.TextChoices):
        REGULATION = "regulation", "Regulation"
        MARKET = "market", "Market shock"
        NEW_MARKET = "new_market", "New market or population"
        SEASON = "season", "Season or cycle"
        OTHER = "other", "Other"

    kind = models.CharField(max_length=20, choices=Kind)
    title = models.CharField(max_length=120)
    happened_on = models.DateField()
    note = models.TextField(blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-happened_on", "-id"]

    def __str__(self) -> str:
        return self.title


class SystemUpdate(ProjectRow):
    """A change of hardware or software beneath the model. Its signals have to be compared before and after."""

    title = models.CharField(max_length=120)
    what = models.TextField()
    happened_at = models.DateTimeField()
    signals = models.JSONField(default=list, help_text="Keys of the signals it may affect.")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-happened_at", "-id"]

    def __str__(self) -> str:
        return self.title


class FeedbackLoop(ProjectRow):
    """A way in which the system influences its own future data."""

    class Kind(models.TextChoices):
        DIRECT = "direct", "Direct: through its own training data"
        INDIRECT = "indirect", "Indirect: through the world"

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind)
    description = models.TextField()
    indicator = models.ForeignKey(Signal, null=True, on_delete=models.PROTECT, related_name="+")
    limit = models.DecimalField(**NUMBER, null=True)
    severity = models.CharField(max_length=10, choices=Severity)
    likelihood = models.CharField(max_length=10, choices=Likelihood)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    limits_by = models.ForeignKey(
        QAMethod, null=True, on_delete=models.PROTECT, related_name="+",
        help_text="The QA method that limits the actions of the system.",
    )  # fmt: skip
    is_over = models.BooleanField(default=False)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class OperationReview(ProjectRow):
    """A look at the system in operation, by date or by a trigger; it ends with a decision."""

    audit_hidden = frozenset({"reason"})

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DECIDED = "decided", "Decided"

    class Trigger(models.TextChoices):
        DATE = "date", "By date"
        EXTERNAL_EVENT = "external_event", "External event"
        ALARM = "alarm", "Alarm"
        RELEASE = "release", "End of an observation period"
        REQUEST = "request", "Asked for"

    class Decision(models.TextChoices):
        KEEP = "keep", "Keep"
        UPDATE = "update", "Update"
        ROLL_BACK = "roll_back", "Roll back"
        STOP = "stop", "Stop"

    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    trigger = models.CharField(max_length=20, choices=Trigger)
    occasion = models.CharField(max_length=300)
    due_on = models.DateField()
    proposed_phase = models.PositiveSmallIntegerField(null=True, help_text="Phase to which going back is proposed.")
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    reason = models.TextField(blank=True)
    findings = models.JSONField(default=list, help_text="Sentences on what stood out when it was decided.")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-number"]
        verbose_name = "review"
        constraints = [
            models.UniqueConstraint(name="operation_review_number_once_per_project", fields=["project", "number"]),
            models.CheckConstraint(
                name="operation_review_decided_with_reason",
                condition=models.Q(state="open", decision="", decided_at=None)
                | (models.Q(state="decided", decided_at__isnull=False) & ~models.Q(decision="") & ~models.Q(reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"Review {self.number}"


class UpdateDecision(ProjectRow):
    """Whether the model is updated: asked by a trigger, answered with both costs."""

    audit_hidden = frozenset({"reason", "approach_reason"})

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DECIDED = "decided", "Decided"

    class Decision(models.TextChoices):
        KEEP = "keep", "Keep the model"
        UPDATE = "update", "Update the model"

    class Approach(models.TextChoices):
        FINE_TUNING = "fine_tuning", "Fine-tuning"
        RETRAINING = "retraining", "Retraining with newer data"
        FROM_SCRATCH = "from_scratch", "Training from scratch"

    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    trigger = models.CharField(max_length=300)
    alarm = models.ForeignKey(Alarm, null=True, on_delete=models.PROTECT, related_name="update_decisions")
    due_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    cost_of_update = models.DecimalField(**NUMBER, null=True)
    cost_of_staying = models.DecimalField(**NUMBER, null=True, help_text="Expected cost of errors of the stale model.")
    cost_unit = models.CharField(max_length=20, blank=True)
    approach = models.CharField(max_length=20, choices=Approach, blank=True)
    approach_reason = models.TextField(blank=True)
    cost_of_labels = models.DecimalField(**NUMBER, null=True)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(name="update_decision_number_once_per_project", fields=["project", "number"]),
            models.CheckConstraint(
                name="update_decision_has_both_costs_and_reason",
                condition=models.Q(state="open", decision="")
                | (
                    models.Q(state="decided", cost_of_update__isnull=False, cost_of_staying__isnull=False)
                    & ~models.Q(decision="")
                    & ~models.Q(reason="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"Update decision {self.number}"

    @property
    def keeps_at_a_loss(self) -> bool:
        """Kept although staying was expected to cost more than the update."""
        return self.decision == self.Decision.KEEP and self.cost_of_staying > self.cost_of_update


class Observation(ProjectRow):
    """Close watch after a release: shorter intervals, the rules made for it, and a review at its end."""

    served = models.CharField(max_length=160, help_text="The version that was released.")
    started_at = models.DateTimeField()
    ends_on = models.DateField()
    interval_minutes = models.PositiveIntegerField()
    review = models.OneToOneField(OperationReview, on_delete=models.PROTECT, related_name="observation")

    class Meta:
        ordering = ["-started_at", "-id"]

    def __str__(self) -> str:
        return f"Observation of {self.served}"

    @property
    def is_open(self) -> bool:
        return self.review.state == OperationReview.State.OPEN
