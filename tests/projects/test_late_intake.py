"""A system that runs already is taken in late: true times, an honest mark, and no way to date anything back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from crispmlq.errors import Invalid
from projects.models import Project, Revision
from projects.services import projects
from tests import reported, walk
from tests.cast import Cast

BACK_DATED = ["created_at", "recorded_at", "decided_at", "at", "finished_at", "signed_at", "held_at"]


@pytest.fixture
def late(cast: Cast) -> Cast:
    from audit import act

    with act("project.changed", by=cast.mara.audit_by, subject=cast.project):
        cast.project.running_since = walk.days(-400)
        cast.project.save()
    return cast


def test_a_project_is_taken_in_late_with_a_date_in_the_past(cast: Cast, api: Any) -> None:
    body = {"slug": "old", "name": "Old", "purpose": "It runs.", "running_since": walk.days(-30).isoformat()}
    answer = api("mara", "post", "/api/v1/projects", body)
    assert (answer.status_code, answer.json()["running_since"]) == (201, body["running_since"])
    with pytest.raises(Invalid) as refusal:
        projects.create(slug="new", name="N", purpose="P", running_since=walk.days(0), by=cast.mara)
    assert "running_since" in refusal.value.errors


def test_entries_carry_their_true_time_and_the_mark(late: Cast, api: Any) -> None:
    before = timezone.now()
    walk.approve_criteria(late)
    walk.measure(late, "forecast", keys=["saving"])
    revision = walk.accept_document(late, "scope-document")
    assert before <= revision.created_at <= timezone.now()
    told = api("ada", "get", "documents/scope-document/revisions/1").json()
    assert told["recorded_later"] is True
    assert api("ada", "get", "measurements").json()["results"][0]["recorded_later"] is True
    late.project.refresh_from_db()
    report = reported.built(late.project)
    assert f"The system runs since {walk.days(-400)}" in str(report.facts)
    assert f"The system runs since {walk.days(-400)}" in str(reported.section(report, "limits-self-attested"))
    [revision] = reported.table(report, "Documents and their revisions")
    assert "recorded later" in revision["State"]


@pytest.mark.slow
def test_the_mark_ends_with_the_release(late: Cast, api: Any) -> None:
    for number in range(1, 6):
        walk.pass_gate(late, number)
    assert api("ada", "get", "decisions").json()["results"][0]["recorded_later"] is True
    assert Project.objects.get(pk=late.project.pk).caught_up_at is not None
    revision = walk.accept_document(late, "scope-document", reason="News.")
    told = api("ada", "get", f"documents/scope-document/revisions/{revision.number}").json()
    assert told["recorded_later"] is False


def test_an_ordinary_project_has_no_mark(cast: Cast, api: Any) -> None:
    walk.accept_document(cast, "scope-document")
    assert api("ada", "get", "documents/scope-document/revisions/1").json()["recorded_later"] is False


@pytest.mark.parametrize("name", BACK_DATED)
def test_no_door_takes_a_time_of_entry(late: Cast, api: Any, name: str) -> None:
    body = {"kind": "scope-document", "values": {}, name: "2020-01-01T00:00:00Z"}
    assert api("dana", "post", "documents", body).status_code == 422
    assert Revision.objects.count() == 0


def test_a_measurement_is_not_older_than_what_it_is_held_against(late: Cast, api: Any) -> None:
    walk.approve_criteria(late)
    body = {"value": "0.9", "unit": "1", "environment": "validation",
            "measured_at": (timezone.now() - timedelta(days=300)).isoformat()}  # fmt: skip
    assert api("pipeline", "post", "criteria/recall/measurements", body).status_code == 422


def test_the_database_itself_refuses_another_time(late: Cast) -> None:
    revision = walk.accept_document(late, "scope-document")
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("UPDATE projects_revision SET created_at = %s WHERE id = %s", ["2020-01-01", revision.pk.hex])
