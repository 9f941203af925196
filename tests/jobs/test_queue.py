"""Background work: sent after the commit, told how far it is, failed in words, and taken up again after a crash."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from audit.models import Event
from compliance.models import Report
from compliance.services import reports
from crispmlq.errors import Conflict
from evidence.models import Blob
from evidence.services import blobs
from jobs import queue
from jobs.models import Job
from jobs.tasks import run_job
from tests.cast import Cast

GENERAL = "Something went wrong here; the administrator finds it in the log."


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """`handle(function)`: what jobs of the kind “test” do in this test, in this very process."""
    monkeypatch.setattr("jobs.tasks.run_job", SimpleNamespace(delay=run_job))
    return lambda function: monkeypatch.setitem(queue._handlers, "test", function)


def done(handle: Any, function: Any, **args: Any) -> Job:
    handle(function)
    job = queue.enqueue("test", args)
    queue.run(job.pk)
    job.refresh_from_db()
    return job


def test_it_runs_after_the_commit_and_not_before(
    db: None, handle: Any, django_capture_on_commit_callbacks: Any
) -> None:
    handle(lambda job, word: {"said": word})
    with django_capture_on_commit_callbacks(execute=True):
        job = queue.enqueue("test", {"word": "so"})
        assert Job.objects.get(pk=job.pk).state == "queued"
    job.refresh_from_db()
    assert (job.state, job.progress, job.message, job.result) == ("done", 100, "", {"said": "so"})
    assert job.created_at <= job.started_at <= job.finished_at


@pytest.mark.slow
def test_what_is_rolled_back_is_never_sent(committed_cast: Cast, handle: Any) -> None:
    ran = []
    handle(lambda job: ran.append(job.pk) or {})
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queue.enqueue("test")
        raise ZeroDivisionError
    assert (ran, Job.objects.count()) == ([], 0)
    assert ran == [queue.enqueue("test").pk]


def test_it_tells_how_far_it_is(db: None, handle: Any) -> None:
    seen = []

    def work(job: Job) -> dict[str, Any]:
        queue.report(job, 40, "x" * 400)
        seen.append(Job.objects.values_list("state", "progress", "message").get(pk=job.pk))
        return {}

    assert done(handle, work).state == "done"
    assert seen == [("running", 40, "x" * 300)]


def test_more_than_all_is_refused_by_the_database(db: None, handle: Any) -> None:
    job = queue.enqueue("test")
    with pytest.raises(IntegrityError), transaction.atomic():
        queue.report(job, 101)


def test_a_refusal_is_told_in_its_own_words(db: None, handle: Any) -> None:
    def work(job: Job) -> dict[str, Any]:
        queue.report(job, 40, "Half way")
        raise Conflict("The project was stopped; its records are final.")

    job = done(handle, work)
    assert (job.state, job.message) == ("failed", "The project was stopped; its records are final.")
    assert (job.result, job.finished_at is not None) == ({}, True)


@pytest.mark.parametrize("error", [ZeroDivisionError("secret path /srv"), KeyError("x"), MemoryError()])
def test_a_fault_is_told_without_its_inside(db: None, handle: Any, error: Exception) -> None:
    def work(job: Job) -> dict[str, Any]:
        raise error

    job = done(handle, work)
    assert (job.state, job.message, job.result) == ("failed", GENERAL, {})


@pytest.mark.parametrize("result", [{"set": {1}}, None], ids=["no JSON", "nothing"])
def test_a_result_that_can_not_be_stored_fails_the_job(db: None, handle: Any, result: Any) -> None:
    job = done(handle, lambda job: result)
    assert (job.state, job.message, job.result) == ("failed", GENERAL, {})


def test_a_kind_nobody_handles_fails(db: None) -> None:
    job = queue.enqueue("unheard-of", now=True)
    assert (job.state, job.message) == ("failed", GENERAL)


def test_a_job_is_done_by_one_worker_alone(db: None, handle: Any) -> None:
    ran = []
    job = done(handle, lambda job: ran.append(1) or {})
    assert queue.run(job.pk) is False
    assert ran == [1]


def test_a_dossier_that_fails_half_way_leaves_no_report(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    store = blobs.store

    def broken(**given: Any) -> Blob:
        if given["name"].endswith(".json"):
            raise OSError("No space left on device")
        return store(**given)

    monkeypatch.setattr("compliance.services.reports._files", lambda *_: {"pdf": b"%PDF", "json": b"{}"})
    monkeypatch.setattr("evidence.services.blobs.store", broken)
    events = Event.objects.count()
    job = reports.request(project=cast.project, by=cast.mara, now=True)
    assert (job.state, job.message, job.result) == ("failed", GENERAL, {})
    assert not Report.objects.exists()
    assert not Blob.objects.exists()
    assert Event.objects.count() == events


def test_what_a_dead_worker_left_is_done_by_the_next(
    db: None, handle: Any, django_capture_on_commit_callbacks: Any
) -> None:
    handle(lambda job: {"by": "the next"})
    states = ["queued", "running", "done", "failed"]
    jobs = {state: Job.objects.create(kind="test", state=state, progress=40, message="Half way") for state in states}
    queue.send_unfinished()
    found = {state: Job.objects.get(pk=job.pk) for state, job in jobs.items()}
    assert {state: job.result for state, job in found.items()} == {
        "queued": {"by": "the next"}, "running": {"by": "the next"}, "done": {}, "failed": {},
    }  # fmt: skip
    assert [found[state].message for state in ("done", "failed")] == ["Half way", "Half way"]


def test_what_is_put_back_begins_anew(db: None) -> None:
    job = Job.objects.create(kind="test", state="running", progress=40, message="Half way")
    assert queue.put_back_unfinished() == [job.pk]
    job.refresh_from_db()
    assert (job.state, job.progress, job.message) == ("queued", 0, "")


VICTIM = """
import django, os, sys, time
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = os.environ["THE_DATABASE"]
from jobs import queue
from uuid import UUID

@queue.handler("test")
def work(job):
    queue.report(job, 40, "Half way")
    print("running", flush=True)
    time.sleep(60)

queue.run(UUID(sys.argv[1]))
"""


@pytest.mark.slow
@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_a_worker_killed_in_the_middle_loses_no_job(committed_cast: Cast, handle: Any) -> None:
    job = Job.objects.create(kind="test")
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "THE_DATABASE": connection.settings_dict["NAME"],
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }  # fmt: skip
    worker = subprocess.Popen(
        [sys.executable, "-c", VICTIM, str(job.pk)], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert worker.stdout.readline() == "running\n"
        worker.send_signal(signal.SIGKILL)
        assert worker.wait(10) == -signal.SIGKILL
    finally:
        worker.kill()
        worker.stdout.close()
    job.refresh_from_db()
    assert (job.state, job.progress) == ("running", 40)
    handle(lambda job: {"by": "the next"})
    queue.send_unfinished()
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"by": "the next"})


def page(cast: Cast, name: str, job_id: Any, **headers: str) -> Any:
    client = Client()
    client.force_login(cast.actors[name].user)
    return client.get(f"/jobs/{job_id}/", headers=headers)


def asked_for(cast: Cast, **values: Any) -> Job:
    return Job.objects.create(kind="dossier", project_id=cast.project.pk, requested_by_id=cast.mara.user.pk, **values)


@pytest.mark.parametrize("name", ["otto", "dana", "ada", "root"])
def test_a_job_is_there_for_who_asked_for_it_alone(cast: Cast, name: str) -> None:
    job = asked_for(cast)
    assert page(cast, "mara", job.pk).status_code == 200
    assert page(cast, name, job.pk).status_code == page(cast, name, uuid4()).status_code == 404
    assert Client().get(f"/jobs/{job.pk}/").status_code == 302


@pytest.mark.parametrize(
    ("values", "shown", "asks_again"),
    [
        ({}, "Waiting", True),
        ({"state": "running", "progress": 40, "message": "Setting <the> pages"}, "Setting &lt;the&gt; pages", True),
        ({"state": "done", "result": {"url": "/projects/churn/reports/1/pdf"}}, "/projects/churn/reports/1/pdf", False),
        ({"state": "failed", "message": GENERAL}, GENERAL, False),
    ],
    ids=["queued", "running", "done", "failed"],
)
def test_its_fragment_asks_again_until_it_is_over(
    cast: Cast, values: dict[str, Any], shown: str, asks_again: bool
) -> None:
    answer = page(cast, "mara", asked_for(cast, **values).pk, **{"HX-Request": "true"})
    text = answer.content.decode()
    assert "<html" not in text
    assert shown in text
    assert ("hx-get" in text) is asks_again
    assert "no-store" in answer["Cache-Control"]


def test_a_job_of_the_api_is_there_for_who_asked_for_it_alone(api: Any, cast: Cast) -> None:
    path = f"jobs/{asked_for(cast).pk}"
    assert api("mara", "get", path).json()["state"] == "queued"
    assert [api(name, "get", path).status_code for name in ("dana", "ada", "otto")] == [404, 404, 404]


def test_what_gives_no_sign_of_life_is_put_back_and_sent_again(
    committed_cast: Cast, handle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr("jobs.tasks.run_job.delay", sent.append)
    long_ago = timezone.now() - queue.DEAD_AFTER - timedelta(seconds=1)
    rows = {
        "dead": Job(kind="a", state="running", heartbeat_at=long_ago),
        "alive": Job(kind="a", state="running", heartbeat_at=timezone.now()),
        "done": Job(kind="a", state="done", heartbeat_at=long_ago),
        "lost": Job(kind="a"),
        "fresh": Job(kind="a"),
    }
    Job.objects.bulk_create(rows.values())
    Job.objects.filter(pk__in=[rows["dead"].pk, rows["lost"].pk]).update(created_at=long_ago)
    queue.mend()
    assert set(sent) == {str(rows["dead"].pk), str(rows["lost"].pk)}
    assert Job.objects.get(pk=rows["alive"].pk).state == "running"
    assert Job.objects.get(pk=rows["dead"].pk).state == "queued"


def test_asking_again_meanwhile_gives_the_same_job(cast: Cast) -> None:
    first = reports.request(project=cast.project, by=cast.ada)
    assert reports.request(project=cast.project, by=cast.ada) == first
    assert reports.request(project=cast.project, by=cast.mara) != first
    queue.run(first.pk)
    assert reports.request(project=cast.project, by=cast.ada) != first


def test_a_broker_that_is_down_keeps_the_job_and_the_answer(
    committed_cast: Cast, handle: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.tasks.run_job.delay", lambda _: 1 / 0)
    job = queue.enqueue("test")
    assert Job.objects.get(pk=job.pk).state == "queued"


@pytest.mark.django_db
def test_a_job_that_kills_its_worker_three_times_is_given_up() -> None:
    job = Job.objects.create(kind="test-killer")
    for attempt in range(1, 4):
        Job.objects.filter(pk=job.pk, state="queued").update(state="running", attempts=attempt)
        assert (job.pk in queue.put_back_unfinished()) == (attempt < 3)
    job.refresh_from_db()
    assert (job.state, job.message, job.finished_at is not None) == ("failed", queue.GIVEN_UP, True)


@pytest.mark.django_db
def test_each_beginning_is_counted() -> None:
    job = Job.objects.create(kind="nobody-does-this")
    queue.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("failed", 1)
