"""Versions of regulations, and what projects answered to them and recorded for them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models

from audit.governed import ERASED
from audit.models import GovernedModel
from evidence.models import Blob
from projects.models.project import ProjectRow
from regulations.definitions import UNDETERMINED, Pack, pack_of
from regulations.interview import Interview


class PackVersion(GovernedModel):
    """A version of a regulation, as it was loaded. Never changed, but for being put into force here."""

    key = models.CharField(max_length=80)
    version = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64, help_text="Of the body's canonical bytes.")
    body = models.JSONField()
    loaded_at = models.DateTimeField()
    in_force_since = models.DateTimeField(null=True, help_text="When it was put into force here; the newest counts.")
    put_in_force_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )  # empty: with the installation

    class Meta:
        ordering = ["key", "version"]
        constraints = [models.UniqueConstraint(name="pack_version_once", fields=["key", "version"])]

    def __str__(self) -> str:
        return f"{self.pack.name}, {self.version}"

    @property
    def pack(self) -> Pack:
        """Built once per process, since a version never changes; then no query, though the body be deferred."""
        found = _built.get(self.pk)
        if found is None:
            found = _built[self.pk] = pack_of(self.body)
        return found


_built: dict[UUID, Pack] = {}


class Classification(ProjectRow):
    """What a project answered to the questions of a regulation, and what follows. Signed, it is never changed again.

    It keeps the version of the text it was made with, and with that everything needed to judge it again.
    """

    audit_hidden = frozenset({"reasons", "reasoning", "withdrawn_because"})

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        SIGNED = "signed", "Signed"
        SUPERSEDED = "superseded", "Superseded"
        WITHDRAWN = "withdrawn", "Withdrawn"

    number = models.PositiveIntegerField(help_text="Counts the project's classifications, of all regulations.")
    regulation = models.CharField(max_length=80, help_text="Key of the regulation.")
    pack_version = models.ForeignKey(PackVersion, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT)
    roles = models.JSONField(default=list, help_text="Roles the organisation has, of those the pack knows.")
    role_shifts = models.JSONField(default=list, help_text="What makes it bear the duties of a further role.")
    answers = models.JSONField(
        default=dict, help_text="Value by fact: true, false, a text, or null for “not known”. Numbers are texts."
    )
    reasons = models.JSONField(default=dict, help_text="Why it was answered so, by fact.")
    result = models.JSONField(
        default=dict, help_text="What followed: outcomes, given_so_far, decided_by, grounds, open_facts."
    )
    purpose = models.TextField(help_text="The project's purpose as it was when the answers were given.")
    authors = models.JSONField(default=list, help_text="Ids of everybody whose answers are in it.")
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    reasoning = models.TextField(blank=True, help_text="Why the class is right, by who signed.")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    signed_role = models.CharField(max_length=60, blank=True)
    signed_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(name="classification_number_once_per_project", fields=["project", "number"]),
            *(
                models.UniqueConstraint(
                    name=f"classification_one_{state}_per_regulation",
                    fields=["project", "regulation"],
                    condition=models.Q(state=state),
                )
                for state in ("draft", "signed")
            ),
            models.CheckConstraint(
                name="classification_signed_by_somebody",
                condition=models.Q(
                    state__in=["draft", "withdrawn"], signed_by=None, signed_at=None, signed_role="", reasoning=""
                )
                | models.Q(
                    ~models.Q(signed_role=""),
                    ~models.Q(reasoning=""),
                    state__in=["signed", "superseded", "withdrawn"],
                    signed_by__isnull=False,
                    signed_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="classification_withdrawn_with_reason",
                condition=~models.Q(state="withdrawn") | ~models.Q(withdrawn_because=""),
            ),
        ]

    def __str__(self) -> str:
        return f"classification {self.number}, {self.pack.name}"

    @property
    def pack(self) -> Pack:
        return _built.get(self.pack_version_id) or self.pack_version.pack

    def audit_blank(self, name: str) -> Any:
        return dict.fromkeys(self.reasons, ERASED) if name == "reasons" else ERASED

    def interview(self) -> Interview:
        """The answers with what follows from them, worked out from the text they were given under."""
        return Interview(self.pack, self.answers, self.roles, self.role_shifts)

    @property
    def labels(self) -> list[str]:
        """Its classes in words."""
        return [self.pack.outcomes[key].label for key in self.result["outcomes"]]

    @property
    def is_determined(self) -> bool:
        return UNDETERMINED not in self.result["outcomes"]


class Entry(ProjectRow):
    """A record that nothing else of the project holds, or what a row does not say of itself. Its values never change:
    it is replaced by a newer one, or withdrawn with a reason.
    """

    audit_hidden = frozenset({"reason", "withdrawal_reason"})

    class State(models.TextChoices):
        RECORDED = "recorded", "Recorded"
        REPLACED = "replaced", "Replaced"
        WITHDRAWN = "withdrawn", "Withdrawn"

    type = models.CharField(max_length=80, help_text="Record type of the regulations.")
    title = models.CharField(max_length=160, help_text="The first thing it says.")
    fields = models.JSONField(default=dict, help_text="Values by field key of the type; numbers as decimal strings.")
    about = models.JSONField(
        default=list,
        help_text='Rows {"kind", "id", "name"} of the project: those of its type it completes, to others it is linked.',
    )
    blob = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replacement")
    reason = models.TextField(blank=True, help_text="Why it replaces the one before.")
    state = models.CharField(max_length=20, choices=State, default=State.RECORDED)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by_machine = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["recorded_at", "id"]
        verbose_name = "entry"
        verbose_name_plural = "entries"
        indexes = [models.Index(name="entry_by_type", fields=["project", "type"])]
        constraints = [
            models.CheckConstraint(
                name="entry_withdrawn_by_somebody_with_reason",
                condition=(
                    models.Q(state="withdrawn", withdrawn_by__isnull=False, withdrawn_at__isnull=False)
                    & ~models.Q(withdrawal_reason="")
                )
                | (~models.Q(state="withdrawn") & models.Q(withdrawn_by=None, withdrawn_at=None)),
            ),
            models.CheckConstraint(
                name="entry_replaces_with_reason", condition=models.Q(replaces=None) | ~models.Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def audit_blank(self, name: str) -> str:
        return ERASED


class Confirmation(ProjectRow):
    """What a named reviewer said to an obligation, on the evidence there was. Never changed; the newest one counts."""

    audit_hidden = frozenset({"reason"})

    class Verdict(models.TextChoices):
        MET = "met", "Met"
        PARTLY = "partly", "Partly"
        OPEN = "open", "Open"

    pack = models.ForeignKey(PackVersion, on_delete=models.PROTECT, related_name="+")
    obligation = models.CharField(max_length=80, help_text="Its id in the pack.")
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.TextField(help_text="Why the evidence is enough, or what is lacking.")
    evidence = models.CharField(max_length=64, help_text="Digest of what the records said then.")
    role = models.CharField(max_length=40, help_text="As which the reviewer spoke.")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()

    class Meta:
        ordering = ["confirmed_at", "id"]
        indexes = [models.Index(fields=["project", "obligation"], name="confirmation_of_obligation")]
        constraints = [models.CheckConstraint(name="confirmation_has_reason", condition=~models.Q(reason=""))]

    def __str__(self) -> str:
        return f"{self.obligation}: {self.get_verdict_display().lower()}"

    def audit_blank(self, name: str) -> str:
        return ERASED


class Responsibility(ProjectRow):
    """Who sees to it that an obligation is met, and until when the project wants it."""

    regulation = models.CharField(max_length=80, help_text="Key of the regulation.")
    obligation = models.CharField(max_length=80, help_text="Its id in the pack.")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(null=True, help_text="The project's own date, apart from that of the law.")

    class Meta:
        ordering = ["regulation", "obligation"]
        constraints = [
            models.UniqueConstraint(name="one_owner_per_obligation", fields=["project", "regulation", "obligation"])
        ]

    def __str__(self) -> str:
        return f"{self.obligation}: {self.owner}"
