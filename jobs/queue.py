"""Ask for background work, do it, and tell how far it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import models, transaction
from django.utils import timezone

from crispmlq.errors import DomainError
from jobs.models import Job

DEAD_AFTER = timedelta(minutes=10)
LATE_AFTER = timedelta(minutes=1)
MOST_ATTEMPTS = 3
GIVEN_UP = "The program was stopped three times while it did this, perhaps for want of memory. Ask your administrator."
Handler = Callable[..., dict[str, Any]]
log = structlog.get_logger(__name__)
_handlers: dict[str, Handler] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register `f(job, **args) -> result` for jobs of a kind. It may run twice, so it must do no harm then."""

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return register


def enqueue(
    kind: str,
    args: dict[str, Any] | None = None,
    *,
    requested_by: UUID | None = None,
    project_id: UUID | None = None,
    now: bool = False,
) -> Job:
    """Store the job; it is sent to a worker once the transaction commits, or with `now` done before coming back."""
    from jobs.tasks import run_job

    job = Job.objects.create(kind=kind, args=args or {}, requested_by_id=requested_by, project_id=project_id)
    if now:
        run(job.pk)
        job.refresh_from_db()
    else:
        transaction.on_commit(lambda: run_job.delay(str(job.pk)), robust=True)  # what fails, `mend` sends again
    return job


def unfinished(kind: str, *, project_id: UUID, requested_by: UUID, args: dict[str, Any] | None = None) -> Job | None:
    """The same person's job of this kind, and with these arguments if given, that waits or runs, if there is one."""
    states = [Job.State.QUEUED, Job.State.RUNNING]
    found = Job.objects.filter(kind=kind, project_id=project_id, requested_by_id=requested_by, state__in=states)
    return next((job for job in found if args is None or job.args == args), None)


def report(job: Job, progress: int, message: str = "") -> None:
    """Tell how far the job is, in percent."""
    job.progress, job.message, job.heartbeat_at = progress, message[:300], timezone.now()
    job.save(update_fields=["progress", "message", "heartbeat_at"])


def run(job_id: UUID) -> bool:
    """Do a queued job; False if another worker took it. What goes wrong is written into the row."""
    now = timezone.now()
    waiting = Job.objects.filter(pk=job_id, state=Job.State.QUEUED)
    claimed = waiting.update(
        state=Job.State.RUNNING, started_at=now, heartbeat_at=now, attempts=models.F("attempts") + 1
    )  # fmt: skip
    if not claimed:
        return False
    job = Job.objects.get(pk=job_id)
    try:
        _close(job, Job.State.DONE, "", 100, _handlers[job.kind](job, **job.args))
    except DomainError as refusal:
        _close(job, Job.State.FAILED, refusal.message, job.progress, {})
    except Exception:
        log.exception("job_failed", job=str(job.pk), kind=job.kind)
        said = "Something went wrong here; the administrator finds it in the log."
        _close(job, Job.State.FAILED, said, job.progress, {})
    return True


def _close(job: Job, state: str, message: str, progress: int, result: dict[str, Any]) -> None:
    """In a transaction of its own: a result that can not be stored still lets the failure be told."""
    with transaction.atomic():
        Job.objects.filter(pk=job.pk).update(
            state=state, message=message[:300], progress=progress, result=result, finished_at=timezone.now()
        )


def put_back_unfinished() -> list[UUID]:
    """Queue again what a worker left running when it died; only sound while no worker runs."""
    _put_back(Job.objects.filter(state=Job.State.RUNNING))
    return list(Job.objects.filter(state=Job.State.QUEUED).values_list("pk", flat=True))


def mend() -> None:
    """Put back what shows no sign of life, and send again what waits for longer than a minute; beat calls it."""
    from jobs.tasks import run_job

    now = timezone.now()
    _put_back(Job.objects.filter(state=Job.State.RUNNING, heartbeat_at__lt=now - DEAD_AFTER))
    late = Job.objects.filter(state=Job.State.QUEUED, created_at__lt=now - LATE_AFTER)
    for job_id in late.values_list("pk", flat=True):
        run_job.delay(str(job_id))


def _put_back(left: models.QuerySet[Job]) -> None:
    """Queue again what workers left when they died; what they died of three times is given up."""
    now = timezone.now()
    for job in left:
        is_given_up = job.attempts >= MOST_ATTEMPTS
        log.error("job_given_up" if is_given_up else "job_put_back", job=str(job.pk), kind=job.kind)
        again = {"state": Job.State.QUEUED, "progress": 0, "message": "", "heartbeat_at": now}
        over = {"state": Job.State.FAILED, "message": GIVEN_UP, "finished_at": now}
        left.filter(pk=job.pk).update(**(over if is_given_up else again))


def send_unfinished() -> None:
    """Send every unfinished job again; only sound while no worker runs."""
    from jobs.tasks import run_job

    for job_id in put_back_unfinished():
        run_job.delay(str(job_id))
