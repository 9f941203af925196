"""Profiles: what the content of a version looked like at a stage, by feature and segment, and its checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crispmlq.errors import Invalid
from projects import document_fields
from projects.services.doing import doing
from registry import profile_fields
from registry.models import ArtefactVersion, Profile

if TYPE_CHECKING:
    from accounts.actors import Actor

Rows = list[dict[str, Any]]


def record(
    *, version: ArtefactVersion, stage: str, by: Actor, statistics: Rows | None = None, checks: Rows | None = None
) -> Profile:
    """Store statistics, checks or both; the newest of a stage are shown and compared.

    Raises: Invalid: an unknown stage, nothing given, or rows that do not fit.
    """
    if stage not in Profile.Stage.values:
        raise Invalid("Choose a stage.", errors={"stage": [f"One of {', '.join(Profile.Stage.values)}."]})
    stored = document_fields.cleaned(profile_fields.FORM, {"statistics": statistics or [], "checks": checks or []})
    if not stored:
        raise Invalid("Give statistics or checks.", errors={"statistics": ["Give statistics or checks."]})
    with doing("profile.recorded", by=by, on=version, right="work") as now:
        row = Profile(
            project=now.project, version=now.row, stage=stage, statistics=stored.get("statistics", []),
            checks=stored.get("checks", []), recorded_by_id=by.user.pk, by_machine=by.is_machine,
            recorded_at=now.act.at,
        )  # fmt: skip
        row.save()
        now.act.subject = row
        return row
