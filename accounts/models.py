"""People, service accounts, and the tokens by which machines sign in. Only hashes of secrets are stored."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from audit.governed import GovernedQuerySet
from audit.models import GovernedModel


class UserManager(BaseUserManager.from_queryset(GovernedQuerySet)):
    """Finds by user name; accounts are made by `accounts.services.users`, inside an act."""


class User(GovernedModel, AbstractBaseUser):
    """An account. Signing in writes nothing: `last_login` is kept in the session alone."""

    class SiteRole(models.TextChoices):
        NONE = "", "None"
        ADMINISTRATOR = "administrator", "Administrator"
        AUDITOR = "auditor", "Auditor"

    audit_hidden = frozenset({"username", "display_name", "email"})
    audit_secret = frozenset({"password"})

    last_login = None
    username = models.CharField(max_length=60, unique=True, validators=[ASCIIUsernameValidator()])
    display_name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    is_service = models.BooleanField(default=False, help_text="A machine: signs in by token only.")
    is_active = models.BooleanField(default=True)
    site_role = models.CharField(max_length=20, choices=SiteRole, blank=True, default=SiteRole.NONE)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    class Meta:
        ordering = ["display_name"]
        constraints = [models.UniqueConstraint(Lower("username"), name="user_name_once")]

    def __str__(self) -> str:
        return self.display_name

    def audit_blank(self, name: str) -> Any:
        """User names stay apart from each other, and pages keep something to show."""
        return {"username": f"erased-{self.pk.hex}", "display_name": "(erased)"}.get(name, super().audit_blank(name))

    @property
    def is_waiting(self) -> bool:
        """A person who has no password yet, so that nobody can sign in."""
        return self.is_active and not self.is_service and not self.has_usable_password()

    @property
    def is_erased(self) -> bool:
        is_blank = all(getattr(self, name) == self.audit_blank(name) for name in self.audit_hidden)
        return is_blank and not self.is_active

    def check_password(self, raw_password: str) -> bool:
        """Without the library's silent re-hashing, which would write outside an act."""
        return check_password(raw_password, self.password)


class ServiceToken(GovernedModel):
    """A machine's key to one project. The plain text was shown once; here is its SHA-256."""

    class Scope(models.TextChoices):
        READ = "read", "Read"
        WRITE = "write", "Write"

    audit_secret = frozenset({"digest"})

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    project_id = models.UUIDField()
    scope = models.CharField(max_length=10, choices=Scope)
    prefix = models.CharField(max_length=8, unique=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="token_expires_after_it_was_made", condition=models.Q(expires_at__gt=models.F("created_at"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"

    @property
    def is_valid(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now() and self.user.is_active
