from celery import shared_task

from audit import anchoring, sealing


@shared_task(name="audit.seal", ignore_result=True)
def seal() -> None:
    sealing.seal_all()
    sealing.warn_if_late()


@shared_task(name="audit.anchor", ignore_result=True)
def anchor() -> None:
    anchoring.anchor()
