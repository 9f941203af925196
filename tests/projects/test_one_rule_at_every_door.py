"""What a page offers is what the service lets happen."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.actors import Actor
from accounts.models import ServiceToken
from catalogue.definitions import of
from compliance.services import reports
from crispmlq.errors import NotAllowed
from projects import access, page_selectors, work_selectors
from projects.models import Task
from projects.services import memberships, tasks
from tests import walk
from tests.cast import Cast, token_for


def page(cast: Cast, name: str, url: str) -> str:
    client = Client()
    client.force_login(cast.actors[name].user)
    return client.get(url).content.decode()


def test_approvals_list_a_task_for_those_alone_who_may_finish_it(cast: Cast) -> None:
    task = Task.objects.get(key="define-scope")
    tasks.start(task=task, by=cast.dana)
    tasks.check(task=task, done=[True] * len(task.checklist), by=cast.dana)
    tasks.hand_in(task=task, result="Done.", by=cast.dana)
    names = ("mara", "dana", "ursel")
    waiting = {name: [each.row for each in work_selectors.approvals(cast.actors[name])] for name in names}
    assert waiting == {"mara": [task], "dana": [], "ursel": []}


def test_the_decision_is_offered_to_managers_and_deciders_alone(cast: Cast) -> None:
    walk.prepare(cast, 1)
    walk.submit(cast, 1)
    offered = {name: "How does it end?" in page(cast, name, "/projects/churn/gates/1") for name in cast.actors
               if name not in {"otto", "root", "pipeline"}}  # fmt: skip
    assert {name for name, may in offered.items() if may} == {"mara", "sven", "dora", "dana"}


def test_projects_are_created_by_people_without_a_site_role(cast: Cast) -> None:
    may = {name for name, actor in cast.actors.items() if access.may_create(actor)}
    assert may == set(cast.actors) - {"pipeline", "ada", "root"}
    assert "/new-project" in page(cast, "otto", "/")
    assert "/new-project" not in page(cast, "ada", "/")


def test_a_reading_token_asks_for_no_report(cast: Cast) -> None:
    token_for("pipeline", cast.project, scope="read")
    with pytest.raises(NotAllowed, match="may only read"):
        reports.request(project=cast.project, by=Actor(cast.pipeline.user, token=ServiceToken.objects.get()))


def test_the_matrix_is_toned_by_the_limits_of_the_catalogue(cast: Cast) -> None:
    rating = of(cast.project.catalogue).rating
    chart = page_selectors.matrix({}, rating)
    assert {tone: chart.count(f"cell {tone}") for tone in ("low", "mid", "high")} == {"low": 6, "mid": 1, "high": 5}


def test_a_person_with_a_second_role_decides_by_it(cast: Cast) -> None:
    memberships.set_roles(project=cast.project, user=cast.milo.user, roles=["ml-expert", "sponsor"], by=cast.mara)
    walk.prepare(cast, 1)
    walk.submit(cast, 1)
    assert "How does it end?" in page(cast, "milo", "/projects/churn/gates/1")
