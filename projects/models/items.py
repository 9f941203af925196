"""What a phase consists of: requirements, tasks, risks and QA methods, from the catalogue or the project's own."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from projects.models.project import Phase, ProjectRow


class Severity(models.TextChoices):
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"
    CRITICAL = "critical", "Critical"


class Likelihood(models.TextChoices):
    RARE = "rare", "Rare"
    POSSIBLE = "possible", "Possible"
    LIKELY = "likely", "Likely"


class Item(ProjectRow):
    """A row of a phase. `key` is the catalogue's id, or starts with `own-` when the project added it."""

    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="%(class)s_set")
    key = models.CharField(max_length=80)
    position = models.PositiveIntegerField(help_text="Order within the phase.")
    is_own = models.BooleanField(default=False)

    class Meta:
        abstract = True
        ordering = ["phase__number", "position"]


class Requirement(Item):
    class Kind(models.TextChoices):
        REQUIREMENT = "requirement", "Requirement"
        CONSTRAINT = "constraint", "Constraint"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        CONFIRMED = "confirmed", "Confirmed"

    kind = models.CharField(max_length=20, choices=Kind)
    text = models.TextField()
    state = models.CharField(max_length=20, choices=State, default=State.OPEN)
    note = models.TextField(blank=True, help_text="How the project meets it.")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta(Item.Meta):
        constraints = [
            models.UniqueConstraint(name="requirement_key_once_per_project", fields=["project", "key"]),
            models.CheckConstraint(
                name="requirement_confirmed_by_somebody_at_some_time",
                condition=models.Q(state="open", confirmed_by=None, confirmed_at=None)
                | models.Q(state="confirmed", confirmed_by__isnull=False, confirmed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Task(Item):
    audit_hidden = frozenset({"reason"})

    class State(models.TextChoices):
        TO_DO = "to_do", "To do"
        IN_PROGRESS = "in_progress", "In progress"
        IN_REVIEW = "in_review", "In review"
        DONE = "done", "Done"
        NOT_APPLICABLE = "not_applicable", "Not applicable"

    name = models.CharField(max_length=160)
    group = models.CharField(max_length=60, blank=True)
    aim = models.TextField()
    why = models.TextField(blank=True)
    is_required = models.BooleanField(default=True)
    applies_when = models.TextField(blank=True, help_text="Condition of a conditional task.")
    depends_on = models.JSONField(default=list, help_text="Keys of the tasks that must be finished first.")
    document_kinds = models.JSONField(default=list, help_text="Kinds whose accepted document makes the task done.")
    checklist = models.JSONField(default=list, help_text='Rows {"text", "done"} in order.')
    state = models.CharField(max_length=20, choices=State, default=State.TO_DO)
    reason = models.TextField(blank=True, help_text="Why it does not apply, or was reopened.")
    result = models.TextField(blank=True, help_text="What was done, in the words of who finished it.")
    iteration = models.PositiveIntegerField(default=1, help_text="Iteration in which it must be done (again).")
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(null=True)
    handed_in_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True)

    class Meta(Item.Meta):
        constraints = [
            models.UniqueConstraint(name="task_key_once_per_project", fields=["project", "key"]),
            models.CheckConstraint(
                name="task_not_applicable_has_reason",
                condition=~models.Q(state="not_applicable") | ~models.Q(reason=""),
            ),
            models.CheckConstraint(
                name="task_handed_in_by_somebody",
                condition=~models.Q(state__in=["in_review", "done"]) | models.Q(handed_in_by__isnull=False),
            ),
            models.CheckConstraint(
                name="task_done_at_some_time", condition=~models.Q(state="done") | models.Q(finished_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_finished(self) -> bool:
        return self.state in {self.State.DONE, self.State.NOT_APPLICABLE}


class Risk(Item):
    """What may go wrong in a task. Only a rating or a signed acceptance ever closes it (CRISP-ML(Q), figure 2)."""

    audit_hidden = frozenset({"acceptance_reason"})

    class State(models.TextChoices):
        IDENTIFIED = "identified", "Identified"
        RATED = "rated", "Rated"
        TREATED = "treated", "Treated, rate again"
        CLOSED = "closed", "Closed"
        ACCEPTED = "accepted", "Accepted"

    class Category(models.TextChoices):
        TECHNICAL = "technical", "Technical"
        OPERATIONAL = "operational", "Operational"
        ECONOMIC = "economic", "Economic"
        LEGAL = "legal", "Legal"
        REPUTATIONAL = "reputational", "Reputational"

    task = models.ForeignKey(Task, null=True, on_delete=models.PROTECT, related_name="risks")
    name = models.CharField(max_length=160)
    what_goes_wrong = models.TextField()
    category = models.CharField(max_length=20, choices=Category)
    default_severity = models.CharField(max_length=10, choices=Severity)
    default_likelihood = models.CharField(max_length=10, choices=Likelihood)
    state = models.CharField(max_length=20, choices=State, default=State.IDENTIFIED)
    severity = models.CharField(max_length=10, choices=Severity, blank=True)
    likelihood = models.CharField(max_length=10, choices=Likelihood, blank=True)
    rating = models.PositiveSmallIntegerField(null=True, help_text="Severity value times likelihood value, 1 to 12.")
    rated_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    accepted_as = models.CharField(max_length=60, blank=True, help_text="Role of the signature.")
    acceptance_reason = models.TextField(blank=True)
    accepted_until = models.DateField(null=True)

    class Meta(Item.Meta):
        constraints = [
            models.UniqueConstraint(name="risk_key_once_per_project", fields=["project", "key"]),
            models.CheckConstraint(
                name="risk_rating_goes_with_severity_and_likelihood",
                condition=models.Q(rating__isnull=True, severity="", likelihood="")
                | (models.Q(rating__range=(1, 12)) & ~models.Q(severity="") & ~models.Q(likelihood="")),
            ),
            models.CheckConstraint(
                name="risk_accepted_is_signed_with_reason_and_expiry",
                condition=~models.Q(state="accepted")
                | (
                    models.Q(accepted_by__isnull=False, accepted_until__isnull=False)
                    & ~models.Q(acceptance_reason="")
                    & ~models.Q(accepted_as="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RiskRating(ProjectRow):
    """One judgement of a risk; the newest is copied onto the risk. Never changed."""

    audit_hidden = frozenset({"reason"})

    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="ratings")
    severity = models.CharField(max_length=10, choices=Severity)
    likelihood = models.CharField(max_length=10, choices=Likelihood)
    rating = models.PositiveSmallIntegerField()
    reason = models.TextField(blank=True)
    iteration = models.PositiveIntegerField()
    is_residual = models.BooleanField(default=False, help_text="Made after a QA method was accepted.")
    rated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    rated_at = models.DateTimeField()

    class Meta:
        ordering = ["rated_at", "id"]

    def __str__(self) -> str:
        return f"{self.severity} × {self.likelihood} = {self.rating}"


class QAMethod(Item):
    audit_hidden = frozenset({"review_note"})

    class State(models.TextChoices):
        AVAILABLE = "available", "Available"
        PLANNED = "planned", "Planned"
        PERFORMED = "performed", "Performed"
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Rejected"

    task = models.ForeignKey(Task, null=True, on_delete=models.PROTECT, related_name="qa_methods")
    name = models.CharField(max_length=160)
    what_it_does = models.TextField()
    mitigates = models.JSONField(default=list, help_text="Keys of the risks it lowers.")
    evidence_expected = models.JSONField(default=list, help_text='Rows {"kind", "what"}.')
    state = models.CharField(max_length=20, choices=State, default=State.AVAILABLE)
    finding = models.TextField(blank=True, help_text="What performing it showed.")
    evidence_kinds = models.JSONField(default=list, help_text="Document kinds the finding rests on.")
    performed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    performed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    review_note = models.TextField(blank=True)

    class Meta(Item.Meta):
        constraints = [
            models.UniqueConstraint(name="qamethod_key_once_per_project", fields=["project", "key"]),
            models.CheckConstraint(
                name="qamethod_reviewer_is_not_who_performed_it",
                condition=models.Q(reviewed_by=None) | ~models.Q(reviewed_by=models.F("performed_by")),
            ),
        ]

    def __str__(self) -> str:
        return self.name
