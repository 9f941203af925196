from celery import shared_task


@shared_task(name="monitoring.watch", ignore_result=True)
def watch() -> None:
    from monitoring.services import watching

    watching.watch()
