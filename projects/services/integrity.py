"""The trail of a project for auditors: verified on the server, or taken away to be verified elsewhere."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.urls import reverse

import audit
from audit import bundle, verifying
from jobs import queue
from jobs.models import Job
from projects import access, exports
from projects.models import Project

if TYPE_CHECKING:
    from accounts.actors import Actor

EXPORT, VERIFICATION = "trail-export", "trail-verification"


def request_verification(*, project: Project, by: Actor) -> Job:
    """Ask for a verification of the project's trail and rows; the job's result tells what was found.

    Raises: NotFound: the actor may not see the project.
    """
    return _request(VERIFICATION, project, by)


def request_export(*, project: Project, by: Actor) -> Job:
    """Ask for the bundle that verifies offline. Raises: NotFound: the actor may not see the project."""
    return _request(EXPORT, project, by)


def _request(kind: str, project: Project, by: Actor) -> Job:
    access.project_for(by, project.slug)
    unfinished = queue.unfinished(kind, project_id=project.pk, requested_by=by.user.pk)
    return unfinished or queue.enqueue(kind, requested_by=by.user.pk, project_id=project.pk)


@queue.handler(VERIFICATION)
def verify(job: Job) -> dict[str, Any]:
    queue.report(job, 5, "Sealing and reading the trail")
    trail = verifying.verify(job.project_id)
    state = verifying.verify_state(job.project_id, lambda part, sentence: queue.report(job, 40 + part // 2, sentence))
    found = [asdict(each) for each in (*trail.findings, *state.findings)]
    return {"checked": [*trail.checked, *state.checked], "findings": found, "warnings": trail.warnings}


@queue.handler(EXPORT)
def export(job: Job) -> dict[str, Any]:
    path = exports.path_of(job)
    head = bundle.write(job.project_id, path, lambda percent, message: queue.report(job, percent, message))
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    slug = Project.objects.get(pk=job.project_id).slug
    url = reverse("projects:bundle", args=[slug, job.pk])
    return {"sha256": digest, "size": path.stat().st_size, "events": head.size, "url": url}


def hand_out(*, project: Project, job_id: UUID, by: Actor) -> tuple[str, Path]:
    """Name and place of an exported bundle; the download is told in the trail.

    Raises: NotFound: it is not there, or the actor may not see the project.
    """
    job = exports.finished(EXPORT, project=project, job_id=job_id, by=by)
    with audit.act("trail.exported", by=by.audit_by, subject=project, reason=f"SHA-256 {job.result['sha256']}"):
        return f"{project.slug}-trail-{job.result['events']}.zip", exports.path_of(job)


def latest(project: Project, kind: str) -> Job | None:
    return Job.objects.filter(project_id=project.pk, kind=kind).order_by("-created_at").first()
