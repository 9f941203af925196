import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crispmlq.settings")

# Loaded with the server, so that tasks sent from a request know their broker.
from crispmlq.celery import app as celery_app  # noqa: F401

application = get_wsgi_application()
