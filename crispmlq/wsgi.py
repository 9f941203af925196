import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crispmlq.settings")
application = get_wsgi_application()

# Tasks bind to the app that exists when they are called.
from crispmlq.celery import app as celery_app  # noqa: E402, F401
