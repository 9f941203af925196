"""Documents that are really registers are filled from the registry."""

from __future__ import annotations

from typing import Any

from tests.artefacts import model, version
from tests.cast import Cast


def test_the_register_of_data_versions_is_filled_by_the_api(api: Any, cast: Cast) -> None:
    version(cast, "dataset", "raw@1", samples="500")
    version(cast, "dataset", "raw@2")
    answer = api("pipeline", "post", "documents", {"kind": "dataset-version-register", "fill": True})
    assert answer.status_code == 201
    rows = answer.json()["values"]["versions"]
    assert [(row["identifier"], row.get("samples"), row.get("parent")) for row in rows] == [
        ("raw@1", "500", None), ("raw@2", None, "raw@1"),
    ]  # fmt: skip
    assert api("pipeline", "post", "documents/dataset-version-register/revisions/1/submit").status_code == 200


def test_the_lineage_of_data_is_filled_and_says_whether_it_is_complete(api: Any, cast: Cast) -> None:
    version(cast, "data-source", "crm@1")
    version(cast, "dataset", "raw@1", "crm@1", step="export")
    version(cast, "code", "prep@1")
    version(
        cast, "dataset", "prepared@1", "raw@1", "prep@1", role="prepared", step="scale",
        parameters=[{"name": "mean", "value": "3"}],
    )  # fmt: skip
    values = api("pipeline", "post", "documents", {"kind": "data-lineage-record", "fill": True}).json()["values"]
    assert values["complete"] == "yes"
    step = values["steps"][1]
    assert (step["step"], step["input-version"], step["output-version"]) == ("scale", "raw@1", "prepared@1")
    assert (step["code-version"], step["parameters"]) == ("prep@1", "mean = 3")


def test_a_form_is_filled_with_how_the_model_is_made_again(cast: Cast, client: Any) -> None:
    model(cast)
    client.force_login(cast.dana.user)
    page = client.get("/projects/churn/documents/reproducibility-record/edit").content.decode()
    assert "Fill from records" in page
    page = client.get("/projects/churn/documents/reproducibility-record/edit?fill=1").content.decode()
    for text in ("training@1", "prepared@1", "depth = 3", "python 3.11", "2 cores"):
        assert text in page


def test_what_is_given_goes_before_what_is_filled(api: Any, cast: Cast) -> None:
    model(cast)
    body = {"kind": "reproducibility-record", "fill": True, "values": {"hardware": "One GPU"}}
    assert api("pipeline", "post", "documents", body).json()["values"]["hardware"] == "One GPU"


def test_other_kinds_are_not_filled(api: Any, cast: Cast) -> None:
    refused = api("pipeline", "post", "documents", {"kind": "scope-document", "fill": True})
    assert refused.status_code == 422
    assert "fill" in refused.json()["errors"]
