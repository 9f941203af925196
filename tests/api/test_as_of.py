"""The past by API: what the trail tells is what the tables said."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from audit import lines
from audit.guards import governed_models
from audit.past import Past
from projects.models import CriterionVersion, Project, Task
from projects.services import projects, tasks
from tests import doors, walk
from tests.cast import Cast

LISTS = sorted(
    re.sub("^api/v1/projects/<slug:slug>/?", "", path)
    for name, path in doors.own_paths().items()
    if name.startswith("api:") and set(re.findall("<.*?>", path)) == {"<slug:slug>"}
)
# What is computed from rows that have a past each, or takes a time of its own.
WITHOUT_PAST = {
    "events", "trail", "criteria-standing", "standing", "runs/comparison", "runs/ranking", "served", "monitoring",
    "monitoring-terms", "metrics", "signal-rules", "document-kinds",
    "compliance-record-types",
}  # fmt: skip


@pytest.fixture
def history(cast: Cast) -> Any:
    """Some work, a moment, and more work."""
    walk.approve_criteria(cast)
    walk.measure(cast, "validation")
    walk.accept_document(cast, "scope-document")
    walk.settle(cast, 1)
    return timezone.now()


@pytest.mark.parametrize("path", LISTS)
def test_as_of_now_is_what_is_there_now(api: Any, history: Any, path: str) -> None:
    live = api("ada", "get", path, {"limit": 500} if path else {})
    if live.status_code == 405 or path in WITHOUT_PAST:
        pytest.skip("no list, or the trail itself")
    past = api("ada", "get", path, ({"limit": 500} if path else {}) | {"as_of": timezone.now().isoformat()})
    assert past.status_code == 200, past.content
    told, shown = past.json(), live.json()
    if path:
        told, shown = told["results"], shown["results"]
    assert told == shown


def test_as_of_now_equals_every_live_row(cast: Cast, history: Any) -> None:
    past = Past(cast.project.pk, timezone.now())
    for model in governed_models():
        for row in past.rows(model):
            assert lines.values_of(row) == lines.values_of(model._base_manager.get(pk=row.pk))
    assert {row.pk for row in past.rows(Task)} == set(Task.objects.values_list("pk", flat=True))


def test_what_happened_since_is_not_shown(api: Any, cast: Cast, history: Any) -> None:
    tasks.start(task=Task.objects.get(key="define-scope"), by=cast.dana)
    projects.change(project=cast.project, name="Renamed", by=cast.mara)
    moment = {"as_of": history.isoformat()}
    assert api("ada", "get", "", moment).json()["name"] == "Churn"
    assert api("ada", "get", "").json()["name"] == "Renamed"
    then = api("ada", "get", "tasks/define-scope", moment)
    assert (then.json()["state"], then["As-Of"]) == ("to_do", history.isoformat())
    assert api("ada", "get", "tasks/define-scope").json()["state"] == "in_progress"


def test_what_came_to_a_row_later_is_not_in_its_past(cast: Cast) -> None:
    walk.approve_criteria(cast)
    before = timezone.now()
    walk.measure(cast, "validation")
    version = Past(cast.project.pk, before).rows(CriterionVersion)[0]
    assert list(version.measurements.all()) == []
    assert len(Past(cast.project.pk, timezone.now()).get(CriterionVersion, version.pk).measurements.all()) == 1


def test_before_it_began_there_is_nothing(api: Any, cast: Cast) -> None:
    before = {"as_of": "2020-01-01T00:00:00Z"}
    assert api("ada", "get", "", before).status_code == 404
    assert api("ada", "get", "tasks", before).json()["count"] == 0
    assert api("ada", "get", "tasks/define-scope", before).status_code == 404


@pytest.mark.parametrize("given", ["yesterday", "2026-13-01T00:00:00Z", "2026-11-24T10:00:00", "", "2026-11-24"])
def test_a_time_needs_its_zone(api: Any, given: str) -> None:
    answer = api("ada", "get", "tasks", {"as_of": given})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["as_of"])


def test_the_past_is_looked_at_and_not_changed(api: Any, cast: Cast) -> None:
    now = timezone.now().isoformat().replace("+", "%2B")
    assert api("dana", "post", f"tasks/define-scope/start?as_of={now}").status_code == 422
    assert api("ada", "get", "tasks", {"as_of": now, "state": "done"}).status_code == 422
    assert api("ada", "get", f"gates/gate-1-feasibility/readiness?as_of={now}").status_code == 422
    assert Task.objects.get(key="define-scope").state == "to_do"


def test_a_stranger_sees_no_past_either(api: Any) -> None:
    assert api("otto", "get", "tasks", {"as_of": timezone.now().isoformat()}).status_code == 404
    assert Project.objects.count() == 1
