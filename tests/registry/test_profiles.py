"""Statistics and checks by feature, side by side for the stages."""

from __future__ import annotations

from typing import Any

import pytest

from crispmlq.errors import Invalid
from registry import comparing
from registry.services import profiles
from tests.artefacts import model, version
from tests.cast import Cast


def row(mean: str, segment: str = "", **more: str) -> dict[str, str]:
    return {"feature": "tenure", "segment": segment, "count": "100", "mean": mean, "std": "2", **more}


def test_stages_are_compared_by_feature_and_segment(api: Any, cast: Cast, client: Any) -> None:
    made = model(cast)
    for stage, mean in (("training", "5"), ("test", "5.1"), ("serving", "6")):
        body = {"stage": stage, "statistics": [row(mean), row(mean, "north")]}
        assert api("pipeline", "post", f"artefact-versions/{made.pk}/profiles", body).status_code == 201
    found = api("dana", "get", f"artefact-versions/{made.pk}/comparison").json()
    assert found["stages"] == ["Training", "Test", "Serving"]
    assert [(s["feature"], s["segment"]) for s in found["statistics"]] == [("tenure", ""), ("tenure", "north")]
    assert found["statistics"][0]["distance"] == {"Test": "0.05", "Serving": "0.5"}
    assert found["statistics"][0]["apart"] == ["Serving"]
    client.force_login(cast.dana.user)
    page = client.get(f"/projects/churn/registry/versions/{made.pk}").content.decode()
    assert "Statistics by feature and stage" in page
    assert "north" in page


def test_the_newest_profile_of_a_stage_is_shown(cast: Cast, api: Any) -> None:
    made = model(cast)
    for mean in ("5", "7"):
        profiles.record(version=made, stage="training", statistics=[row(mean)], by=cast.pipeline)
    found = api("dana", "get", f"artefact-versions/{made.pk}/comparison").json()
    assert found["statistics"][0]["by_stage"]["Training"]["mean"] == "7"


def test_checks_are_summed_up_by_feature_and_a_missing_feature_is_shown(api: Any, cast: Cast, client: Any) -> None:
    fields = [{"name": name, "type": "number", "nullable": "no"} for name in ("tenure", "age", "plan")]
    version(cast, "schema", "layout@1", fields=fields)
    raw = version(cast, "dataset", "raw@1", "layout@1")
    checks = [
        {"feature": "tenure", "check": "type", "passed": 100, "failed": 0},
        {"feature": "tenure", "check": "range", "passed": 97, "failed": 3},
        {"feature": "age", "check": "type", "passed": 100, "failed": 0},
    ]
    body = {"stage": "training", "checks": checks}
    assert api("pipeline", "post", f"artefact-versions/{raw.pk}/profiles", body).status_code == 201
    found = api("dana", "get", f"artefact-versions/{raw.pk}/comparison").json()
    assert found["checks"] == ["type", "range"]
    assert [(f["feature"], f["failed"], f["is_unchecked"]) for f in found["features"]] == [
        ("tenure", 3, False), ("age", 0, False), ("plan", 0, True),
    ]  # fmt: skip
    client.force_login(cast.dana.user)
    page = client.get(f"/projects/churn/registry/versions/{raw.pk}").content.decode()
    assert "3 of 100" in page
    assert "Missing" in page


def test_a_form_takes_them_as_csv(cast: Cast, client: Any) -> None:
    raw = version(cast, "dataset", "raw@1")
    client.force_login(cast.dana.user)
    url = f"/projects/churn/do/record-profile/{raw.pk}"
    given = {"stage": "training", "statistics": "feature,count,mean,std\ntenure,100,5,2\n"}
    assert client.post(url, given).status_code == 302
    assert raw.profiles.get().statistics == [{"feature": "tenure", "count": "100", "mean": "5", "std": "2"}]
    assert client.post(url, {**given, "statistics": "feature,count\ntenure\n"}).status_code == 422


@pytest.mark.parametrize(
    ("stage", "statistics", "field"),
    [
        ("dream", [row("5")], "stage"),
        ("training", [], "statistics"),
        ("training", [{"feature": "x"}], "statistics"),
        ("training", [row("much")], "statistics"),
    ],
)
def test_what_does_not_fit_is_refused(cast: Cast, stage: str, statistics: list[Any], field: str) -> None:
    raw = version(cast, "dataset", "raw@1")
    with pytest.raises(Invalid) as refusal:
        profiles.record(version=raw, stage=stage, statistics=statistics, by=cast.pipeline)
    assert field in refusal.value.errors


def test_categories_lie_apart_by_their_share() -> None:
    one = {"feature": "plan", "count": "10", "categories": "gold: 5, basic: 5"}
    other = {"feature": "plan", "count": "10", "categories": "gold: 9, basic: 1"}
    found = comparing.compare({"Training": [one], "Serving": [other]})[0]
    assert found.distance == {"Serving": "0.4"}
    assert comparing.compare({"Training": [one], "Serving": []})[0].missing == ["Serving"]


def test_without_spread_nothing_is_said_about_distance() -> None:
    still = {"feature": "x", "count": "10", "mean": "1", "std": "0"}
    assert comparing.compare({"Training": [still], "Serving": [still]})[0].distance == {}
