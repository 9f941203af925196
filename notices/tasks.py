from celery import shared_task


@shared_task(name="notices.deliver", ignore_result=True)
def deliver() -> None:
    from notices import delivery

    delivery.deliver()
