"""A real worker on a real broker does the work."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from django.db import connection

from compliance.models import Report
from compliance.services import reports
from jobs.models import Job
from tests.cast import Cast


def database_url() -> str:
    s = connection.settings_dict
    return f"postgres://{s['USER']}@{s['HOST']}:{s['PORT']}/{s['NAME']}"


@pytest.mark.services
@pytest.mark.slow
def test_a_worker_of_its_own_builds_the_dossier(committed_cast: Cast, settings: object) -> None:
    environment = {
        **os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "tests.settings",
        "CRISPMLQ_EVIDENCE_DIR": str(settings.EVIDENCE_DIR), "CELERY_TASK_ALWAYS_EAGER": "0",
    }  # fmt: skip
    command = [sys.executable, "-m", "celery", "-A", "crispmlq", "worker", "--pool=solo", "--loglevel=WARNING"]
    worker = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        job = reports.request(project=committed_cast.project, by=committed_cast.mara)
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            job.refresh_from_db()
            if job.is_over:
                break
            time.sleep(0.2)
        assert job.state == Job.State.DONE, job.message
        assert Report.objects.get().pdf.sha256 == job.result["sha256"]
    finally:
        worker.terminate()
        worker.wait(30)
