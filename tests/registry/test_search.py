"""The registry over projects: found by name, version or hash, as far as one may see."""

from __future__ import annotations

from typing import Any

import pytest

from registry.models import ArtefactVersion
from registry.services import artefacts
from registry.services.artefacts import Saying
from tests.artefacts import artefact, digest, model, version
from tests.cast import Cast
from tests.registry.test_marks import other_project


@pytest.mark.parametrize("text", ["Churn-mod", "churn-model", "@1", digest("churn-model@1")[:10]])
def test_a_model_is_found_by_name_version_or_hash(api: Any, cast: Cast, client: Any, text: str) -> None:
    model(cast)
    found = api("dana", "get", "/api/v1/registry", {"q": text, "kind": "model"}).json()["results"]
    assert [(row["ref"], row["owner"], row["state"], row["project"]) for row in found] == [
        ("churn-model@1", "olga", "registered", "churn")
    ]
    client.force_login(cast.dana.user)
    assert "churn-model@1" in client.get("/registry", {"q": text}).content.decode()
    assert "Churn-model" in client.get("/projects/churn/registry", {"q": text}).content.decode()


def test_what_does_not_fit_is_not_found(api: Any, cast: Cast) -> None:
    model(cast)
    assert api("dana", "get", "/api/v1/registry", {"q": "nothing"}).json()["results"] == []


def test_only_ones_own_projects_are_searched(api: Any, cast: Cast) -> None:
    version(cast, "dataset", "secret@1", project=other_project(cast))
    assert api("dana", "get", "/api/v1/registry").json()["results"] == []
    assert [row["ref"] for row in api("olga", "get", "/api/v1/registry").json()["results"]] == ["secret@1"]
    assert [row["ref"] for row in api("ada", "get", "/api/v1/registry").json()["results"]] == ["secret@1"]


def test_the_page_of_a_source_lists_who_uses_it_over_projects(cast: Cast, client: Any) -> None:
    model(cast)
    offers = other_project(cast)
    version(cast, "dataset", "own@1", "churn/crm@1", project=offers)
    client.force_login(cast.mara.user)
    page = client.get("/projects/churn/registry/artefacts/crm").content.decode()
    assert "offers/own@1" in page
    assert "churn-model@1" in page
    client.force_login(cast.dana.user)
    page = client.get("/projects/churn/registry/artefacts/crm").content.decode()
    assert "own@1" not in page
    assert "1 in other projects, which you may not read" in page


def test_what_is_said_of_a_source_keeps_its_history(api: Any, cast: Cast) -> None:
    crm = artefact(cast, "data-source", "crm")
    etag = api("dana", "get", "artefacts/crm")["ETag"]
    body = {"name": "CRM", "owner": "dana", "values": crm.fields, "reason": "Olga moves on."}
    assert api("dana", "patch", "artefacts/crm", body).status_code == 428
    assert api("dana", "patch", "artefacts/crm", body, if_match=etag).status_code == 200
    assert api("dana", "patch", "artefacts/crm", body, if_match=etag).status_code == 412
    event = api("dana", "get", "events", {"act": "artefact.changed"}).json()[0]
    changed = {field["field"]: (field["before"], field["after"]) for field in event["changes"][0]["fields"]}
    assert changed["name"] == ("Crm", "CRM")
    assert event["reason"] == "Olga moves on."


def test_the_datasheet_of_a_source_has_seven_sections(cast: Cast, client: Any) -> None:
    model(cast)
    client.force_login(cast.dana.user)
    page = client.get("/projects/churn/registry/artefacts/crm").content.decode()
    for title in ("Motivation", "Composition", "Collection", "Preparation", "Uses", "Distribution", "Maintenance"):
        assert f"<h3>{title}</h3>" in page
    assert "prepared@1: prepare (automated)" in page


def test_forms_register_an_artefact_and_its_versions(cast: Cast, client: Any) -> None:
    client.force_login(cast.dana.user)
    said = {"key": "raw", "name": "Raw data", "owner": "olga"}
    assert client.post("/projects/churn/registry/new/dataset", said).status_code == 302
    first = {"label": "1", "sha256": digest("1"), "role": "raw"}
    assert client.post("/projects/churn/registry/artefacts/raw/new-version", first).status_code == 302
    refused = client.post("/projects/churn/registry/artefacts/raw/new-version", {**first, "label": "2"})
    assert "The chain may have no gap" in refused.content.decode()
    second = {**first, "label": "2", "sha256": digest("2"), "parent": "1", "reason": "More rows."}
    assert client.post("/projects/churn/registry/artefacts/raw/new-version", second).status_code == 302
    assert ArtefactVersion.objects.get(ref="raw@2").parent.label == "1"


def test_a_form_changes_what_is_said(cast: Cast, client: Any) -> None:
    artefact(cast, "code", "training")
    client.force_login(cast.dana.user)
    shown = client.get("/projects/churn/registry/artefacts/training/edit").content.decode()
    assert 'value="Training"' in shown
    said = {"name": "Training code", "owner": "dana", "repository": "git/training", "reason": "Named."}
    assert client.post("/projects/churn/registry/artefacts/training/edit", said).status_code == 302
    refused = client.post("/projects/churn/registry/artefacts/training/edit", said)
    assert "Nothing was changed" in refused.content.decode()


def test_a_new_owner_is_told(cast: Cast) -> None:
    from notices.models import Notice

    row = artefact(cast, "code", "training", owner="")
    artefacts.change(artefact=row, saying=Saying(name="Training", owner="enzo"), reason="Named.", by=cast.dana)
    assert Notice.objects.filter(to=cast.enzo.user, text__contains="You own “Training” now").exists()


def test_what_a_change_leaves_out_stays_as_it_is(api: Any, cast: Cast) -> None:
    crm = artefact(cast, "data-source", "crm")
    etag = api("dana", "get", "artefacts/crm")["ETag"]
    body = {"name": "All customers", "reason": "The name was too narrow."}
    changed = api("dana", "patch", "artefacts/crm", body, if_match=etag).json()
    assert (changed["name"], changed["owner"], changed["description"]) == ("All customers", "olga", crm.description)
    assert changed["values"] == crm.fields != {}
