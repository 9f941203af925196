"""What people are told: one row for each person and occasion, and the mails that carry it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from audit.ids import uuid7


class Delivery(models.TextChoices):
    IMMEDIATELY = "immediately", "At once"
    DAILY = "daily", "Once a day, in one mail"
    NONE = "none", "Not at all"


class Preference(models.Model):
    """How a person wants notices by mail; who never chose has no row and gets them at once."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="notice_preference"
    )
    delivery = models.CharField(max_length=12, choices=Delivery, default=Delivery.IMMEDIATELY)

    def __str__(self) -> str:
        return self.get_delivery_display()


class Mail(models.Model):
    """A mail to one person with one or more notices: claimed by one worker, tried again when it fails."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Given up"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    delivery = models.CharField(max_length=12, choices=Delivery)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    made_at = models.DateTimeField()
    next_at = models.DateTimeField(help_text="When it is tried next; while it is being sent, when that counts as dead.")
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=80, blank=True, help_text="Kind of the last failure; never an address.")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="mail_sent_at_some_time",
                condition=models.Q(state="sent", sent_at__isnull=False)
                | (~models.Q(state="sent") & models.Q(sent_at=None)),
            )
        ]

    def __str__(self) -> str:
        return f"mail {self.get_state_display().lower()}"


class Notice(models.Model):
    """A message to one person. It follows from an act and changes no record, so that it is not governed itself.

    `key` names the occasion: the same person is told of it once, however often it is found. `delivery` is what the
    person had chosen at that time.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    key = models.CharField(max_length=200)
    text = models.CharField(max_length=300)
    url = models.CharField(max_length=300, help_text="Path of the page that shows what it is about.")
    project_id = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    delivery = models.CharField(max_length=12, choices=Delivery, default=Delivery.NONE)
    mail = models.ForeignKey(Mail, null=True, on_delete=models.SET_NULL, related_name="notices")

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [models.UniqueConstraint(name="notice_once_per_person_and_key", fields=["to", "key"])]
        indexes = [
            models.Index(
                name="notice_that_waits_for_mail", fields=["delivery"], condition=models.Q(mail=None, seen_at=None)
            )
        ]

    def __str__(self) -> str:
        return self.text
