"""A project that begins like another: choices and structure are taken over, evidence, decisions and trail are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from audit import SYSTEM_LOG
from audit.models import Event
from audit.selectors import events
from crispmlq.errors import Conflict, Invalid, NotAllowed, NotFound
from projects import blueprints
from projects.access import NoRight
from projects.models import CriterionVersion, Measurement, Project, ProjectTemplate, QAMethod, Revision, Risk, Task
from projects.services import projects, qa_methods, requirements, risks, tasks, templates
from tests import walk
from tests.cast import Cast


@pytest.fixture
def worked_on(cast: Cast) -> Cast:
    """With rows of its own, choices, evidence, a measured criterion and a rated risk."""
    phase = cast.project.phase_set.get(number=1)
    tasks.add(phase=phase, name="Ask", aim="To know.", by=cast.dana)
    requirements.add(phase=phase, kind="constraint", text="No cloud.", by=cast.dora)
    risks.add(
        phase=phase, name="Flood", what_goes_wrong="Water.", category="operational", severity="low",
        likelihood="rare", by=cast.dora,
    )  # fmt: skip
    left = Task.objects.filter(project=cast.project, is_required=False, state="to_do", phase__number=1).first()
    if left:
        tasks.set_not_applicable(task=left, reason="No need.", by=cast.dana)
    qa_methods.plan(method=QAMethod.objects.filter(project=cast.project).first(), by=cast.dana)
    walk.approve_criteria(cast)
    walk.measure(cast, "forecast")
    walk.accept_document(cast, "scope-document")
    risks.rate(
        risk=Risk.objects.get(key="contradictory-objectives"),
        severity="low",
        likelihood="rare",
        reason="Seen.",
        by=cast.dora,
    )
    return cast


def structure(project: Project) -> dict[str, Any]:
    """What is taken over, with what the process brings."""
    body = blueprints.body_of(project)
    keys = {task.key for task in project.task_set.all()}, {risk.key for risk in project.risk_set.all()}
    return {**body, "keys": keys, "left_out": set(body["left_out"])}


def test_a_copy_takes_over_structure_and_choices_and_nothing_else(worked_on: Cast) -> None:
    cast = worked_on
    like = blueprints.of_project(cast.project)
    copy = projects.create(slug="copy", name="Copy", purpose="Again.", by=cast.milo, like=like)
    assert structure(copy) == structure(cast.project)
    assert copy.catalogue == cast.project.catalogue
    assert not Measurement.objects.filter(project=copy).exists()
    assert not Revision.objects.filter(project=copy).exists()
    assert set(copy.risk_set.values_list("state", flat=True)) == {"identified"}
    assert set(CriterionVersion.objects.filter(project=copy).values_list("state", flat=True)) == {"draft"}
    assert [m.user for m in copy.membership_set.all()] == [cast.milo.user]
    (first,) = events(copy.pk)
    assert (first.act, Event.objects.filter(log_id=copy.pk).count()) == ("project.created_like", 1)
    assert first.reason == f"the project “Churn” ({cast.project.pk})"


def test_given_answers_go_before_those_of_the_other(worked_on: Cast) -> None:
    question = walk.of(worked_on.project.catalogue).questions[0]
    other = next(o["key"] for o in question.options if o["key"] != worked_on.project.answers[question.key])
    copy = projects.create(
        slug="copy", name="Copy", purpose="Again.", by=worked_on.milo, answers={question.key: other},
        kind="proof_of_concept", like=blueprints.of_project(worked_on.project),
    )  # fmt: skip
    assert (copy.answers[question.key], copy.kind) == (other, "proof_of_concept")
    assert {**copy.answers, question.key: ""} == {**worked_on.project.answers, question.key: ""}


def test_a_template_gives_the_same_project_with_an_empty_trail(worked_on: Cast, api: Callable[..., Any]) -> None:
    cast = worked_on
    given = {"project": "churn", "name": "Churn kit", "description": "For subscriptions."}
    made = api("mara", "post", "/api/v1/templates", given)
    assert (made.status_code, made.json()["project_name"]) == (201, "Churn")
    assert events(SYSTEM_LOG, act="template.saved", limit=1)[0].sentence == "saved the template “Churn kit”"
    tasks.add(phase=cast.project.phase_set.get(number=1), name="Later", aim="Not in it.", by=cast.dana)
    new = {"slug": "new", "name": "New", "purpose": "More.", "template": made.json()["id"]}
    answer = api("otto", "post", "/api/v1/projects", new)
    assert answer.status_code == 201
    project = Project.objects.get(slug="new")
    assert blueprints.body_of(project) == ProjectTemplate.objects.get().body
    (first,) = events(project.pk)
    assert first.sentence.startswith("created the project like the template “Churn kit”")


def test_the_page_offers_templates_and_ones_own_projects(worked_on: Cast) -> None:
    client = Client()
    client.force_login(worked_on.mara.user)
    url = f"/projects/churn/do/save-template/{worked_on.project.pk}"
    assert client.post(url, {"name": "Churn kit", "description": ""}).status_code == 302
    template = ProjectTemplate.objects.get()
    page = client.get("/new-project").content.decode()
    assert f'value="template:{template.pk}"' in page
    assert 'value="project:churn"' in page
    chosen = client.get("/new-project", {"like": "project:churn"}).content.decode()
    assert "Takes over from the project “Churn”" in chosen
    given = {"slug": "new", "name": "New", "purpose": "P", "kind": "full", "like": f"template:{template.pk}"}
    assert client.post("/new-project", given)["Location"] == "/projects/new/"
    assert Project.objects.get(slug="new").task_set.filter(name="Ask").exists()


@pytest.mark.parametrize("like", ["project:churn", "template:nothing", "template:", "project:none"])
def test_what_one_may_not_see_can_not_be_copied(cast: Cast, like: str) -> None:
    client = Client()
    client.force_login(cast.otto.user)
    assert client.get("/new-project", {"like": like}).status_code == 404
    given = {"slug": "new", "name": "New", "purpose": "P", "kind": "full", "like": like}
    assert client.post("/new-project", given).status_code == 404
    assert Project.objects.count() == 1


def test_the_api_copies_what_one_may_see(worked_on: Cast, api: Callable[..., Any]) -> None:
    new = {"slug": "copy", "name": "Copy", "purpose": "Again.", "like": "churn"}
    assert api("otto", "post", "/api/v1/projects", new).status_code == 404
    assert api("dana", "post", "/api/v1/projects", new).status_code == 201
    bad = {**new, "slug": "other", "like": "", "template": "x"}
    assert api("dana", "post", "/api/v1/projects", {**bad, "like": "none"}).status_code in {404, 422}
    del bad["like"]
    assert api("dana", "post", "/api/v1/projects", bad).status_code == 404
    assert Project.objects.count() == 2


def test_a_template_is_saved_by_who_manages_and_once_under_a_name(cast: Cast, api: Callable[..., Any]) -> None:
    for name in ("dana", "ursel", "ada"):
        with pytest.raises(NoRight):
            templates.save(project=cast.project, name="Kit", by=cast.actors[name])
    with pytest.raises(NotFound):
        templates.save(project=cast.project, name="Kit", by=cast.otto)
    template = templates.save(project=cast.project, name="Kit", by=cast.mara)
    for name in ("Kit", " ", "x" * 121):
        with pytest.raises(Invalid):
            templates.save(project=cast.project, name=name, by=cast.mara)
    with pytest.raises(NotAllowed):
        templates.retire(template=template, by=cast.sven)
    assert api("root", "post", f"/api/v1/templates/{template.pk}/retire").status_code == 200
    assert api("dana", "get", "/api/v1/templates").json()["count"] == 0
    with pytest.raises(Conflict):
        templates.retire(template=template, by=cast.mara)
    with pytest.raises(NotFound):
        templates.find(str(template.pk))
    assert templates.save(project=cast.project, name="Kit", by=cast.mara)
