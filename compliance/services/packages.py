"""Audit packages: asked for, written in the background, handed out to whoever asked."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.urls import reverse

import audit
from accounts.models import ServiceToken, User
from compliance.models import Report
from compliance.packages import writing
from compliance.services import reports
from crispmlq.errors import NotFound
from jobs import queue
from jobs.models import Job
from projects import access, exports
from projects.models import Project

if TYPE_CHECKING:
    from accounts.actors import Actor

JOB = "audit-package"


def request(*, project: Project, by: Actor, now: bool = False) -> Job:
    """Ask for the package; asking again while it is being made gives the same job. `now`: make it before coming back.

    It holds the newest issued report of each kind. Raises: NotFound: the actor may not see the project.
    """
    access.project_for(by, project.slug)
    unfinished = queue.unfinished(JOB, project_id=project.pk, requested_by=by.user.pk)
    if unfinished is not None:
        return unfinished
    args = {"token": str(by.token.pk) if by.token else None}
    return queue.enqueue(JOB, args, requested_by=by.user.pk, project_id=project.pk, now=now)


@queue.handler(JOB)
def make(job: Job, token: str | None = None) -> dict[str, Any]:
    """Write the package of who asked, with what that person may read now."""
    from accounts.actors import Actor

    used = ServiceToken.objects.get(pk=token) if token else None
    by = Actor(User.objects.get(pk=job.requested_by_id), token=used, via="task")
    project = access.project_for(by, Project.objects.get(pk=job.project_id).slug)
    path = exports.path_of(job)
    roles = None if by.is_auditor else access.roles_of(by, project.pk)
    written = writing.write(
        project, path, newest_reports(project), roles, lambda percent, said: queue.report(job, percent, said)
    )
    url = reverse("compliance:package", args=[project.slug, job.pk])
    return {"sha256": _sha256(path), "size": path.stat().st_size, "url": url, **asdict(written)}


def write_whole(*, project: Project, path: Path) -> writing.Written:
    """Write the package with everything in it, for who runs the installation; told in the trail.

    Raises: EvidenceDamaged: a file is not what was stored.
    """
    written = writing.write(project, path, newest_reports(project), None, lambda *_: None)
    with audit.act("package.exported", by=audit.SYSTEM, subject=project, reason=f"SHA-256 {_sha256(path)}"):
        return written


def newest_reports(project: Project) -> list[Report]:
    """Of each kind the report issued last, by kind."""
    newest = {report.kind: report for report in reports.of_project(project).order_by("issued_at", "id")}
    return [newest[kind] for kind in sorted(newest)]


def hand_out(*, project: Project, job_id: UUID, by: Actor) -> tuple[str, Path]:
    """Name and place of a package; the download is told in the trail.

    Raises: NotFound: it is not there, or somebody else asked for it: it holds what that person may read.
    """
    job = exports.finished(JOB, project=project, job_id=job_id, by=by)
    if job.requested_by_id != by.user.pk:
        raise NotFound("Somebody else asked for this package, and it holds what that person may read. Make your own.")
    with audit.act("package.exported", by=by.audit_by, subject=project, reason=f"SHA-256 {job.result['sha256']}"):
        return f"{project.slug}-audit-package-{job.result['events']}.zip", exports.path_of(job)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def latest(project: Project, by: Actor) -> Job | None:
    """The package the actor asked for last, done or not."""
    return (
        Job.objects.filter(project_id=project.pk, kind=JOB, requested_by_id=by.user.pk).order_by("-created_at").first()
    )
