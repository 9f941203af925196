"""The project itself: who belongs to it, its six phases, and how often it went back."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import models

from audit.governed import ERASED
from audit.models import GovernedModel


class Project(GovernedModel):
    """One machine-learning project. It keeps the catalogue version it began with."""

    audit_log_field = "id"
    audit_hidden = frozenset({"hold_reason", "hold_condition", "stop_reason"})

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        IN_OPERATION = "in_operation", "In operation"
        ON_HOLD = "on_hold", "On hold"
        STOPPED = "stopped", "Stopped"

    class Kind(models.TextChoices):
        FULL = "full", "Full project"
        PROOF_OF_CONCEPT = "proof_of_concept", "Proof of concept"

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    purpose = models.TextField()
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.FULL)
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT)
    catalogue = models.ForeignKey("catalogue.CatalogueVersion", on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField(default=dict, help_text="Tailoring answers, question key to chosen option.")
    iteration = models.PositiveIntegerField(default=1, help_text="Number of the iteration the project is in.")
    running_since = models.DateField(
        null=True, help_text="The system ran before the project was taken in here; what is entered is recorded later."
    )
    caught_up_at = models.DateTimeField(null=True, help_text="When a project taken in late had passed its release.")
    hold_reason = models.TextField(blank=True)
    hold_condition = models.TextField(blank=True, help_text="What must be true before work resumes.")
    resumes_as = models.CharField(max_length=20, blank=True, help_text="State the project returns to after a hold.")
    stop_reason = models.TextField(blank=True)
    retained_until = models.DateField(null=True, help_text="Until then nothing of the project's trail may be deleted.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "slug"]
        constraints = [
            models.CheckConstraint(
                name="project_on_hold_has_reason_and_condition",
                condition=~models.Q(state="on_hold")
                | (~models.Q(hold_reason="") & ~models.Q(hold_condition="") & ~models.Q(resumes_as="")),
            ),
            models.CheckConstraint(
                name="project_stopped_has_reason",
                condition=~models.Q(state="stopped") | ~models.Q(stop_reason=""),
            ),
            models.CheckConstraint(name="project_iteration_starts_at_one", condition=models.Q(iteration__gte=1)),
        ]

    def __str__(self) -> str:
        return self.name

    def is_recorded_later(self, at: datetime | None) -> bool:
        """Whether an entry of this time tells of a system that was running already."""
        if self.running_since is None or at is None:
            return False
        return self.caught_up_at is None or at <= self.caught_up_at

    def audit_blank(self, name: str) -> str:
        return ERASED

    @property
    def is_frozen(self) -> bool:
        """No content may be written: on hold or stopped."""
        return self.state in {self.State.ON_HOLD, self.State.STOPPED}


class ProjectRow(GovernedModel):
    """Base of every row that belongs to one project and is told in that project's trail."""

    audit_log_field = "project_id"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="%(class)s_set")

    class Meta:
        abstract = True

    def audit_blank(self, name: str) -> str:
        """Text that is hidden gives reasons, and some states must have one."""
        return ERASED


class Membership(ProjectRow):
    """A person or service account in a project, with the roles it holds there. Leaving empties the roles."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    roles = models.JSONField(default=list, help_text="Role keys of the catalogue, sorted.")

    class Meta:
        ordering = ["user__username"]
        constraints = [models.UniqueConstraint(name="membership_once_per_user", fields=["project", "user"])]

    def __str__(self) -> str:
        return str(self.user)


class Hold(ProjectRow):
    """One time the project was on hold. Ends when it resumes or is stopped."""

    audit_hidden = frozenset({"reason", "condition", "end_reason"})

    class Code(models.TextChoices):
        DATA = "data", "Data has to be collected"
        FEASIBILITY = "feasibility", "Not feasible for now"
        RESOURCES = "resources", "People or money are missing"
        LAW = "law", "A legal question is open"
        OTHER = "other", "Another reason"

    code = models.CharField(max_length=20, choices=Code)
    reason = models.TextField()
    condition = models.TextField(help_text="What must be true before work resumes.")
    expected_on = models.DateField(null=True, help_text="When the condition is expected to hold; a reminder goes out.")
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    held_at = models.DateTimeField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True, help_text="How the condition came to hold, or why the project stopped.")

    class Meta:
        ordering = ["held_at", "id"]
        constraints = [
            models.UniqueConstraint(
                name="hold_one_open_per_project", fields=["project"], condition=models.Q(ended_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()}, since {self.held_at:%Y-%m-%d}"

    def days(self, until: date) -> int:
        """Days on hold, of one that lasts up to `until`."""
        return max(((self.ended_at.date() if self.ended_at else until) - self.held_at.date()).days, 0)


class Phase(ProjectRow):
    class State(models.TextChoices):
        LOCKED = "locked", "Locked"
        OPEN = "open", "Open"
        IN_REVIEW = "in_review", "In review"
        PASSED = "passed", "Passed"
        RECONFIRM = "reconfirm", "To be confirmed again"

    number = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=20, choices=State, default=State.LOCKED)
    opened_at = models.DateTimeField(null=True)
    passed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(name="phase_number_once_per_project", fields=["project", "number"]),
            models.CheckConstraint(name="phase_number_one_to_six", condition=models.Q(number__range=(1, 6))),
        ]

    def __str__(self) -> str:
        return f"Phase {self.number}: {self.name}"


class Iteration(ProjectRow):
    """One turn of the loop. The first begins with the project, each further one with a way back."""

    audit_hidden = frozenset({"reason"})

    class Origin(models.TextChoices):
        START = "start", "Start of the project"
        MODELLING = "modelling", "Found in modelling"
        EVALUATION = "evaluation", "Found in evaluation"
        PRODUCTION = "production", "Found in production"
        USERS = "users", "Reported by users"
        AUDIT = "audit", "Found by an audit"
        PROJECT = "project", "Decided by the project"

    class Kind(models.TextChoices):
        ORDINARY = "ordinary", "Way through the phases"
        UPDATE = "update", "Update of the served model"
        CHALLENGER = "challenger", "Challenger beside the served model"
        CONVERSION = "conversion", "Proof of concept becomes a full project"

    # Where the need for a way back can have been found; the others are set by the act itself.
    FOUND = (Origin.MODELLING, Origin.EVALUATION, Origin.PRODUCTION, Origin.USERS, Origin.AUDIT)
    # Those during which the served model stays in operation.
    BESIDE_OPERATION = (Kind.UPDATE, Kind.CHALLENGER)

    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.ORDINARY)
    previous_version = models.CharField(max_length=200, blank=True, help_text="Of the model that is served meanwhile.")
    origin = models.CharField(max_length=20, choices=Origin)
    from_phase = models.PositiveSmallIntegerField(null=True)
    to_phase = models.PositiveSmallIntegerField()
    reason = models.TextField()
    reopened_tasks = models.JSONField(default=list, help_text="Keys of the tasks this iteration reopened.")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(name="iteration_number_once_per_project", fields=["project", "number"]),
            models.CheckConstraint(
                name="iteration_goes_back",
                condition=models.Q(from_phase__isnull=True) | models.Q(from_phase__gte=models.F("to_phase")),
            ),
        ]

    def __str__(self) -> str:
        return f"Iteration {self.number}"
