from celery import shared_task


@shared_task(name="api.forget_idempotency_keys", ignore_result=True)
def forget_idempotency_keys() -> None:
    from api import idempotency

    idempotency.forget_old()
