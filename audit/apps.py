from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db import connections
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from audit.acts import register_acts
        from audit.checks import guards_are_installed

        register_acts(
            {
                "log.key_made": "made the first signing key of the trail, {subject}",
                "log.key_rotated": "replaced the signing key of the trail by {subject}",
                "audit.erased": "erased values from the trail: {reason}",
                "log.pruned": "deleted what the trail said until then, after its retention: {reason}",
                "log.restored": "went on after the database was set back: {reason}",
            },
            changeless=["log.restored"],
        )
        post_migrate.connect(_install_guards, sender=self)
        checks.register(guards_are_installed, checks.Tags.database)


def _install_guards(using: str = "default", **_: Any) -> None:
    from audit import guards

    guards.install(connections[using])
