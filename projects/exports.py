"""Files that a job wrote for somebody to take away: where they lie, and who may have one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings

from crispmlq.errors import NotFound
from jobs.models import Job
from projects import access
from projects.models import Project

if TYPE_CHECKING:
    from accounts.actors import Actor


def path_of(job: Job) -> Path:
    """The place of the job's file, whose folder is there."""
    folder = Path(settings.EVIDENCE_DIR) / "exports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / str(job.pk)


def finished(kind: str, *, project: Project, job_id: UUID, by: Actor) -> Job:
    """The job whose file is there to be handed out.

    Raises: NotFound: it is not there, or the actor may not see the project.
    """
    access.project_for(by, project.slug)
    job = Job.objects.filter(pk=job_id, kind=kind, project_id=project.pk, state=Job.State.DONE).first()
    if job is None or not path_of(job).exists():
        raise NotFound("There is no such export any more. Make a new one.")
    return job
