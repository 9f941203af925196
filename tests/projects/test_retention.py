"""Until when a project's trail is kept: managers say it, and after a release only for longer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from audit import selectors
from catalogue import definitions
from crispmlq.errors import Conflict, Invalid, NotAllowed
from projects.models import Project
from projects.services import projects
from tests import walk
from tests.cast import Cast

TEN_YEARS = timezone.localdate() + timedelta(days=3653)


def kept(cast: Cast, days: int = 0, who: str = "mara") -> Any:
    until = TEN_YEARS + timedelta(days=days)
    return projects.set_retention(project=cast.project, until=until, by=cast.actors[who]).retained_until


def test_before_a_release_the_date_moves_freely(cast: Cast) -> None:
    assert [kept(cast, days) for days in (0, 10, -10)] == [TEN_YEARS + timedelta(days=n) for n in (0, 10, -10)]
    assert selectors.events(cast.project.pk)[0].act == "project.retention_set"


@pytest.mark.slow
def test_after_a_release_it_only_moves_away(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(cast)
    walk.pass_gate(cast, 1)
    kept(cast, -1)
    monkeypatch.setattr(definitions.Gate, "releases", True)
    with pytest.raises(Conflict, match="released") as refused:
        kept(cast, -2)
    assert refused.value.data["retained_until"] == (TEN_YEARS - timedelta(days=1)).isoformat()
    assert kept(cast, 5) == TEN_YEARS + timedelta(days=5)


def test_it_lies_in_the_future_and_is_another(cast: Cast) -> None:
    for until in (timezone.localdate(), timezone.localdate() - timedelta(days=1)):
        with pytest.raises(Invalid):
            projects.set_retention(project=cast.project, until=until, by=cast.mara)
    kept(cast)
    with pytest.raises(Conflict):
        kept(cast)


def test_it_can_be_set_for_a_stopped_project(cast: Cast) -> None:
    projects.stop(project=cast.project, reason="No use.", by=cast.sven)
    assert kept(cast) == TEN_YEARS


@pytest.mark.parametrize("who", ["dana", "ada", "pipeline"])
def test_managers_alone_set_it(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        kept(cast, who=who)


def test_the_page_shows_and_sets_it(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.mara.user)
    assert "Say until when the trail is kept" in " ".join(client.get("/projects/churn/").content.decode().split())
    client.post(f"/projects/churn/do/retain/{cast.project.pk}", {"until": TEN_YEARS.isoformat()})
    assert f"Trail kept until {TEN_YEARS}" in " ".join(client.get("/projects/churn/").content.decode().split())


def test_the_page_of_a_stopped_project_offers_the_date_alone(cast: Cast) -> None:
    projects.stop(project=cast.project, reason="No use.", by=cast.sven)
    client = Client()
    client.force_login(cast.sven.user)
    page = client.get("/projects/churn/").content.decode()
    assert "Keep the trail until" in page
    assert "Stop for good" not in page


def test_the_api_shows_and_sets_it(cast: Cast, api: Any) -> None:
    assert api("mara", "get", "").json()["retained_until"] is None
    answer = api("mara", "post", "retention", {"until": TEN_YEARS.isoformat()})
    assert answer.json()["retained_until"] == TEN_YEARS.isoformat()
    assert Project.objects.get(slug="churn").retained_until == TEN_YEARS
