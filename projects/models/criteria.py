"""Success criteria on three levels, frozen in versions, and the values measured against them."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import models

from audit.canon import decimal_text
from projects import bounds
from projects.models.project import ProjectRow

# 30 digits hold every business figure and any metric: 18 before the point, 12 behind.
NUMBER = {"max_digits": 30, "decimal_places": 12}


class Criterion(ProjectRow):
    """A success criterion under one name; what it demands stands in its versions."""

    class Level(models.TextChoices):
        BUSINESS = "business", "Business"
        ML = "ml", "Machine learning"
        ECONOMIC = "economic", "Economic"

    key = models.SlugField(max_length=60)
    level = models.CharField(max_length=10, choices=Level)
    name = models.CharField(max_length=120)
    measures = models.JSONField(
        default=list, help_text="What is done about it while it is at risk: keys of tasks and QA methods."
    )

    class Meta:
        ordering = ["level", "name", "key"]
        constraints = [models.UniqueConstraint(name="criterion_key_once_per_project", fields=["project", "key"])]

    def __str__(self) -> str:
        return self.name

    @property
    def shown(self) -> CriterionVersion:
        """The approved version, else the newest; no query where the versions are prefetched."""
        versions = list(self.versions.all())
        return next((v for v in versions if v.state == CriterionVersion.State.APPROVED), versions[-1])


class CriterionVersion(ProjectRow):
    """What a criterion demands. Frozen once approved; a change is a new version with a reason."""

    audit_hidden = frozenset({"owner_name", "change_reason"})

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        APPROVED = "approved", "Approved"
        SUPERSEDED = "superseded", "Superseded"

    class Direction(models.TextChoices):
        AT_LEAST = "at_least", "At least"
        AT_MOST = "at_most", "At most"
        BETWEEN = "between", "Between"

    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT)
    metric = models.CharField(max_length=120)
    unit = models.CharField(max_length=40, help_text='Unit of every number of this criterion; "1" for a plain ratio.')
    direction = models.CharField(max_length=10, choices=Direction)
    threshold = models.DecimalField(**NUMBER, help_text="Lower bound for at least and between, upper for at most.")
    upper = models.DecimalField(**NUMBER, null=True, blank=True, help_text="Upper bound, for between only.")
    floor = models.DecimalField(
        **NUMBER, null=True, blank=True, help_text="Lowest acceptable level; for at most, the highest acceptable one."
    )
    baseline = models.DecimalField(**NUMBER, null=True, blank=True, help_text="Value without the system.")
    method = models.TextField(help_text="How and on what it is measured.")
    justification = models.TextField(blank=True, help_text="Why this metric fits the business case.")
    owner_name = models.CharField(max_length=120, help_text="Who answers for it.")
    supports = models.ForeignKey(
        Criterion, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="The business criterion this one serves.",
    )  # fmt: skip
    change_reason = models.TextField(blank=True, help_text="Why this version replaces the one before.")
    lesson = models.ForeignKey(
        "projects.Revision", null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="Revision of a document from which the change was learned.",
    )  # fmt: skip
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    authors = models.JSONField(default=list, help_text="Ids of everybody who wrote in the draft.")
    created_at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved_as = models.CharField(max_length=60, blank=True, help_text="Role of the approval; later ones need it too.")
    approved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(name="criterion_version_number_once", fields=["criterion", "number"]),
            models.UniqueConstraint(
                name="criterion_one_approved_version", fields=["criterion"], condition=models.Q(state="approved")
            ),
            models.CheckConstraint(
                name="criterion_between_has_two_bounds",
                condition=(models.Q(direction="between") & models.Q(upper__gt=models.F("threshold")))
                | (~models.Q(direction="between") & models.Q(upper__isnull=True)),
            ),
            models.CheckConstraint(
                name="criterion_approved_by_another_person",
                condition=models.Q(state="draft", approved_by=None, approved_at=None)
                | (
                    ~models.Q(state="draft")
                    & models.Q(approved_at__isnull=False, approved_by__isnull=False)
                    & ~models.Q(approved_by=models.F("author"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion} v{self.number}"

    def is_reached_by(self, value: Decimal) -> bool:
        return bounds.reaches(value, self.direction, self.threshold, self.upper)

    def status(self, value: Decimal | None, level: str, phase: int) -> str:
        """How the criterion stands by this value while the project is in `phase`."""
        is_due = phase >= bounds.DUE_IN[level]
        return bounds.status(value, self.direction, self.threshold, self.upper, self.floor, is_due=is_due)

    def is_written_by(self, user_id: UUID) -> bool:
        return user_id == self.author_id or str(user_id) in self.authors


class Measurement(ProjectRow):
    """One measured value of a frozen criterion version. Never edited: a correction is a new measurement."""

    audit_hidden = frozenset({"note"})

    class Environment(models.TextChoices):
        VALIDATION = "validation", "Validation"
        TEST = "test", "Blind test"
        PRODUCTION_LIKE = "production-like", "Production-like"
        OPERATION = "operation", "Operation"
        FORECAST = "forecast", "Forecast"

    # The phase in which a value of an environment is judged.
    PHASE_OF = {"forecast": 1, "validation": 3, "test": 4, "production-like": 5, "operation": 6}

    version = models.ForeignKey(CriterionVersion, on_delete=models.PROTECT, related_name="measurements")
    value = models.DecimalField(**NUMBER)
    lower = models.DecimalField(**NUMBER, null=True, help_text="Lower end of the confidence interval.")
    upper = models.DecimalField(**NUMBER, null=True, help_text="Upper end of the confidence interval.")
    environment = models.CharField(max_length=20, choices=Environment)
    iteration = models.PositiveIntegerField()
    measured_at = models.DateTimeField(help_text="When it was measured, as told by who sends it.")
    recorded_at = models.DateTimeField(help_text="When it arrived here.")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by_machine = models.BooleanField()
    subject_version = models.CharField(max_length=200, blank=True, help_text="Version of the model that was measured.")
    dataset = models.CharField(max_length=200, blank=True, help_text="Version of the dataset it was measured on.")
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["measured_at", "id"]
        indexes = [models.Index(fields=["version", "environment", "measured_at"], name="measurement_latest")]
        constraints = [
            models.CheckConstraint(
                name="measurement_inside_its_interval",
                condition=(models.Q(lower__isnull=True) | models.Q(lower__lte=models.F("value")))
                & (models.Q(upper__isnull=True) | models.Q(upper__gte=models.F("value"))),
            )
        ]

    def __str__(self) -> str:
        return decimal_text(self.value)

    @property
    def judged_in(self) -> int:
        return self.PHASE_OF[self.environment]
