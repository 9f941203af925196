"""Gates: frozen evaluations, signatures, decisions and waivers."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from evidence.models import Blob
from projects.models.project import Phase, ProjectRow


class Gate(ProjectRow):
    """The gate that closes a phase. What is asked of it stands in the catalogue."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        SUBMITTED = "submitted", "Submitted"
        PASSED = "passed", "Passed"

    phase = models.OneToOneField(Phase, on_delete=models.PROTECT, related_name="gate")
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=20, choices=State, default=State.OPEN)

    class Meta:
        ordering = ["phase__number"]
        constraints = [models.UniqueConstraint(name="gate_key_once_per_project", fields=["project", "key"])]

    def __str__(self) -> str:
        return self.name


class Evaluation(ProjectRow):
    """A submission of a gate: the facts as they were, frozen as a file, and the verdict of each check on them."""

    audit_hidden = frozenset({"note"})

    class State(models.TextChoices):
        OPEN = "open", "Waiting for signatures"
        DECIDED = "decided", "Decided"
        WITHDRAWN = "withdrawn", "Withdrawn"

    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="evaluations")
    iteration = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=State, default=State.OPEN)
    facts = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    verdicts = models.JSONField(help_text="Verdict rows in the order of the checks.")
    rules_version = models.CharField(max_length=20)
    policy_version = models.PositiveIntegerField(default=0, help_text="Policies of the site it is judged by.")
    deciders = models.JSONField(default=list, help_text="Roles that have to sign, by process and policies.")
    model_version = models.CharField(max_length=200, blank=True, help_text="Of the model the gate decides on.")
    note = models.TextField(blank=True, help_text="What the requester wants the signers to know.")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()

    class Meta:
        ordering = ["submitted_at", "id"]
        constraints = [
            models.UniqueConstraint(
                name="evaluation_one_open_per_gate", fields=["gate"], condition=models.Q(state="open")
            )
        ]

    def __str__(self) -> str:
        return self.gate.name


class Signature(ProjectRow):
    """One person's word, in one role, on one submission. Never changed."""

    audit_hidden = frozenset({"note"})

    class Verdict(models.TextChoices):
        APPROVE = "approve", "Approves"
        OBJECT = "object", "Objects"

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="signatures")
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=60)
    is_further_role = models.BooleanField(default=False, help_text="Signed by who had signed in another role.")
    model_version = models.CharField(max_length=200, blank=True, help_text="Of the model that was signed for.")
    facts_sha256 = models.CharField(max_length=64, blank=True, help_text="Of the frozen facts that were signed.")
    verdict = models.CharField(max_length=10, choices=Verdict)
    note = models.TextField(blank=True)
    signed_at = models.DateTimeField()

    class Meta:
        ordering = ["signed_at", "id"]
        constraints = [
            models.UniqueConstraint(name="signature_role_signs_once", fields=["evaluation", "role"]),
            models.UniqueConstraint(
                name="signature_person_signs_once",
                fields=["evaluation", "signer"],
                condition=models.Q(is_further_role=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signer} as {self.role}"


class Decision(ProjectRow):
    """How a submission ended. Never changed: a later iteration brings a decision of its own."""

    audit_hidden = frozenset({"reason", "condition"})

    class Outcome(models.TextChoices):
        PASS = "pass", "Pass"
        ITERATE = "iterate", "Iterate in this phase"
        BACKTRACK = "backtrack", "Go back to an earlier phase"
        HOLD = "hold", "Put on hold"
        STOP = "stop", "Stop the project"

    evaluation = models.OneToOneField(Evaluation, on_delete=models.PROTECT, related_name="decision")
    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="decisions")
    iteration = models.PositiveIntegerField()
    outcome = models.CharField(max_length=20, choices=Outcome)
    to_phase = models.PositiveSmallIntegerField(null=True, help_text="Phase that iterate or backtrack reopens.")
    reason = models.TextField()
    condition = models.TextField(blank=True, help_text="Of a hold: what must be true before work resumes.")
    facts = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+", help_text="Facts with the signatures.")
    verdicts = models.JSONField()
    criteria = models.JSONField(default=dict, help_text="Version by key of each criterion the gate judges.")
    rules_version = models.CharField(max_length=20)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["decided_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="decision_back_names_a_phase",
                condition=(models.Q(outcome__in=["iterate", "backtrack"]) & models.Q(to_phase__isnull=False))
                | (~models.Q(outcome__in=["iterate", "backtrack"]) & models.Q(to_phase__isnull=True)),
            ),
            models.CheckConstraint(name="decision_has_reason", condition=~models.Q(reason="")),
            models.CheckConstraint(
                name="decision_hold_has_condition", condition=~models.Q(outcome="hold") | ~models.Q(condition="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.gate.name}"


class Waiver(ProjectRow):
    """A check that need not be met until a date: asked for by one person, granted by another, printed everywhere."""

    audit_hidden = frozenset({"reason"})

    class State(models.TextChoices):
        REQUESTED = "requested", "Requested"
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Refused"

    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="waivers")
    check_key = models.CharField(max_length=60)
    state = models.CharField(max_length=20, choices=State, default=State.REQUESTED)
    reason = models.TextField()
    expires_on = models.DateField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["requested_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="waiver_granted_by_a_second_person",
                condition=models.Q(state="requested", decided_by=None)
                | (~models.Q(state="requested") & models.Q(decided_by__isnull=False)
                   & ~models.Q(decided_by=models.F("requested_by"))),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Waiver of {self.check_key}"
