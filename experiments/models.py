"""Experiments: runs that train models, and every use of a test set."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from projects.models.project import ProjectRow

VERSION = "registry.ArtefactVersion"


class Run(ProjectRow):
    """One experiment: what was changed and why, on what it ran, and what came out. Failures stay as well."""

    audit_hidden = frozenset({"verdict_reason"})

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Failed"

    class Verdict(models.TextChoices):
        OPEN = "open", "Not judged yet"
        CHOSEN = "chosen", "Chosen"
        REJECTED = "rejected", "Rejected"

    number = models.PositiveIntegerField()
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    is_baseline = models.BooleanField(default=False, help_text="What candidates are compared with.")
    modification = models.TextField(help_text="What differs from the run before.")
    cause = models.TextField(help_text="Why it was changed, and what was expected of it.")
    iteration = models.PositiveIntegerField()
    dataset = models.ForeignKey(VERSION, on_delete=models.PROTECT, related_name="+")
    code = models.ForeignKey(VERSION, on_delete=models.PROTECT, related_name="+")
    configuration = models.ForeignKey(VERSION, null=True, on_delete=models.PROTECT, related_name="+")
    parameters = models.JSONField(default=dict, help_text="Name → value, as texts.")
    seed = models.BigIntegerField(null=True)
    state = models.CharField(max_length=20, choices=State, default=State.RUNNING)
    metrics = models.JSONField(default=list, help_text='Rows {"metric", "value", "split"}; values as decimal texts.')
    model = models.ForeignKey(VERSION, null=True, on_delete=models.PROTECT, related_name="runs")
    note = models.TextField(blank=True, help_text="What was learned; of a failed run, what went wrong.")
    verdict = models.CharField(max_length=20, choices=Verdict, default=Verdict.OPEN)
    verdict_reason = models.TextField(blank=True)
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by_machine = models.BooleanField(default=False)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(name="run_number_once_per_project", fields=["project", "number"]),
            models.CheckConstraint(
                name="run_ended_at_some_time",
                condition=models.Q(state="running", finished_at=None)
                | (~models.Q(state="running") & models.Q(finished_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="run_judged_with_reason_by_somebody",
                condition=models.Q(verdict="open", judged_by=None)
                | (~models.Q(verdict="open") & models.Q(judged_by__isnull=False) & ~models.Q(verdict_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.number}"

    @property
    def is_candidate(self) -> bool:
        """It brought a model that nobody has rejected."""
        return self.state == self.State.FINISHED and self.model_id is not None and self.verdict != self.Verdict.REJECTED


class TestSetUse(ProjectRow):
    """A model was evaluated on a test set. Each use makes the next one tell a little less. Never changed.

    Source: Studer et al. 2021, section 3.4: the test set is disjoint and kept for the final evaluation alone.
    """

    __test__ = False  # not a test of pytest's

    test_set = models.ForeignKey(VERSION, on_delete=models.PROTECT, related_name="test_uses")
    model = models.ForeignKey(VERSION, on_delete=models.PROTECT, related_name="evaluations")
    number = models.PositiveIntegerField(help_text="How often the project has used this test set, from 1.")
    purpose = models.TextField()
    disjointness = models.TextField(help_text="How it was shown that no sample of it was seen in training.")
    iteration = models.PositiveIntegerField()
    used_at = models.DateTimeField()
    used_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by_machine = models.BooleanField(default=False)

    class Meta:
        ordering = ["-used_at", "-id"]
        constraints = [
            models.UniqueConstraint(name="testsetuse_number_once", fields=["project", "test_set", "number"]),
        ]

    def __str__(self) -> str:
        return f"use {self.number} of {self.test_set}"


class Handover(ProjectRow):
    """A test set is to be given to somebody outside: an exception, asked for by one person and signed by another."""

    audit_hidden = frozenset({"recipient", "reason", "answer"})

    class State(models.TextChoices):
        REQUESTED = "requested", "Requested"
        SIGNED = "signed", "Signed"
        REFUSED = "refused", "Refused"

    test_set = models.ForeignKey(VERSION, on_delete=models.PROTECT, related_name="handovers")
    recipient = models.CharField(max_length=160)
    reason = models.TextField()
    state = models.CharField(max_length=20, choices=State, default=State.REQUESTED)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ["-requested_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="handover_answered_by_a_second_person",
                condition=models.Q(state="requested", answered_by=None)
                | (~models.Q(state="requested") & models.Q(answered_by__isnull=False)
                   & ~models.Q(answered_by=models.F("requested_by"))),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"handover of {self.test_set} to {self.recipient}"
