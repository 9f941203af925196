"""Lineage: what a version was made from, what was made from it, and where a feature comes from."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry import lineage, marks, sides
from registry.models import ArtefactVersion
from registry.services.references import Input
from tests.artefacts import model, version
from tests.cast import Cast


def refs(versions: Any) -> set[str]:
    return {v.ref for v in versions}


def test_everything_upstream_is_found_direct_and_indirect(cast: Cast) -> None:
    model(cast, "a@1")
    b = version(cast, "model", "b@1", "a@1", "prepared@1", "training@1")
    expected = {"b@1", "a@1", "prepared@1", "raw@1", "crm@1", "training@1", "image@1", "params@1"}
    assert refs(lineage.upstream([b.pk])) == expected


def test_everything_downstream_is_found(cast: Cast) -> None:
    model(cast, "a@1")
    version(cast, "model", "b@1", "a@1", "prepared@1", "training@1")
    version(cast, "service", "api@1", "b@1")
    raw = ArtefactVersion.objects.get(ref="raw@1")
    assert refs(lineage.downstream([raw.pk])) == {"raw@1", "prepared@1", "a@1", "b@1", "api@1"}
    assert refs(lineage.users_of(raw)) == {"prepared@1", "a@1", "b@1", "api@1"}


def test_the_graph_is_the_same_by_api_and_on_the_page(api: Any, cast: Cast, client: Any) -> None:
    made = model(cast)
    graph = api("dana", "get", f"artefact-versions/{made.pk}/lineage").json()
    names = [node["version"]["name"] for node in graph["nodes"]]
    pairs = {(names[a], names[b]) for a, b in graph["edges"]}
    assert pairs == {
        ("crm@1", "raw@1"), ("raw@1", "prepared@1"), ("prepared@1", "churn-model@1"),
        ("training@1", "churn-model@1"), ("image@1", "churn-model@1"), ("params@1", "churn-model@1"),
    }  # fmt: skip
    client.force_login(cast.dana.user)
    page = client.get(f"/projects/churn/registry/versions/{made.pk}").content.decode()
    drawing, table = page[page.index('<svg class="graph"') :].split("</svg>", 1)
    for node in graph["nodes"]:
        path = f"/projects/churn/registry/versions/{node['version']['id']}"
        assert f'href="{path}"' in drawing
        assert f'href="{path}"' in table
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("steps", [2, 12])
def test_a_long_chain_costs_no_more_queries_than_a_short_one(cast: Cast, steps: int) -> None:
    last = version(cast, "dataset", "step-0@1")
    for number in range(1, steps):
        last = version(cast, "dataset", f"step-{number}@1", f"step-{number - 1}@1", role="intermediate")
    with CaptureQueriesContext(connection) as queries:
        marks.marks([last])
        sides.graph(last)
    assert len(queries) == 15


def test_a_pipeline_run_joins_its_inputs_with_its_output(api: Any, cast: Cast) -> None:
    for kind, ref in (("pipeline", "flow@1"), ("code", "prep@1"), ("configuration", "params@1"), ("dataset", "raw@1")):
        version(cast, kind, ref)
    made = version(
        cast, "dataset", "prepared@1", "flow@1", "prep@1", "params@1", "raw@1", role="prepared", step="run 42",
        by=cast.pipeline,
    )  # fmt: skip
    graph = api("dana", "get", f"artefact-versions/{made.pk}/lineage").json()
    run = next(node for node in graph["nodes"] if node["version"]["name"] == "prepared@1")
    assert run["step"] == "run 42"
    assert len(graph["edges"]) == 4


def test_the_outputs_of_the_automated_flow_show_in_the_lineage_of_what_is_served(api: Any, cast: Cast) -> None:
    outputs = [
        ("code", "source@1", []),
        ("package", "image@1", ["source@1"]),
        ("pipeline", "flow@1", ["image@1"]),
        ("trigger", "monthly@1", []),
        ("dataset", "raw@1", []),
        ("model", "m@1", ["raw@1", "source@1", "flow@1", "monthly@1"]),
        ("service", "api@1", ["m@1"]),
    ]
    made = [version(cast, kind, ref, *inputs, by=cast.pipeline) for kind, ref, inputs in outputs]
    graph = api("dana", "get", f"artefact-versions/{made[-1].pk}/lineage").json()
    assert {node["version"]["kind"] for node in graph["nodes"]} == {kind for kind, _, _ in outputs}


def test_a_feature_is_followed_to_its_sources(api: Any, cast: Cast, client: Any) -> None:
    version(cast, "dataset", "raw@1")
    version(cast, "dataset", "joined@1", Input("raw@1", {"days": ["start", "end"]}), role="intermediate")
    made = version(cast, "dataset", "prepared@1", Input("joined@1", {"tenure": ["days"]}), role="prepared")
    ways = api("dana", "get", f"artefact-versions/{made.pk}/feature-paths", {"feature": "tenure"}).json()
    assert [[(at["version"]["name"], at["name"]) for at in way] for way in ways] == [
        [("prepared@1", "tenure"), ("joined@1", "days"), ("raw@1", "start")],
        [("prepared@1", "tenure"), ("joined@1", "days"), ("raw@1", "end")],
    ]
    client.force_login(cast.dana.user)
    page = client.get(f"/projects/churn/registry/versions/{made.pk}?feature=tenure").content.decode()
    assert "<strong>start</strong>" in page


def test_the_lineage_of_the_past_knows_versions_of_other_projects(api: Any, cast: Cast) -> None:
    from django.utils import timezone

    from tests.registry.test_marks import other_project

    model(cast, "a@1")
    offers = other_project(cast)
    version(cast, "dataset", "own@1", "churn/raw@1", project=offers)
    at = timezone.now().isoformat()
    version(cast, "dataset", "own@2", project=offers)
    past = api("olga", "get", "/api/v1/projects/offers/artefact-versions", {"as_of": at}).json()["results"]
    assert [row["ref"] for row in past] == ["own@1"]
    assert past[0]["inputs"][0]["version"]["name"] == "churn/raw@1"
