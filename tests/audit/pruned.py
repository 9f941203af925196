"""A project whose trail was pruned, for tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

import audit
from audit import SYSTEM, keys, verifying
from projects.models import Project
from projects.services import projects
from tests.cast import Cast

BASIS = "Article 5(1)(e) GDPR, file 12"


def over(cast: Cast, days: int = 1) -> Project:
    """*churn*, stopped, whose retention ended so many days ago."""
    project = Project.objects.get(pk=cast.project.pk)
    with audit.act("project.retention_set", by=SYSTEM, subject=project):
        project.retained_until = timezone.localdate() - timedelta(days=days)
        project.save()
    return projects.stop(project=project, reason="Nobody needs it.", by=cast.sven)


def findings(log_id: Any) -> set[str]:
    return {finding.check for finding in (*verifying.verify(log_id).findings, *verifying.verify_state().findings)}


def audit_keys() -> list[str]:
    return keys.published()[:1]
