"""`python benchmarks/history.py [EVENTS]`: times the history of one project with so many events.

Uses a database of its own: SQLite in a temporary folder, or the empty one that DATABASE_URL names. Rows of the trail
are inserted as they would be by acts, with the guards lifted; nothing is sealed. Prints p50 and p95 in milliseconds.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

ROOT = Path(__file__).resolve().parent.parent
os.chdir(ROOT)
sys.path.insert(0, str(ROOT))
os.environ.update(
    CRISPMLQ_VAR_DIR=tempfile.mkdtemp(), CRISPMLQ_LOG_LEVEL="ERROR", DJANGO_SETTINGS_MODULE="tests.settings"
)
os.environ.setdefault("SECRET_KEY", "of the benchmark alone")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from pages import report  # noqa: E402

from audit import tree  # noqa: E402
from audit.canon import canonical, plain  # noqa: E402
from audit.storing import insert  # noqa: E402
from audit.testing import guards_lifted  # noqa: E402
from audit.trail import Actor, Change, Event, Private  # noqa: E402
from projects.models import Membership, Project, Risk, Task  # noqa: E402
from tests import cast as people  # noqa: E402
from tests.conftest import set_up  # noqa: E402

CHUNK = 10_000
FIRST = datetime(2016, 1, 1, tzinfo=UTC)
RARE = "gate.decided"  # every hundred-thousandth
ACTS = ["task.checked", "task.started", "task.handed_in", "measurement.recorded", "risk.rated", "task.finished"]


def main(count: int) -> None:
    call_command("migrate", verbosity=0)
    set_up()
    project = Project.objects.get(slug="churn")
    begun = time.perf_counter()
    with guards_lifted(connection):
        fill(project, count)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "postgresql" else "SELECT 1")
    print(f"{count} events on {connection.vendor}, inserted in {time.perf_counter() - begun:.0f} s")
    times(project)


def fill(project: Project, count: int) -> None:
    """Events of ten years by all members, on all tasks and risks in turn; of one risk there are but 20."""
    chance = random.Random(1)
    members = [m.user for m in Membership.objects.filter(project=project).select_related("user")]
    refs = [user.pk for user in members]
    actors = [Actor(ref=user.pk, kind="user", account_id=user.pk, display=user.display_name) for user in members]
    Actor.objects.bulk_create(actors, ignore_conflicts=True)
    rows = [("projects.task", key) for key in Task.objects.filter(project=project).values_list("pk", flat=True)]
    rows += [("projects.risk", key) for key in Risk.objects.filter(project=project).values_list("pk", flat=True)][1:]
    seldom = ("projects.risk", Risk.objects.filter(project=project).first().pk)
    versions = dict.fromkeys([*rows, seldom], 1000)
    step = timedelta(days=3650) / count
    for start in range(0, count, CHUNK):
        events, changes, private = [], [], []
        for number in range(start, min(start + CHUNK, count)):
            row = seldom if number % max(count // 20, 1) == 7 else rows[number % len(rows)]
            versions[row] += 1
            act = RARE if number % 100_000 == 99 else ACTS[number % len(ACTS)]
            told = one(project, FIRST + number * step, act, chance.choice(refs), row, versions[row], chance)
            for made, into in zip(told, (events, changes, private), strict=True):
                into.append(made)
        with transaction.atomic():
            for model, made in ((Change, changes), (Private, private), (Event, events)):
                insert(model, made)


def one(project: Project, at: datetime, act: str, ref: UUID, row: tuple, version: int, chance: random.Random) -> tuple:
    uid = UUID(int=(int(at.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62) | chance.getrandbits(62))
    kind, key = row
    line = canonical({
        "op": "update", "type": kind, "id": str(key), "ver": version, "prev": "",
        "set": {"state": ["to_do", "in_progress"]},
    })  # fmt: skip
    body = canonical({
        "v": 1, "id": str(uid), "log": str(project.pk), "at": plain(at), "act": act,
        "by": {"kind": "user", "ref": str(ref), "via": "page"}, "subject": [kind, str(key)],
        "label": None, "reason": None, "req": None, "app": "0", "changes": {"n": 1, "root": ""},
    })  # fmt: skip
    event = {"uid": uid, "log_id": project.pk, "act": act, "actor_ref": ref, "request_id": None, "at": at,
             "body": body, "leaf": tree.leaf(body)}  # fmt: skip
    change = {"event": uid, "n": 0, "obj_type": kind, "obj_id": key, "obj_ver": version, "body": line,
              "leaf": tree.leaf(line)}  # fmt: skip
    kept = {"event_uid": uid, "path": "/subject", "salt": b"0" * 16, "value": '"A row"', "subject_ref": None}
    return event, change, kept


def times(project: Project) -> None:
    client = Client()
    client.force_login(people.gather().mara.user)
    task = Task.objects.filter(project=project).first().pk
    risk = Risk.objects.filter(project=project).first().pk
    member = Membership.objects.filter(project=project).first().user_id
    middle = Event.objects.filter(log_id=project.pk).order_by("-id").values_list("id", flat=True)[500_000 :: 10**9]
    deep = next(iter(middle), 50)
    for name, query in (
        ("newest page", ""),
        ("act, frequent", "act=task.started"),
        ("act, rare", f"act={RARE}"),
        ("person", f"person={member}"),
        ("person and rare act", f"person={member}&act={RARE}"),
        ("object, often changed", f"object={task}"),
        ("object, seldom changed", f"object={risk}"),
        ("kind, frequent", "object_type=projects.task"),
        ("kind, rare", "object_type=projects.gate"),
        ("phase", "phase=3"),
        ("one day years ago", "since=2017-05-01&until=2017-05-01"),
        ("until years ago", "until=2017-05-01"),
        ("since, and a rare act", f"since=2025-01-01&act={RARE}"),
        ("deep page", f"before={deep}"),
        ("deep page, act", f"before={deep}&act=task.started"),
        ("back from deep page", f"after={deep}"),
    ):
        report(name, lambda query=query: ok(client.get(f"/projects/churn/history?{query}")))
    report("drawer of an object", lambda: ok(client.get(
        f"/projects/churn/history?object={risk}", headers={"HX-Request": "true", "HX-Target": "drawer-body"}
    )))  # fmt: skip
    report("API, newest 50", lambda: ok(client.get("/api/v1/projects/churn/events")))
    # The date that leaves ten thousand of a million.
    bound = Event.objects.filter(log_id=project.pk).order_by("-id").values_list("at", flat=True)[10_000:10_001]
    since = next(iter(bound), FIRST)
    for form in ("csv", "jsonl"):
        report(f"export of 10,000, {form}", lambda form=form: whole(client, form, since), times=3)


def ok(answer: object) -> None:
    assert answer.status_code == 200, answer.status_code


def whole(client: Client, form: str, since: datetime) -> None:
    query = urlencode({"since": since.isoformat()})
    answer = client.post(f"/projects/churn/history/export?{query}", {"form": form})
    ok(answer)
    assert sum(1 for _ in answer.streaming_content) >= min(10_000, Event.objects.count()) - 500


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
