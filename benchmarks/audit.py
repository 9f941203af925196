"""`python benchmarks/audit.py [SECONDS] [--libraries]`: what it costs to record every change.

Writes the same rows without a record, by `audit.act` and, with `--libraries`, by other libraries, which are installed
into an environment of their own (`var/benchmark-venv`). Each figure is the best of three rounds of so many seconds; the
rounds of all kinds alternate, since a shared machine is not always equally fast. Sealing is not part of it.

SQLite and PostgreSQL run in temporary folders with their ordinary settings: PostgreSQL waits for the disk.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # not this folder, in which this file would stand for the app `audit`
LIBRARIES = ["django-auditlog", "django-simple-history", "django-pghistory"]
CASES = {
    "1 writer": (1, 0.0),
    "8 writers": (8, 0.0),
    "1 writer, 10 ms open": (1, 0.01),
    "8 writers, 10 ms open": (8, 0.01),
}
ROUNDS, BULK = 3, 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", type=float, nargs="?", default=2.0)
    parser.add_argument("--libraries", action="store_true", help="Compare with other libraries too.")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        return measure(given.seconds)
    from tests import plugin

    python = environment() if given.libraries else sys.executable
    command = [python, __file__, str(given.seconds), "--measure"]
    common = os.environ | {"DJANGO_SETTINGS_MODULE": "benchmarks.settings", "SECRET_KEY": "of the benchmark alone"}
    try:
        for url in ("", plugin._postgresql(options=())):
            own = {"CRISPMLQ_VAR_DIR": tempfile.mkdtemp(), "CRISPMLQ_LOG_LEVEL": "ERROR", "DATABASE_URL": url}
            subprocess.run(command, check=True, env=common | own, cwd=ROOT)
    finally:
        plugin.stop()


def environment() -> str:
    """A Python with the libraries to compare with, on top of the packages of this one."""
    folder = ROOT / "var" / "benchmark-venv"
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        here = next(p for p in sys.path if p.endswith("site-packages"))
        target = next(folder.glob("lib/python*/site-packages"))
        (target / "below.pth").write_text(here + "\n")
        subprocess.run([str(python), "-m", "pip", "install", "-q", *LIBRARIES], check=True)
    return str(python)


# --- In a process with one database and the libraries --------------------------------------------------------------


def measure(seconds: float) -> None:
    import django

    django.setup()
    from django.apps import apps
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)  # first, since tables without migrations are made before all others
    call_command("migrate", run_syncdb=True, verbosity=0)
    if apps.is_installed("pgtrigger"):
        call_command("pgtrigger", "install", verbosity=0)
    from benchmarks.writes.models import KINDS

    print(f"\n{connection.vendor}: writes a second, and their share of the unaudited ones")
    print(f"{'':<24}" + "".join(f"{kind:>24}" for kind in KINDS))
    for name, (writers, hold) in CASES.items():
        rounds = [{kind: rate(kind, writers, hold, seconds) for kind in KINDS} for _ in range(ROUNDS)]
        show(name, {kind: max(each[kind] for each in rounds) for kind in KINDS})
    rounds = [{kind: bulk(kind) for kind in KINDS} for _ in range(ROUNDS)]
    show(f"{BULK} rows at once", {kind: max(each[kind] for each in rounds) for kind in KINDS})


def show(name: str, rates: dict[str, float]) -> None:
    cells = (f"{rate:9.0f} ({rate / rates['unaudited']:.2f})" for rate in rates.values())
    print(f"{name:<24}" + "".join(f"{cell:>24}" for cell in cells), flush=True)


def rate(kind: str, writers: int, hold: float, seconds: float) -> float:
    """Writes a second by so many processes, each to its own row, each in a transaction that stays open for `hold`."""
    from django.db import connection

    connection.close()
    context = multiprocessing.get_context("fork")
    told, ready = context.Queue(), context.Barrier(writers)
    running = [context.Process(target=write, args=(kind, hold, seconds, ready, told)) for _ in range(writers)]
    for process in running:
        process.start()
    total = sum(told.get() for _ in running)
    for process in running:
        process.join()
    return total


def write(kind: str, hold: float, seconds: float, ready: Any, told: Any) -> None:
    row = make(kind)
    change(kind, row, 0, 0.0)  # connected, and what is prepared once is prepared
    ready.wait()
    count, begun = 0, time.monotonic()
    while time.monotonic() - begun < seconds:
        count += 1
        change(kind, row, count, hold)
    told.put(count / (time.monotonic() - begun))


def make(kind: str) -> Any:
    import audit
    from audit.actors import SYSTEM
    from benchmarks.writes.models import KINDS

    row = KINDS[kind](name="A row", state="new", note="Some words about it.")
    if kind == "crispmlq":
        with audit.act("row.made", by=SYSTEM, subject=row):
            row.save()
    else:
        row.save()
    return row


def change(kind: str, row: Any, number: int, hold: float) -> None:
    from django.db import transaction

    import audit
    from audit.actors import SYSTEM

    unit = audit.act("row.changed", by=SYSTEM, subject=row) if kind == "crispmlq" else transaction.atomic()
    with unit:
        locked = type(row)._base_manager.select_for_update().get(pk=row.pk)
        locked.state, locked.rank = f"state {number % 7}", number
        locked.save(update_fields=["state", "rank"])
        time.sleep(hold) if hold else None


def bulk(kind: str) -> float:
    """Rows a second when many are made at once, by the way each library has for that."""
    from django.db import transaction

    import audit
    from audit.actors import SYSTEM
    from benchmarks.writes.models import KINDS

    model = KINDS[kind]
    rows = [model(name=f"Row {n}", state="new", note="Some words about it.", rank=n) for n in range(BULK)]
    begun = time.monotonic()
    if kind == "crispmlq":
        with audit.act("row.made", by=SYSTEM, subject=rows[0]):
            model.objects.bulk_create(rows)
    elif kind == "django-simple-history":
        from simple_history.utils import bulk_create_with_history

        bulk_create_with_history(rows, model, batch_size=500)
    elif kind == "django-auditlog":  # does not see bulk_create
        with transaction.atomic():
            for row in rows:
                row.save()
    else:
        with transaction.atomic():
            model.objects.bulk_create(rows, batch_size=500)
    return BULK / (time.monotonic() - begun)


if __name__ == "__main__":
    main()
