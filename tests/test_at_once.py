"""Two at once: one succeeds, the other is told, nothing is lost or doubled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services import users
from audit import SYSTEM
from audit.models import Change, Event
from crispmlq.errors import Conflict, DomainError, Invalid
from evidence.models import Blob
from projects.models import Attachment, CriterionVersion, Decision, Measurement, Project, Revision, Task
from projects.services import criteria, documents, gates, projects, tasks
from tests import walk
from tests.cast import Cast, token_for

pytestmark = pytest.mark.slow


def together(*deeds: Callable[[], Any]) -> list[Any]:
    """What each gave or raised, begun at the same moment in threads of their own."""
    barrier, results = threading.Barrier(len(deeds)), [None] * len(deeds)

    def do(place: int, deed: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[place] = deed()
        except DomainError as refusal:
            results[place] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_a_gate_is_decided_once(committed_cast: Cast) -> None:
    cast = committed_cast
    walk.prepare(cast, 1)
    evaluation = walk.submit(cast, 1)
    walk.sign_all(cast, evaluation)
    passed = gates.Resolution("pass", "All is there.")
    back = gates.Resolution("iterate", "Not yet.", to_phase=1, tasks=["define-scope"])
    results = together(
        lambda: gates.decide(evaluation=evaluation, resolution=passed, by=cast.mara),
        lambda: gates.decide(evaluation=evaluation, resolution=back, by=cast.sven),
    )
    assert sorted(isinstance(result, Decision) for result in results) == [False, True]
    assert Decision.objects.count() == 1


def test_a_task_is_started_once(committed_cast: Cast) -> None:
    task = Task.objects.get(key="define-scope")
    results = together(*[lambda: tasks.start(task=task, by=committed_cast.dana)] * 4)
    assert sum(isinstance(result, Task) for result in results) == 1
    assert Event.objects.filter(act="task.started").count() == 1


def test_one_key_sent_by_many_at_once_records_one_value(committed_cast: Cast) -> None:
    walk.approve_criteria(committed_cast)
    plain = token_for("pipeline", committed_cast.project)
    body = {"value": "0.9", "unit": "1", "environment": "validation", "measured_at": timezone.now().isoformat()}

    def send() -> Any:
        return Client().post(
            "/api/v1/projects/churn/criteria/recall/measurements", body, content_type="application/json",
            headers={"authorization": f"Bearer {plain}", "idempotency-key": "same"},
        )  # fmt: skip

    answers = together(*[send] * 4)
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1
    assert Measurement.objects.count() == 1


def test_a_key_of_a_criterion_is_given_once(committed_cast: Cast) -> None:
    demand = criteria.Demand(
        metric="m", unit="1", direction="at_least", threshold=Decimal("0.5"), method="As agreed.", owner_name="Dora"
    )
    given = {"project": committed_cast.project, "key": "k", "level": "ml", "name": "K", "demand": demand}
    results = together(*[lambda: criteria.propose(**given, by=committed_cast.mara)] * 4)
    assert sum(isinstance(result, CriterionVersion) for result in results) == 1
    assert {type(result) for result in results} == {CriterionVersion, Invalid}


def test_a_document_is_begun_once(committed_cast: Cast) -> None:
    given = {"project": committed_cast.project, "kind": "scope-document", "fields": {}}
    results = together(*[lambda: documents.draft(**given, by=committed_cast.dana)] * 4)
    assert {type(result) for result in results} == {Revision, Conflict}
    assert Revision.objects.count() == 1


def test_a_short_name_and_a_user_name_are_given_once(committed_cast: Cast) -> None:
    project = {"slug": "new", "name": "New", "purpose": "More."}
    results = together(*[lambda: projects.create(**project, by=committed_cast.mara)] * 4)
    assert {type(result) for result in results} == {Project, Invalid}
    user = {"username": "new", "display_name": "New", "password": "quite a long one"}
    results = together(*[lambda: users.create(**user, by=SYSTEM)] * 4)
    assert {type(result) for result in results} == {User, Invalid}


def test_the_same_bytes_under_one_name_are_stored_once(committed_cast: Cast) -> None:
    kinds = ["scope-document", "feasibility-report", "data-schema", "risk-register"]
    drafts = [
        documents.draft(project=committed_cast.project, kind=kind, fields={}, by=committed_cast.dana) for kind in kinds
    ]
    file = {"name": "a.csv", "media_type": "text/csv", "data": b"same"}

    def attach(revision: Revision) -> Callable[[], Any]:
        return lambda: documents.attach(revision=revision, **file, by=committed_cast.dana)

    results = together(*map(attach, drafts))
    assert {type(result) for result in results} == {Attachment}
    assert Blob.objects.count() == 1


def test_many_writers_lose_no_event(committed_cast: Cast) -> None:
    cast = committed_cast
    rows = list(Task.objects.filter(project=cast.project)[:24])
    before = Event.objects.count()

    def assign(some: list[Task]) -> Callable[[], None]:
        def deed() -> None:
            for task in some:
                tasks.assign(task=task, user_id=cast.dana.user.pk, due_on=None, by=cast.mara)

        return deed

    assert together(*[assign(rows[i::4]) for i in range(4)]) == [None] * 4
    assert Event.objects.count() == before + 24
    events = set(Event.objects.values_list("uid", flat=True))
    assert set(Change.objects.values_list("event", flat=True)) <= events
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM audit_pending")
        assert cursor.fetchone()[0] == Event.objects.count()
