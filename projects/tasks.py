from celery import shared_task


@shared_task(name="projects.remind", ignore_result=True)
def remind() -> None:
    from projects import reminders

    reminders.remind()
