from celery import shared_task

from audit import sealing


@shared_task(name="audit.seal", ignore_result=True)
def seal() -> None:
    sealing.seal_all()
    sealing.warn_if_late()
