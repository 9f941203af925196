"""Settings of the tests: as in operation, but quick and without traces."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("CRISPMLQ_LOG_LEVEL", "ERROR")
os.environ.setdefault("CRISPMLQ_VAR_DIR", tempfile.mkdtemp(prefix="crispmlq-tests-"))

from crispmlq.settings import *  # noqa: F403
from crispmlq.settings import DATABASES, INSTALLED_APPS, REDIS_URL, VAR_DIR

INSTALLED_APPS = [*INSTALLED_APPS, "tests.audit.sample"]
DATABASES["default"].setdefault("TEST", {})
if "sqlite" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["TEST"]["NAME"] = str(Path(VAR_DIR) / "test.sqlite3")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STATIC_ROOT = Path(VAR_DIR) / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EVIDENCE_MAX_BYTES = 1_000_000
CELERY_TASK_ALWAYS_EAGER = not REDIS_URL
ALLOWED_HOSTS = ["*"]
CRISPMLQ_GALLERY = True
LOGGING = {}
