"""The Celery application. Without `REDIS_URL` its worker lives inside the web server, see `crispmlq.gunicorn`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crispmlq.settings")

app = Celery("crispmlq")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
