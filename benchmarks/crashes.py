"""`python benchmarks/crashes.py --writers 8 --acts 1000 --kills 200`: writers and sealers, killed at random moments.

Each writer renames tasks of a project, acknowledges every act on its standard output, and goes on after it was killed;
two sealers seal all the time. At the end every acknowledged act has to be in the trail, once, and everything verifies.
Runs on SQLite in a temporary folder, or on the PostgreSQL of `DATABASE_URL`, whose tables it fills.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.chdir(ROOT)
os.environ.setdefault("CRISPMLQ_VAR_DIR", tempfile.mkdtemp(prefix="crispmlq-crashes-"))
os.environ.setdefault("SECRET_KEY", "of the crashes alone")
os.environ.update(DJANGO_SETTINGS_MODULE="crispmlq.settings", CRISPMLQ_LOG_LEVEL="ERROR")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import OperationalError  # noqa: E402

import audit  # noqa: E402
from accounts.actors import Actor  # noqa: E402
from accounts.models import User  # noqa: E402
from accounts.services import users  # noqa: E402
from audit import keys, sealing, verifying  # noqa: E402
from audit.models import Change, Event  # noqa: E402
from catalogue import services as catalogue  # noqa: E402
from projects.models import Project, Task  # noqa: E402
from projects.services import projects  # noqa: E402

ACTS = "projects.task"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--acts", type=int, default=1000, help="of each writer")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--work", choices=["write", "seal"], help=argparse.SUPPRESS)
    parser.add_argument("--count", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.work == "write":
        return write(given.count)
    if given.work == "seal":
        return seal()
    return torment(given.writers, given.acts, given.kills)


def torment(writers: int, acts: int, kills: int) -> int:
    call_command("migrate", verbosity=0)
    keys.make()
    catalogue.load(by=audit.SYSTEM)
    if not User.objects.exists():
        users.create(username="mara", display_name="Mara", by=audit.SYSTEM, password="quite a long one")
        mara = Actor(User.objects.get())
        projects.start(project=projects.create(slug="p", name="P", purpose="P", by=mara), by=mara)
    before = Event.objects.count()
    begun = time.perf_counter()
    workers = [Worker("write", acts) for _ in range(writers)]
    sealers = [Worker("seal", 0) for _ in range(2)]
    done = 0
    while any(worker.is_busy for worker in workers):
        time.sleep(random.uniform(0, 0.4))
        victims = [w for w in (*workers, *sealers) if w.is_busy or w in sealers]
        if done < kills and victims:
            random.choice(victims).kill()
            done += 1
        for worker in (*workers, *sealers):
            worker.go_on()
    for sealer in sealers:
        sealer.stop()
    took = time.perf_counter() - begun
    return judge(before, [uid for w in workers for uid in w.acknowledged], done, took)


def judge(before: int, acknowledged: list[str], kills: int, took: float) -> int:
    sealing.seal_all()
    stored = {str(uid) for uid in Event.objects.order_by("id").values_list("uid", flat=True)[before:]}
    lost = set(acknowledged) - stored
    project = Project.objects.get()
    verdicts = [verifying.verify(project.pk), verifying.verify_state()]
    findings = [f"{f.check}: {f.message}" for verdict in verdicts for f in verdict.findings]
    without = Change.objects.exclude(event__in=Event.objects.values("uid")).count()
    print(f"{len(acknowledged)} acts acknowledged, {len(stored)} stored in {took:.1f} s, {kills} processes killed")
    print(f"lost {len(lost)}, told twice {len(acknowledged) - len(set(acknowledged))}, changes without event {without}")
    print("verifies" if not findings else "\n".join(findings))
    return 1 if lost or findings or without or len(acknowledged) != len(set(acknowledged)) else 0


class Worker:
    """A process that does some work, and is started again until it has done all of it."""

    def __init__(self, work: str, acts: int) -> None:
        self.work, self.acts, self.acknowledged = work, acts, []
        self._start()

    @property
    def is_busy(self) -> bool:
        return self.work == "write" and len(self.acknowledged) < self.acts

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def go_on(self) -> None:
        if self._process.poll() is not None:
            self._reader.join()
            if self.is_busy or self.work == "seal":
                self._start()

    def stop(self) -> None:
        self.kill()

    def _start(self) -> None:
        count = self.acts - len(self.acknowledged)
        command = [sys.executable, __file__, "--work", self.work, "--count", str(count)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read, args=[self._process.stdout], daemon=True)
        self._reader.start()

    def _read(self, said: object) -> None:
        for line in said:
            if line.endswith("\n"):
                self.acknowledged.append(line.strip())


def write(count: int) -> int:
    """Rename tasks in acts, telling each one's event after its commit."""
    audit.register_acts({"task.renamed": "renamed {subject}"})
    by = audit.ActorRef("user", User.objects.get().pk, "command", "Mara")
    ids = list(Task.objects.values_list("pk", flat=True))
    while count:
        try:
            with audit.act("task.renamed", by=by, subject=Task.objects.get(pk=random.choice(ids))) as act:
                task = Task.objects.select_for_update().get(pk=act.subject.pk)
                act.subject = task
                task.name = f"Task {random.random()}"
                task.save(update_fields=["name"])
        except OperationalError:  # SQLite: another writer held the database for too long
            continue
        print(act.uid, flush=True)
        count -= 1
    return 0


def seal() -> int:
    while True:
        try:
            sealing.seal()
        except OperationalError:
            continue
        time.sleep(0.01)


if __name__ == "__main__":
    sys.exit(main())
