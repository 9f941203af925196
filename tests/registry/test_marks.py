"""What speaks against relying on a version: errors upstream, changes upstream, and what their owners answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import Actor
from crispmlq.errors import Conflict, Invalid, NotAllowed
from notices.models import Notice
from projects.models import Project
from projects.services import memberships, projects
from registry import marks as marking
from registry.models import ArtefactVersion
from registry.services import changes, versions
from tests.artefacts import artefact, digest, model, version
from tests.cast import Cast


def marks_of(row: ArtefactVersion) -> list[str]:
    return [mark.kind for mark in marking.marks([row])[row.pk]]


def get(ref: str) -> ArtefactVersion:
    return ArtefactVersion.objects.get(ref=ref)


def test_new_data_makes_what_was_made_from_it_refer_to_an_older_version(api: Any, cast: Cast) -> None:
    made = model(cast)
    body = {
        "label": "2", "parent": "1", "reason": "A new quarter.", "sha256": digest("raw 2"), "values": {"role": "raw"},
    }  # fmt: skip
    assert api("pipeline", "post", "artefacts/raw/versions", body).status_code == 201
    standing = api("dana", "get", f"artefact-versions/{made.pk}/standing").json()
    assert [(m["kind"], m["cause"]["name"], m["awaits_answer"]) for m in standing["marks"]] == [
        ("upstream_changed", "raw@2", True)
    ]
    assert Notice.objects.filter(to=cast.olga.user, key__contains="upstream.changed").count() == 1


def test_the_page_says_that_it_refers_to_an_older_version(client: Any, cast: Cast) -> None:
    made = model(cast)
    version(cast, "code", "training@2")
    client.force_login(cast.olga.user)
    page = client.get(f"/projects/churn/registry/versions/{made.pk}").content.decode()
    assert "It refers to an older version" in page
    assert "training@2" in page
    assert "churn-model@1" in client.get("/projects/churn/registry").content.decode()


def test_the_owner_confirms_and_the_mark_is_gone_until_the_next_change(api: Any, cast: Cast) -> None:
    made = model(cast)
    changed = version(cast, "dataset", "raw@2")
    body = {"verdict": "confirmed", "note": "Compared the distributions.", "to_version": str(changed.pk)}
    assert api("dana", "post", f"artefact-versions/{made.pk}/answers", body).status_code == 403
    assert marks_of(made) == ["upstream_changed"]
    assert api("olga", "post", f"artefact-versions/{made.pk}/answers", body).status_code == 201
    assert marks_of(made) == []
    version(cast, "dataset", "raw@3")
    assert marks_of(made) == ["upstream_changed"]


def test_an_objection_stays_to_be_seen(cast: Cast) -> None:
    made = model(cast)
    changed = version(cast, "dataset", "raw@2")
    changes.answer(version=made, verdict="objected", note="A unit changed.", to_version=changed, by=cast.olga)
    assert marks_of(made) == ["objected"]


def test_an_answer_is_to_a_change_upstream(cast: Cast) -> None:
    made = model(cast)
    other = version(cast, "dataset", "other@1")
    with pytest.raises(Conflict):
        changes.answer(version=made, verdict="confirmed", note="Fine.", to_version=other, by=cast.olga)
    with pytest.raises(Invalid):
        changes.answer(version=made, verdict="confirmed", note="Fine.", by=cast.olga)
    with pytest.raises(NotAllowed):
        changes.answer(version=made, verdict="confirmed", note="Fine.", to_version=other, by=cast.pipeline)


def test_a_version_that_has_been_replaced_is_history(cast: Cast) -> None:
    old = model(cast)
    version(cast, "dataset", "raw@2")
    version(cast, "dataset", "prepared@2", "raw@2", role="prepared")
    new = model(cast, "churn-model@2", data="prepared@2")
    assert (marks_of(old), marks_of(new)) == ([], [])


def test_a_change_of_a_model_marks_the_model_it_feeds_in_another_project(api: Any, cast: Cast) -> None:
    feeding = model(cast, "a@1")
    offers = other_project(cast)
    version(cast, "dataset", "own@1", project=offers)
    version(cast, "code", "train@1", project=offers)
    fed = version(cast, "model", "b@1", "own@1", "train@1", "churn/a@1", project=offers)
    model(cast, "a@2")
    assert marks_of(fed) == ["upstream_changed"]
    notice = Notice.objects.get(to=cast.olga.user, project_id=offers.pk, key__contains="upstream.changed")
    assert "b@1" in notice.text
    assert "a@" not in notice.text
    changes.answer(version=fed, verdict="confirmed", note="Same scores.", to_version=get("a@2"), by=cast.olga)
    assert marks_of(fed) == []
    assert marks_of(feeding) == []


def test_strangers_see_a_version_of_another_project_without_its_name(api: Any, cast: Cast, client: Any) -> None:
    model(cast, "a@1")
    offers = other_project(cast)
    memberships.set_roles(project=offers, user=cast.otto.user, roles=["data-scientist"], by=cast.mara)
    version(cast, "dataset", "own@1", project=offers)
    version(cast, "code", "train@1", project=offers)
    fed = version(cast, "model", "b@1", "own@1", "train@1", "churn/a@1", project=offers)
    seen = api("otto", "get", f"/api/v1/projects/offers/artefact-versions/{fed.pk}").json()["inputs"]
    assert seen[2]["version"] == {"id": None, "name": "a version of another project", "kind": None}
    client.force_login(cast.otto.user)
    page = client.get(f"/projects/offers/registry/versions/{fed.pk}").content.decode()
    assert "a version of another project" in page
    assert "a@1" not in page
    assert "crm@1" not in page
    users = api("mara", "get", "artefacts/a/users").json()
    assert [each["name"] for each in users] == ["offers/b@1"]


def test_who_is_no_member_there_can_not_build_on_another_project(cast: Cast) -> None:
    model(cast, "a@1")
    offers = other_project(cast)
    memberships.set_roles(project=offers, user=cast.otto.user, roles=["data-scientist"], by=cast.mara)
    with pytest.raises(Invalid) as refusal:
        version(cast, "dataset", "own@1", "churn/raw@1", project=offers, by=cast.otto)
    assert "inputs" in refusal.value.errors


def test_a_failed_check_of_a_step_affects_what_comes_after(api: Any, cast: Cast) -> None:
    made = model(cast)
    prepared = get("prepared@1")
    answer = api("pipeline", "post", f"artefact-versions/{prepared.pk}/checks", {"result": "failed", "note": "Nulls."})
    assert answer.status_code == 200
    assert marks_of(get("raw@1")) == []
    assert marks_of(get("prepared@1")) == ["check_failed"]
    assert marks_of(made) == ["affected"]
    nodes = api("dana", "get", f"artefact-versions/{made.pk}/lineage").json()["nodes"]
    assert {n["version"]["name"]: n["marks"] for n in nodes if n["marks"]} == {
        "prepared@1": ["Check failed"], "churn-model@1": ["Affected"],
    }  # fmt: skip


def test_a_failed_check_says_what_failed(cast: Cast) -> None:
    raw = version(cast, "dataset", "raw@1")
    with pytest.raises(Invalid):
        versions.check(version=raw, result="failed", by=cast.dana)
    with pytest.raises(Invalid):
        versions.check(version=raw, result="so-so", by=cast.dana)


def test_an_error_found_in_data_affects_everything_made_from_it(cast: Cast) -> None:
    made = model(cast)
    versions.report_fault(version=get("raw@1"), reason="Two exports were mixed.", by=cast.enzo)
    assert marks_of(get("raw@1")) == ["faulty"]
    assert (marks_of(get("prepared@1")), marks_of(made)) == (["affected"], ["affected"])
    assert marks_of(get("training@1")) == []
    assert Notice.objects.filter(to=cast.olga.user, key__contains="upstream.faulty").count() == 1
    versions.clear(version=get("raw@1"), reason="It was the report.", by=cast.enzo)
    assert marks_of(made) == []


def test_a_model_that_feeds_itself_by_another_is_flagged(cast: Cast) -> None:
    model(cast, "a@1")
    version(cast, "model", "b@1", "a@1", "raw@1", "training@1")
    again = version(cast, "model", "a@2", "b@1", "raw@1", "training@1")
    assert "loop" in marks_of(again)


def test_an_announcement_asks_those_who_depend_on_it(api: Any, cast: Cast) -> None:
    made = model(cast)
    crm = artefact(cast, "data-source", "crm")
    on = (timezone.localdate() + timedelta(days=30)).isoformat()
    body = {"text": "The field tenure goes.", "effective_on": on}
    assert api("dana", "post", "artefacts/crm/announcements", body).status_code == 403
    announced = api("olga", "post", "artefacts/crm/announcements", body)
    assert announced.status_code == 201
    assert marks_of(made) == ["change_announced"]
    assert Notice.objects.filter(to=cast.olga.user, key__contains="upstream.announced").count() == 1
    objection = {"verdict": "objected", "note": "We need tenure.", "to_announcement": announced.json()["id"]}
    assert api("olga", "post", f"artefact-versions/{made.pk}/answers", objection).status_code == 201
    shown = api("mara", "get", "announcements").json()["results"]
    assert shown[0]["objections"] == ["We need tenure."]
    assert marks_of(made) == ["objected"]
    late = {**body, "effective_on": "2020-01-01"}
    assert api("olga", "post", f"artefacts/{crm.key}/announcements", late).status_code == 422


def other_project(cast: Cast) -> Project:
    mara: Actor = cast.mara
    project = projects.create(slug="offers", name="Offers", purpose="Win customers back.", by=mara)
    memberships.set_roles(project=project, user=cast.olga.user, roles=["model-owner"], by=mara)
    projects.start(project=project, by=mara)
    return project
