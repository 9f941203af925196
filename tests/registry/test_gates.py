"""What gates ask of the registry, each refused until it is there."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.services import users
from audit import SYSTEM
from projects.gates import standing
from projects.gates.rules import Verdict
from projects.services import memberships
from registry.models import Artefact, ArtefactVersion
from registry.services import artefacts, changes
from registry.services.artefacts import Saying
from tests import walk
from tests.artefacts import artefact, model, parts, profile, version
from tests.cast import Cast


def verdict(cast: Cast, number: int, check: str) -> Verdict:
    gate = cast.project.gate_set.select_related("phase").get(phase__number=number)
    gate.project = cast.project
    return next(v for v in standing.readiness(gate).verdicts if v.check == check)


def test_gate_1_asks_for_a_version_of_the_data(cast: Cast) -> None:
    assert verdict(cast, 1, "g1-data-versioned").blocks
    version(cast, "dataset", "raw@1")
    found = verdict(cast, 1, "g1-data-versioned")
    assert (found.verdict, found.because) == ("met", "Registered: raw@1.")
    assert found.links == [{"type": "artefact", "key": "raw"}]


@pytest.mark.parametrize(
    ("check", "field"),
    [("g1-sources-purpose", "purpose"), ("g1-sources-use", "path-of-use"), ("g1-sources-basis", "legal-basis")],
)
def test_gate_1_asks_what_is_known_of_each_source(cast: Cast, check: str, field: str) -> None:
    assert verdict(cast, 1, check).verdict == "unknown"
    silent = artefact(cast, "data-source", "crm", **{field: ""})
    found = verdict(cast, 1, check)
    assert found.blocks
    assert "Crm" in found.because
    said = {**silent.fields, field: "Something that holds."}
    artefacts.change(
        artefact=silent, saying=Saying(name="Crm", owner="olga", fields=said), reason="Asked.", by=cast.dana
    )
    assert verdict(cast, 1, check).verdict == "met"


def test_a_source_without_personal_data_needs_no_legal_basis(cast: Cast) -> None:
    artefact(cast, "data-source", "weather", **{"personal-data": "no", "legal-basis": ""})
    assert verdict(cast, 1, "g1-sources-basis").verdict == "met"


def test_a_source_needs_an_owner_who_is_active(cast: Cast, client: Any) -> None:
    crm = artefact(cast, "data-source", "crm", owner="")
    assert verdict(cast, 1, "g1-sources-owner").blocks
    artefacts.change(
        artefact=crm, saying=Saying(name="Crm", owner="olga", fields=crm.fields), reason="Named.", by=cast.dana
    )
    assert verdict(cast, 1, "g1-sources-owner").verdict == "met"
    users.deactivate(user=cast.olga.user, by=SYSTEM)
    assert verdict(cast, 1, "g1-sources-owner").blocks
    client.force_login(cast.mara.user)
    page = client.get("/projects/churn/registry").content.decode()
    assert "Name a successor" in page
    assert "Olga is no longer active" in page


def test_an_owner_who_left_the_project_is_no_active_owner(cast: Cast) -> None:
    artefact(cast, "data-source", "crm")
    memberships.set_roles(project=cast.project, user=cast.olga.user, roles=[], by=cast.mara)
    assert verdict(cast, 1, "g1-sources-owner").blocks


def test_gate_2_asks_for_prepared_data_and_its_way_from_the_raw_data(cast: Cast) -> None:
    parts(cast, "crm@1", "raw@1")
    assert verdict(cast, 2, "g2-version").blocks
    assert verdict(cast, 2, "g2-lineage").blocks
    parts(cast, "prepared@1")
    assert verdict(cast, 2, "g2-version").verdict == "met"
    assert verdict(cast, 2, "g2-lineage").verdict == "met"


def test_a_step_missing_in_the_chain_is_named(cast: Cast) -> None:
    version(cast, "dataset", "joined@1", role="intermediate")
    version(cast, "dataset", "prepared@1", "joined@1", role="prepared")
    found = verdict(cast, 2, "g2-lineage")
    assert found.blocks
    assert "joined@1" in found.because


def test_gate_3_names_what_a_model_lacks_to_be_made_again(cast: Cast) -> None:
    version(cast, "dataset", "raw@1")
    version(cast, "code", "training@1")
    version(cast, "environment", "image@1", hardware="")
    version(cast, "configuration", "params@1", seeds=[])
    version(cast, "model", "m@1", "raw@1", "training@1")
    found = verdict(cast, 3, "g3-method-reproducible")
    assert found.blocks
    assert "m@1 (environment, configuration)" in found.because
    version(cast, "model", "m@2", "raw@1", "training@1", "image@1", "params@1")
    assert "m@2 (hardware of image@1, seeds of params@1)" in verdict(cast, 3, "g3-method-reproducible").because
    version(cast, "environment", "image@2")
    version(cast, "configuration", "params@2")
    version(cast, "model", "m@3", "raw@1", "training@1", "image@2", "params@2")
    assert verdict(cast, 3, "g3-method-reproducible").verdict == "met"


def release(cast: Cast, **values: str) -> None:
    for number in (1, 2, 3):
        walk.register(cast, number)
    kind = {"model-version": "v1", "data-version": "v1", "code-version": "1", "configuration-version": "1"}
    more = {"approver": "Mara", "released-on": "2026-11-01", "increment": "All."}
    walk.accept_document(cast, "release-record", {**kind, **more, **values}, reason="Corrected.")


def test_gate_5_refuses_a_release_with_other_data_than_its_model_was_made_from(cast: Cast) -> None:
    release(cast, **{"data-version": "v2"})
    found = verdict(cast, 5, "g5-data-as-evaluated")
    assert found.blocks
    assert "the document names v2" in found.because
    release(cast)
    assert verdict(cast, 5, "g5-data-as-evaluated").verdict == "met"


def test_gate_5_refuses_an_evaluation_that_refers_to_an_older_version(cast: Cast) -> None:
    release(cast)
    version(cast, "dataset", "prepared@v2", "raw@1", role="prepared", step="prepare")
    found = verdict(cast, 5, "g5-data-as-evaluated")
    assert found.blocks
    assert "refers to an older version: prepared@v2" in found.because
    made = ArtefactVersion.objects.get(ref="churn-model@v1")
    new = ArtefactVersion.objects.get(ref="prepared@v2")
    changes.answer(version=made, verdict="confirmed", note="Evaluated on both.", to_version=new, by=cast.olga)
    assert verdict(cast, 5, "g5-data-as-evaluated").verdict == "met"


def test_gate_5_refuses_a_model_the_registry_does_not_know(cast: Cast) -> None:
    release(cast, **{"model-version": "v9"})
    assert "no model version v9" in verdict(cast, 5, "g5-data-as-evaluated").because


def test_gate_5_names_a_part_without_an_owner(cast: Cast) -> None:
    release(cast)
    assert verdict(cast, 5, "g5-parts-owned").verdict == "met"
    code = Artefact.objects.get(key="training")
    artefacts.change(artefact=code, saying=Saying(name="Training"), reason="Left.", by=cast.dana)
    found = verdict(cast, 5, "g5-parts-owned")
    assert found.blocks
    assert "training@1" in found.because


def test_gate_5_counts_what_serves_the_model_among_its_parts(cast: Cast) -> None:
    release(cast)
    version(cast, "service", "api@1", "churn-model@v1", owner="")
    assert "api@1" in verdict(cast, 5, "g5-parts-owned").because


def test_gate_5_asks_for_production_like_data_beside_training_data(cast: Cast) -> None:
    made = model(cast)
    profile(cast, made, "training")
    found = verdict(cast, 5, "g5-data-compared")
    assert found.blocks
    assert "production-like" in found.because
    profile(cast, made, "production-like")
    assert verdict(cast, 5, "g5-data-compared").verdict == "met"


def test_a_finding_leads_to_the_artefact(api: Any, cast: Cast, client: Any) -> None:
    artefact(cast, "data-source", "crm", purpose="")
    client.force_login(cast.mara.user)
    assert "/projects/churn/registry/artefacts/crm" in client.get("/projects/churn/gates/1").content.decode()
    answer = api("pipeline", "get", "gates/gate-1-feasibility/readiness").json()
    assert {"type": "artefact", "key": "crm"} in [link for v in answer["verdicts"] for link in v["links"]]
