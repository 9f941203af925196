"""`python benchmarks/pages.py [PROJECTS]`: times pages, readiness and the dossier with many whole projects.

Uses a database of its own in a temporary folder. Prints p50 and p95 in milliseconds over 20 calls, and peak memory.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
os.chdir(ROOT)
sys.path.insert(0, str(ROOT))
os.environ.update(
    CRISPMLQ_VAR_DIR=tempfile.mkdtemp(), CRISPMLQ_LOG_LEVEL="ERROR", DJANGO_SETTINGS_MODULE="tests.settings"
)

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from compliance.documents import frame  # noqa: E402
from compliance.documents.kinds import kind_of  # noqa: E402
from compliance.documents.pdf import as_pdf  # noqa: E402
from projects.models import Project  # noqa: E402
from projects.services import gates, projects  # noqa: E402
from tests import cast as people  # noqa: E402
from tests.conftest import set_up  # noqa: E402

PER_PROJECT = 57 + 45 + 149 + 157 + 61  # tasks, requirements, risks, methods, documents


def main(count: int) -> None:
    call_command("migrate", verbosity=0)
    set_up()
    mara = people.gather().mara
    begun = time.perf_counter()
    for number in range(count - 1):
        projects.create(slug=f"p-{number}", name=f"Project {number}", purpose="To measure.", by=mara)
    print(print(f"{count} projects, {count * PER_PROJECT} items, created in {time.perf_counter() - begun:.1f} s"))
    client = Client()
    client.force_login(mara.user)
    for name, url in (
        ("dashboard", "/"),
        ("overview", "/projects/churn/"),
        ("phase page", "/projects/churn/phases/1"),
        ("risks", "/projects/churn/risks"),
        ("history", "/projects/churn/history"),
        ("task list by API", "/api/v1/projects/churn/tasks"),
    ):
        report(name, lambda url=url: client.get(url))
    project = Project.objects.get(slug="churn")
    gate = project.gate_set.select_related("phase", "project__catalogue").first()
    report("readiness of a gate", lambda: gates.judge(gate))
    dossier = kind_of("dossier")
    document = frame.build(dossier, project)
    report("dossier as a document", lambda: frame.build(dossier, project))
    report("dossier as PDF", lambda: as_pdf(document), times=3)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def report(name: str, call: object, times: int = 20) -> None:
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        call()
        took.append((time.perf_counter() - begun) * 1000)
    p95 = sorted(took)[max(int(len(took) * 0.95) - 1, 0)]
    print(f"{name:<22} p50 {statistics.median(took):8.1f} ms   p95 {p95:8.1f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
