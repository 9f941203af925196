"""What a model was made from: artefacts, their versions, and which version was made from which."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from projects.models.project import ProjectRow
from registry.kinds import KINDS, Kind


class Artefact(ProjectRow):
    """Something of which there are versions: a data source, a dataset, code, a model … Its kind says what is known."""

    kind = models.CharField(max_length=40, help_text="Kind of artefact.")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=160)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    description = models.TextField(blank=True)
    fields = models.JSONField(default=dict, help_text="Values by field key of the kind.")
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(name="artefact_key_once_per_project", fields=["project", "key"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def definition(self) -> Kind:
        return KINDS[self.kind]


class ArtefactVersion(ProjectRow):
    """One state of an artefact. What it says is never changed; what is found out about it later is."""

    audit_hidden = frozenset({"state_reason", "reason"})

    class State(models.TextChoices):
        REGISTERED = "registered", "Registered"
        FAULTY = "faulty", "Faulty"
        RETIRED = "retired", "Retired"

    class Mode(models.TextChoices):
        AUTOMATED = "automated", "Automated"
        MANUAL = "manual", "Manual"

    class Check(models.TextChoices):
        PASSED = "passed", "Passed"
        FAILED = "failed", "Failed"

    artefact = models.ForeignKey(Artefact, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(help_text="Place in the order of registration, from 1.")
    label = models.CharField(max_length=120, help_text="The version's name.")
    ref = models.CharField(max_length=181, help_text="key@label: how it is named within its project.")
    state = models.CharField(max_length=20, choices=State, default=State.REGISTERED)
    state_reason = models.TextField(blank=True, help_text="Why it is faulty or retired, or is neither any more.")
    sha256 = models.CharField(max_length=64, blank=True)
    location = models.CharField(max_length=500, blank=True, help_text="Where it lies.")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    reason = models.TextField(blank=True, help_text="Why there is a new version.")
    fields = models.JSONField(default=dict, help_text="Values by field key of the kind.")
    concerns_users = models.BooleanField(
        default=False, help_text="Whether what was made from an earlier version has to be looked at again."
    )
    step = models.CharField(max_length=160, blank=True, help_text="The step or run that made it from its inputs.")
    step_mode = models.CharField(max_length=20, choices=Mode, blank=True)
    check_result = models.CharField(max_length=20, choices=Check, blank=True, help_text="Of the check after the step.")
    check_note = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by_machine = models.BooleanField(default=False)
    registered_at = models.DateTimeField()

    class Meta:
        ordering = ["artefact__name", "artefact__key", "number", "id"]
        indexes = [models.Index(name="artefactversion_sha256", fields=["sha256"])]
        constraints = [
            models.UniqueConstraint(name="artefactversion_ref_once", fields=["project", "ref"]),
            models.UniqueConstraint(name="artefactversion_number_once", fields=["artefact", "number"]),
            models.CheckConstraint(
                name="artefactversion_faulty_has_reason",
                condition=models.Q(state="registered") | ~models.Q(state_reason=""),
            ),
            models.CheckConstraint(
                name="artefactversion_step_has_name_and_mode",
                condition=models.Q(step="", step_mode="") | (~models.Q(step="") & ~models.Q(step_mode="")),
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def definition(self) -> Kind:
        return self.artefact.definition


class Edge(ProjectRow):
    """`target` was made from `source`, which may belong to another project. Told in the target's project."""

    source = models.ForeignKey(ArtefactVersion, on_delete=models.PROTECT, related_name="outgoing")
    target = models.ForeignKey(ArtefactVersion, on_delete=models.PROTECT, related_name="incoming")
    features = models.JSONField(default=dict, help_text="Feature of the target → names in the source it comes from.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="edge_once", fields=["source", "target"]),
            models.CheckConstraint(name="edge_joins_two_versions", condition=~models.Q(source=models.F("target"))),
        ]

    def __str__(self) -> str:
        return f"{self.target} from {self.source}"


class Profile(ProjectRow):
    """What the content of a version looked like at a stage: statistics and checks by feature. Never changed."""

    class Stage(models.TextChoices):
        TRAINING = "training", "Training"
        VALIDATION = "validation", "Validation"
        TEST = "test", "Test"
        PRODUCTION_LIKE = "production-like", "Production-like"
        SERVING = "serving", "Serving"

    version = models.ForeignKey(ArtefactVersion, on_delete=models.PROTECT, related_name="profiles")
    stage = models.CharField(max_length=20, choices=Stage)
    statistics = models.JSONField(default=list, help_text="One row for each feature and segment.")
    checks = models.JSONField(default=list, help_text="One row for each feature and check.")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by_machine = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["recorded_at", "id"]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} profile of {self.version}"


class Announcement(ProjectRow):
    """A change of an artefact, told ahead of time to those who use it."""

    artefact = models.ForeignKey(Artefact, on_delete=models.PROTECT, related_name="announcements")
    text = models.TextField()
    effective_on = models.DateField()
    announced_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    announced_at = models.DateTimeField()

    class Meta:
        ordering = ["effective_on", "id"]

    def __str__(self) -> str:
        return f"Change of {self.artefact} on {self.effective_on}"


class Answer(ProjectRow):
    """What the owner of `version` says to a change upstream: that it still holds, or an objection. Never changed."""

    audit_hidden = frozenset({"note"})

    class Verdict(models.TextChoices):
        CONFIRMED = "confirmed", "Confirmed"
        OBJECTED = "objected", "Objected"

    version = models.ForeignKey(ArtefactVersion, on_delete=models.PROTECT, related_name="answers")
    to_version = models.ForeignKey(ArtefactVersion, null=True, on_delete=models.PROTECT, related_name="+")
    to_announcement = models.ForeignKey(Announcement, null=True, on_delete=models.PROTECT, related_name="answers")
    verdict = models.CharField(max_length=20, choices=Verdict)
    note = models.TextField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ["answered_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="answer_to_a_version_or_an_announcement",
                condition=models.Q(to_version__isnull=True) ^ models.Q(to_announcement__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} for {self.version}"
