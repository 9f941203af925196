"""With many projects and many events, pages and lists show them in parts. How soon they answer, benchmarks tell."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from audit import act, tree
from audit.canon import canonical, plain
from audit.ids import uuid7
from audit.models import Event
from audit.storing import insert
from projects.models import Membership, Phase, Project
from tests.cast import Cast

PROJECTS, EVENTS = 120, 300


def many_projects(cast: Cast) -> None:
    made = [
        Project(
            slug=f"p-{n}", name=f"P {n}", purpose="More.", catalogue=cast.project.catalogue,
            created_by_id=cast.mara.user.pk, created_at=timezone.now(),
        )
        for n in range(PROJECTS)
    ]  # fmt: skip
    for project in made:
        with act("project.created", by=cast.mara.audit_by, subject=project):
            project.save()
            Membership(project=project, user=cast.mara.user, roles=["project-manager"]).save()
            Phase.objects.bulk_create(Phase(project=project, number=n, key=f"k{n}", name="N") for n in range(1, 7))


def many_events(cast: Cast) -> None:
    """Events of the project, as an act stores them, without a change."""
    begin, log, ref = timezone.now(), cast.project.pk, cast.mara.audit_by.ref
    for first in range(0, EVENTS, 100):
        rows = []
        for n in range(first, first + 100):
            uid, at = uuid7(), begin + timedelta(milliseconds=n)
            body = canonical(
                {
                    "v": 1, "id": str(uid), "log": str(log), "at": plain(at), "act": "evidence.downloaded",
                    "by": {"kind": "user", "ref": str(ref), "via": "page"}, "label": None, "reason": None,
                    "subject": ["projects.project", str(log)], "req": None, "app": "1",
                    "changes": {"n": 0, "root": tree.root([]).hex()},
                }
            )  # fmt: skip
            rows.append({"uid": uid, "log_id": log, "act": "evidence.downloaded", "actor_ref": ref,
                         "request_id": uuid4(), "at": at, "body": body, "leaf": tree.leaf(body)})  # fmt: skip
        insert(Event, rows)


@pytest.mark.slow
def test_pages_and_lists_are_shown_in_parts(cast: Cast) -> None:
    many_projects(cast)
    many_events(cast)
    client = Client()
    client.force_login(cast.mara.user)
    for url in ("/", "/projects/churn/", "/projects/churn/history", "/activity", "/api/v1/projects",
                "/api/v1/projects/churn/events"):  # fmt: skip
        assert client.get(url).status_code == 200
    page = client.get("/").content.decode()
    assert page.count("project-card") == 20
    assert "Page 1 of 7" in page
    listed = client.get("/api/v1/projects").json()
    assert (listed["count"], len(listed["results"])) == (PROJECTS + 1, 100)
    assert len(client.get("/api/v1/projects/churn/events").json()) == 50
