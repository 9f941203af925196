"""Registering artefacts and versions: what is asked for, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from audit.trail import Event
from crispmlq.errors import Conflict, Invalid, NotAllowed
from projects.models import Risk
from registry.models import Artefact, ArtefactVersion, Edge
from registry.services import artefacts, versions
from registry.services.artefacts import Saying
from registry.services.references import Input
from registry.services.versions import Draft
from tests.artefacts import artefact, digest, model, version
from tests.cast import Cast


def test_a_model_without_data_or_code_is_refused_by_name(api: Any, cast: Cast) -> None:
    artefact(cast, "model", "churn-model")
    body = {"label": "1", "sha256": digest("m")}
    refused = api("pipeline", "post", "artefacts/churn-model/versions", body)
    assert refused.status_code == 422
    assert refused.json()["missing"] == ["dataset", "code"]
    version(cast, "dataset", "raw@1")
    refused = api("pipeline", "post", "artefacts/churn-model/versions", {**body, "inputs": [{"ref": "raw@1"}]})
    assert refused.json()["missing"] == ["code"]
    assert ArtefactVersion.objects.filter(artefact__key="churn-model").count() == 0


def test_a_version_is_stored_with_its_inputs_and_one_event(api: Any, cast: Cast) -> None:
    version(cast, "dataset", "raw@1")
    version(cast, "code", "training@1")
    artefact(cast, "model", "churn-model")
    before = Event.objects.filter(act="artefact_version.registered").count()
    answer = api(
        "pipeline", "post", "artefacts/churn-model/versions",
        {"label": "1", "sha256": digest("m"), "inputs": [{"ref": "raw@1"}, {"ref": "training@1"}]},
    )  # fmt: skip
    assert answer.status_code == 201
    assert [each["version"]["name"] for each in answer.json()["inputs"]] == ["raw@1", "training@1"]
    assert answer.json()["by_machine"] is True
    assert Event.objects.filter(act="artefact_version.registered").count() == before + 1
    shown = api("dana", "get", f"artefact-versions/{answer.json()['id']}")
    assert shown.json()["ref"] == "churn-model@1"


def test_changed_data_names_its_parent_reason_and_hash(cast: Cast) -> None:
    first = version(cast, "dataset", "raw@1")
    with pytest.raises(Invalid) as refusal:
        versions.register(artefact=first.artefact, draft=Draft(label="2", fields={"role": "raw"}), by=cast.dana)
    assert set(refusal.value.errors) == {"parent", "reason", "sha256"}
    same = Draft(label="2", parent="1", reason="More rows.", sha256=first.sha256, fields={"role": "raw"})
    with pytest.raises(Invalid) as refusal:
        versions.register(artefact=first.artefact, draft=same, by=cast.dana)
    assert "nothing changed" in refusal.value.errors["sha256"][0]


def test_a_gap_in_the_chain_is_refused_and_the_chain_is_shown(cast: Cast, client: Any) -> None:
    for label in "123":
        version(cast, "dataset", f"raw@{label}")
    found = Artefact.objects.get(key="raw")
    gap = Draft(label="4", parent="2", reason="More rows.", sha256=digest("x"), fields={"role": "raw"})
    with pytest.raises(Invalid) as refusal:
        versions.register(artefact=found, draft=gap, by=cast.dana)
    assert "no gap" in refusal.value.errors["parent"][0]
    assert [v.parent and v.parent.label for v in found.versions.all()] == [None, "1", "2"]
    client.force_login(cast.dana.user)
    page = client.get("/projects/churn/registry/artefacts/raw").content.decode()
    assert page.index(">3</a>") < page.index(">2</a>") < page.index(">1</a>")
    assert "As planned." in page


def test_a_pre_trained_part_names_source_version_and_licence(cast: Cast) -> None:
    version(cast, "dataset", "raw@1")
    version(cast, "code", "training@1")
    part = {"name": "encoder", "source": "hub", "version": "2.0"}
    with pytest.raises(Invalid) as refusal:
        version(cast, "model", "m@1", "raw@1", "training@1", **{"pre-trained-parts": [part]})
    assert "Licence" in refusal.value.errors["pre-trained-parts"][0]
    made = version(cast, "model", "m@1", "raw@1", "training@1", **{"pre-trained-parts": [{**part, "licence": "MIT"}]})
    assert made.fields["pre-trained-parts"][0]["licence"] == "MIT"


def test_an_external_part_needs_supplier_version_licence_and_owner(api: Any, cast: Cast) -> None:
    refused = api("dana", "post", "artefacts", {"kind": "external", "key": "geo", "name": "Geocoder"})
    assert set(refused.json()["errors"]) == {"supplier", "version", "licence", "owner"}
    values = {"supplier": "Acme", "version": "3.1", "licence": "Commercial"}
    body = {"kind": "external", "key": "geo", "name": "Geocoder", "owner": "olga", "values": values}
    assert api("dana", "post", "artefacts", body).status_code == 201
    assert api("dana", "get", "artefacts?kind=external").json()["results"][0]["values"]["supplier"] == "Acme"


def test_an_owner_is_a_person_of_the_project(cast: Cast) -> None:
    for stranger in ("otto", "pipeline", "nobody"):
        with pytest.raises(Invalid) as refusal:
            artefact(cast, "dataset", "raw", owner=stranger)
        assert "owner" in refusal.value.errors


def test_a_key_and_a_label_are_used_once(cast: Cast) -> None:
    first = version(cast, "code", "training@1")
    with pytest.raises(Invalid) as refusal:
        artefacts.register(project=cast.project, kind="code", key="training", saying=Saying(name="Again"), by=cast.dana)
    assert "key" in refusal.value.errors
    with pytest.raises(Invalid) as refusal:
        versions.register(artefact=first.artefact, draft=Draft(label="1"), by=cast.dana)
    assert "label" in refusal.value.errors


@pytest.mark.parametrize("who", ["ursel", "ada"])
def test_onlookers_register_nothing(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        artefacts.register(project=cast.project, kind="code", key="x", saying=Saying(name="X"), by=cast.actors[who])
    assert not Artefact.objects.exists()


def test_a_source_that_is_replicated_nowhere_enters_a_risk(cast: Cast) -> None:
    artefact(cast, "data-source", "crm", replication="none")
    risk = Risk.objects.get(project=cast.project, key="own-lost-crm")
    assert (risk.state, risk.phase.number) == ("identified", 1)


def test_the_form_of_a_source_asks_for_replication(client: Any, cast: Cast) -> None:
    client.force_login(cast.dana.user)
    assert "Replication" in client.get("/projects/churn/registry/new/data-source").content.decode()
    answer = client.post(
        "/projects/churn/registry/new/data-source", {"key": "crm", "name": "CRM", "personal-data": "no"}
    )
    assert "This is needed." in answer.content.decode()
    assert not Artefact.objects.exists()


def test_a_manual_step_enters_a_risk_once(cast: Cast) -> None:
    version(cast, "dataset", "raw@1", step="typed in", step_mode="manual")
    version(cast, "dataset", "raw@2", step="typed in", step_mode="manual")
    assert Risk.objects.filter(project=cast.project, key="own-manual-raw").count() == 1


def test_a_model_made_from_a_model_enters_a_risk(cast: Cast) -> None:
    model(cast, "a@1")
    version(cast, "model", "b@1", "a@1", "raw@1", "training@1")
    risk = Risk.objects.get(project=cast.project, key="own-upstream-b")
    assert (risk.state, risk.phase.number) == ("identified", 6)


def test_a_circle_is_refused_with_the_way_round(api: Any, cast: Cast) -> None:
    a = model(cast, "a@1")
    version(cast, "model", "b@1", "a@1", "raw@1", "training@1")
    version(cast, "model", "c@1", "b@1", "raw@1", "training@1")
    refused = api("dana", "post", f"artefact-versions/{a.pk}/inputs", {"ref": "c@1", "reason": "It learns from it."})
    assert refused.status_code == 409
    assert refused.json()["path"] == ["a@1", "b@1", "c@1", "a@1"]
    assert not Edge.objects.filter(target=a, source__ref="c@1").exists()


def test_a_forgotten_input_is_added(cast: Cast) -> None:
    model(cast, "a@1")
    b = version(cast, "model", "b@1", "raw@1", "training@1")
    versions.link(version=b, source=Input("a@1"), reason="Was forgotten.", by=cast.dana)
    assert Edge.objects.filter(target=b, source__ref="a@1").exists()
    assert Risk.objects.filter(key="own-upstream-b").exists()
    with pytest.raises(Conflict):
        versions.link(version=b, source=Input("a@1"), reason="Again.", by=cast.dana)


def test_feedback_from_production_is_judged_before_a_model_learns_from_it(cast: Cast) -> None:
    version(cast, "code", "training@1")
    fed = version(cast, "dataset", "feedback@1", origin="production")
    with pytest.raises(Invalid) as refusal:
        version(cast, "model", "m@1", "feedback@1", "training@1")
    assert "a passed check and an entry in the register of feedback loops" in refusal.value.errors["inputs"][0]
    versions.check(version=fed, result="passed", by=cast.dana)
    fed = version(cast, "dataset", "feedback@2", origin="production", **{"feedback-loop": "Offers change behaviour."})
    versions.check(version=fed, result="passed", by=cast.dana)
    assert version(cast, "model", "m@1", "feedback@2", "training@1").pk


def test_nothing_new_is_made_from_what_is_retired(cast: Cast) -> None:
    raw = version(cast, "dataset", "raw@1")
    versions.retire(version=raw, reason="Old contract.", by=cast.dana)
    with pytest.raises(Invalid) as refusal:
        version(cast, "dataset", "prepared@1", "raw@1", role="prepared")
    assert "retired" in refusal.value.errors["inputs"][0]
    versions.clear(version=raw, reason="It was renewed.", by=cast.dana)
    assert version(cast, "dataset", "prepared@1", "raw@1", role="prepared").pk


def test_the_steps_parameters_are_stored_with_the_version(cast: Cast) -> None:
    parameters = [{"name": "mean", "value": "12.5"}, {"name": "std", "value": "3"}]
    made = version(cast, "dataset", "scaled@1", step="standardise", parameters=parameters)
    assert made.fields["parameters"] == parameters


def test_nothing_is_left_behind_when_the_event_can_not_be_written(cast: Cast, monkeypatch: Any) -> None:
    from audit.acts import Act

    raw = artefact(cast, "dataset", "raw")

    def fail(_: Any) -> None:
        raise OSError

    monkeypatch.setattr(Act, "store", fail)
    with pytest.raises(OSError):
        versions.register(
            artefact=raw, draft=Draft(label="1", sha256=digest("1"), fields={"role": "raw"}), by=cast.dana
        )
    assert not ArtefactVersion.objects.exists()
