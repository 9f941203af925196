"""Rows of a log as the tables have them are those the trail tells of, and know each other as these do."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.actors import SYSTEM_LOG
from audit.governed import GovernedModel
from audit.guards import governed_models
from audit.past import Past, Present
from projects.models import Criterion, CriterionVersion, Decision, Evaluation, Membership, Phase, Project, Risk, Task
from projects.services import gates
from releases.models import Increment, Release
from tests import released, walk
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def told(row: GovernedModel) -> dict[str, Any]:
    """Its values as both makers have them; the trail does not repeat its own hashes, nor what is secret."""
    beside = {"audit_head", *row.audit_secret}
    return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.name not in beside}


def related(row: GovernedModel) -> dict[str, Any]:
    """Ids behind every relation among governed rows, forward and backward."""
    found: dict[str, Any] = {f.name: _pk(getattr(row, f.name)) for f in row._meta.concrete_fields if f.is_relation}
    for relation in row._meta.related_objects:
        name = relation.get_accessor_name()
        if name and not name.endswith("+") and issubclass(relation.related_model, GovernedModel):
            if relation.one_to_one:
                found[name] = _pk(getattr(row, name, None))
            else:
                found[name] = [_pk(each) for each in getattr(row, name).all()]
    return found


def _pk(row: GovernedModel | None) -> Any:
    return row and row.pk


@pytest.fixture
def walked(cast: Cast) -> Cast:
    """A project with rows of most kinds: a phase passed, models, runs, and two releases."""
    walk.prepare(cast, 1)
    released.released_material(cast)
    for model in ("model@1", "model@2"):
        released.released(cast, model)
    return cast


def test_every_row_has_the_values_and_relations_that_the_trail_tells(walked: Cast) -> None:
    log_id = walked.project.pk
    now, then = Present(log_id), Past(log_id, timezone.now())
    kinds = {model for model in governed_models() if then.rows(model)}
    assert {Project, Membership, Risk, Decision, Increment} <= kinds
    for model in governed_models():
        assert [told(row) for row in now.rows(model)] == [told(row) for row in then.rows(model)], model
        assert [related(row) for row in now.rows(model)] == [related(row) for row in then.rows(model)], model


def test_rows_stand_in_the_order_of_the_tables(walked: Cast) -> None:
    now = Present(walked.project.pk)
    for model in (Task, Increment, Release, CriterionVersion, Membership):
        of_table = model.objects.filter(project=walked.project).values_list("pk", flat=True)
        assert [row.pk for row in now.rows(model)] == list(of_table), model


def test_a_model_is_read_once_however_many_rows_are_looked_at(walked: Cast) -> None:
    now = Present(walked.project.pk)
    with CaptureQueriesContext(connection) as queries:
        tasks = now.rows(Task)
        assert len(tasks) > 50
        assert {task.phase.project.slug for task in tasks} == {"churn"}
        assert {task.pk for phase in now.rows(Phase) for task in phase.task_set.all()} == {task.pk for task in tasks}
    assert len(queries) == 3  # tasks, phases, the project


def test_accounts_are_read_together(walked: Cast) -> None:
    now = Present(walked.project.pk)
    with CaptureQueriesContext(connection) as queries:
        assert "mara" in {membership.user.username for membership in now.rows(Membership)}
        assert len(queries) == 2


def test_what_does_not_exist_is_known_not_to(cast: Cast) -> None:
    """Neither is it looked up row by row, nor is what came later found in the past."""
    walk.prepare(cast, 1)
    evaluation = walk.submit(cast, 1)
    before, now = timezone.now(), Present(cast.project.pk)
    assert [getattr(each, "decision", None) for each in now.rows(Evaluation)] == [None]
    with CaptureQueriesContext(connection) as queries:
        assert getattr(now.rows(Evaluation)[0], "decision", None) is None
    assert len(queries) == 0
    walk.sign_all(cast, evaluation)
    passed = gates.Resolution(outcome="pass", reason="All is there.")
    gates.decide(evaluation=evaluation, resolution=passed, by=cast.mara)
    then = Past(cast.project.pk, before)
    assert [getattr(each, "decision", None) for each in then.rows(Evaluation)] == [None]


def test_only_rows_of_its_own_log_are_there(cast: Cast) -> None:
    now = Present(cast.project.pk)
    assert [project.slug for project in now.rows(Project)] == ["churn"]
    assert now.get(Project, cast.project.pk).name == "Churn"
    assert now.get(Criterion, cast.project.pk) is None
    assert now.rows(type(cast.mara.user)) == []
    assert cast.mara.user in Present(SYSTEM_LOG).rows(type(cast.mara.user))
