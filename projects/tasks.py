from celery import shared_task


@shared_task(name="projects.remind", ignore_result=True)
def remind() -> None:
    from django.db import transaction

    from projects.services import holds

    with transaction.atomic():
        holds.remind()
