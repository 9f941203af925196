"""Releases: which model version goes into service, in which steps, and what is served since when."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from projects.models import Decision
from projects.models.project import ProjectRow

VERSION = "registry.ArtefactVersion"


class Release(ProjectRow):
    """A model version on its way into service. Made only for a version that gate 4 was passed with."""

    audit_hidden = frozenset({"single_step_reason", "pipeline_reason"})

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        ROLLING_OUT = "rolling_out", "Rolling out"
        STOPPED = "stopped", "Stopped"
        COMPLETE = "complete", "Rolled out"

    number = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=State, default=State.PLANNED)
    model = models.ForeignKey(VERSION, on_delete=models.PROTECT, related_name="releases")
    pipeline = models.ForeignKey(VERSION, on_delete=models.PROTECT, related_name="+")
    configuration = models.ForeignKey(VERSION, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(VERSION, null=True, on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="releases")
    deployment = models.SlugField(max_length=60, help_text="Where it is served, such as production.")
    purpose = models.TextField(help_text="What the release is to bring.")
    single_step_reason = models.TextField(blank=True, help_text="Why it goes to everybody at once.")
    pipeline_reason = models.TextField(blank=True, help_text="Why by another pipeline than the model was made by.")
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(name="release_number_once_per_project", fields=["project", "number"]),
        ]

    def __str__(self) -> str:
        return f"release {self.number}"


class Increment(ProjectRow):
    """A step of a roll-out. The next one begins when this one has a result."""

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        RUNNING = "running", "Running"
        PASSED = "passed", "Passed"
        STOPPED = "stopped", "Stopped"

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="increments")
    position = models.PositiveSmallIntegerField()
    share = models.PositiveSmallIntegerField(help_text="Percent of the use that reaches the new version.")
    stop_condition = models.TextField(help_text="What is seen when it has to be stopped.")
    state = models.CharField(max_length=20, choices=State, default=State.PLANNED)
    result = models.TextField(blank=True)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["release", "position"]
        constraints = [
            models.UniqueConstraint(name="increment_position_once", fields=["release", "position"]),
            models.CheckConstraint(name="increment_share_is_percent", condition=models.Q(share__range=(1, 100))),
            models.CheckConstraint(
                name="increment_ended_with_result",
                condition=models.Q(state__in=["planned", "running"])
                | (~models.Q(result="") & models.Q(ended_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.share} % of {self.release}"


class Serving(ProjectRow):
    """What answers in one deployment during one stretch of time. The last stretch is open."""

    audit_hidden = frozenset({"reason"})

    class Kind(models.TextChoices):
        RELEASE = "release", "Release"
        ROLLBACK = "rollback", "Rolled back"
        FALLBACK = "fallback", "Fallen back"
        OFF = "off", "Switched off"

    class Fallback(models.TextChoices):
        BASELINE = "baseline", "Predefined baseline"
        RULES = "rules", "Rules"

    deployment = models.SlugField(max_length=60)
    kind = models.CharField(max_length=20, choices=Kind)
    release = models.ForeignKey(Release, null=True, on_delete=models.PROTECT, related_name="servings")
    model = models.ForeignKey(VERSION, null=True, on_delete=models.PROTECT, related_name="servings")
    fallback = models.CharField(max_length=20, choices=Fallback, blank=True, help_text="What answers without a model.")
    reason = models.TextField()
    incident = models.UUIDField(null=True, help_text="The incident that made the switch necessary.")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    switched_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by_machine = models.BooleanField(default=False)

    class Meta:
        ordering = ["-since", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="serving_one_at_a_time", fields=["project", "deployment"], condition=models.Q(until=None)
            ),
            models.CheckConstraint(
                name="serving_a_model_or_its_stand_in",
                condition=models.Q(kind__in=["release", "rollback"], model__isnull=False, fallback="")
                | (models.Q(kind="fallback", model=None) & ~models.Q(fallback=""))
                | models.Q(kind="off", model=None, fallback=""),
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def what(self) -> str:
        """The model version, or what stands in for it."""
        return str(self.model) if self.model_id else self.get_fallback_display() or "nothing"
