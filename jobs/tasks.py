from uuid import UUID

from celery import shared_task


@shared_task(name="jobs.run", ignore_result=True, acks_late=True)
def run_job(job_id: str) -> None:
    from jobs import queue

    queue.run(UUID(job_id))


@shared_task(name="jobs.mend", ignore_result=True)
def mend() -> None:
    from jobs import queue

    queue.mend()
