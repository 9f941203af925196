"""What was served when: the serving log says which model, the registry and the release record what belongs to it."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from projects.models import Revision
from registry import lineage
from registry.models import ArtefactVersion

if TYPE_CHECKING:
    from projects.models import Project

LOG, RELEASE = "serving-log", "release-record"
PARTS = ("model", "data", "code", "configuration")
# Kind of artefact -> under which word a version of it is filled in.
KINDS = {
    "model": "model", "service": "service", "dataset": "data", "data-source": "data", "schema": "data", "code": "code",
    "pipeline": "code", "configuration": "configuration", "environment": "environment",
}  # fmt: skip


def in_force(project: Project, at: datetime) -> dict[str, list[str]]:
    """Versions of model, data, code and configuration at a time, by kind; four queries."""
    revisions = _settled(project)
    release = next((r for r in revisions if r.document.kind == RELEASE and r.decided_at <= at), None)
    found: dict[str, list[str]] = defaultdict(list)
    for part in PARTS:
        named = release.fields.get(f"{part}-version") if release else None
        if named:
            found[part].append(named)
    if served := _served(revisions, at):
        found["model"] = served
    known = _versions(project, found["model"]) if found["model"] else []
    for version in lineage.upstream([version.pk for version in known]):
        word = KINDS.get(version.artefact.kind)
        if word and version.ref not in found[word] and version.label not in found[word]:
            found[word].append(version.ref)
    return {kind: names for kind, names in found.items() if names}


def current(project: Project) -> list[str]:
    """Names of the models served now; one query."""
    now = timezone.now()
    revisions = _settled(project)
    release = next((r for r in revisions if r.document.kind == RELEASE), None)
    named = release.fields.get("model-version") if release else None
    return _served(revisions, now) or ([named] if named else [])


def current_versions(project: Project) -> list[ArtefactVersion]:
    """Those of them the registry knows; two queries."""
    return _versions(project, current(project))


def _settled(project: Project) -> list[Any]:
    """Revisions of both documents that hold or held, newest first."""
    held = [Revision.State.ACCEPTED, Revision.State.SUPERSEDED]
    found = Revision.objects.filter(document__project=project, document__kind__in=[LOG, RELEASE], state__in=held)
    return list(found.select_related("document").order_by("-number"))


def _served(revisions: list[Any], at: datetime) -> list[str]:
    """Models that the newest log has as served on the day."""
    log = next((revision for revision in revisions if revision.document.kind == LOG), None)
    day = at.date().isoformat()
    rows = log.fields.get("served") or [] if log else []
    return [row["model-version"] for row in rows if row["since"] <= day <= (row.get("until") or day)]


def _versions(project: Project, names: list[str]) -> list[ArtefactVersion]:
    named = Q(ref__in=names) | Q(label__in=names, artefact__kind="model")
    return list(ArtefactVersion.objects.filter(named, project=project).select_related("artefact"))
