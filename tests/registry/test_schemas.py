"""Versions of schemas: what changed, and whether it breaks."""

from __future__ import annotations

from typing import Any

import pytest

from notices.models import Notice
from registry import schemas
from tests.artefacts import version
from tests.cast import Cast
from tests.registry.test_marks import marks_of

AGE = {"name": "age", "type": "integer", "nullable": "no", "min": "0", "max": "120"}
PLAN = {"name": "plan", "type": "text", "nullable": "yes", "categories": "basic, gold"}


@pytest.mark.parametrize(
    ("new", "kinds", "breaks"),
    [
        ([AGE, PLAN], [], False),
        ([AGE], ["removed"], True),
        ([AGE, PLAN, {"name": "city", "type": "text", "nullable": "yes"}], ["added"], False),
        ([{**AGE, "type": "text"}, PLAN], ["changed"], True),
        ([{**AGE, "nullable": "yes"}, PLAN], ["changed"], True),
        ([AGE, {**PLAN, "nullable": "no"}], ["changed"], False),
        ([{**AGE, "max": "150"}, PLAN], ["changed"], True),
        ([{**AGE, "max": "100", "min": "18"}, PLAN], ["changed"], False),
        ([AGE, {**PLAN, "categories": "basic, gold, family"}], ["changed"], True),
        ([AGE, {**PLAN, "categories": "gold"}], ["changed"], False),
    ],
)
def test_a_comparison_names_what_changed_and_what_breaks(new: Any, kinds: list[str], breaks: bool) -> None:
    found = schemas.compare([AGE, PLAN], new)
    assert [change.kind for change in found] == kinds
    assert schemas.breaks(found) is breaks


def test_a_breaking_change_puts_dependent_models_at_risk_and_tells_their_owners(api: Any, cast: Cast) -> None:
    version(cast, "schema", "layout@1", fields=[AGE, PLAN])
    version(cast, "dataset", "raw@1", "layout@1")
    version(cast, "code", "training@1")
    made = version(cast, "model", "m@1", "raw@1", "training@1")
    version(cast, "schema", "layout@2", fields=[AGE, PLAN, {"name": "city", "type": "text", "nullable": "yes"}])
    assert marks_of(made) == []
    new = version(cast, "schema", "layout@3", fields=[{**AGE, "type": "text"}, PLAN])
    assert marks_of(made) == ["at_risk"]
    assert Notice.objects.filter(to=cast.olga.user, key__contains=f"upstream.changed {new.pk}").exists()
    found = api("dana", "get", f"artefact-versions/{new.pk}/schema-changes?since=1").json()
    assert [(c["kind"], c["name"], c["breaks"]) for c in found] == [("changed", "age", True)]
    found = api("dana", "get", f"artefact-versions/{new.pk}/schema-changes").json()
    assert [(c["kind"], c["name"]) for c in found] == [("removed", "city"), ("changed", "age")]


def test_the_source_shows_its_schemas_with_dates(cast: Cast, client: Any) -> None:
    version(cast, "schema", "layout@1", fields=[AGE])
    version(cast, "data-source", "crm@1", "layout@1")
    version(cast, "schema", "layout@2", fields=[AGE, PLAN])
    version(cast, "data-source", "crm@2", "layout@2")
    client.force_login(cast.dana.user)
    page = client.get("/projects/churn/registry/artefacts/crm").content.decode()
    shown = page[page.index("schemas-title") :]
    assert shown.index("layout@1") < shown.index("layout@2")


def test_the_page_of_a_schema_compares_it_with_the_one_before(cast: Cast, client: Any) -> None:
    version(cast, "schema", "layout@1", fields=[AGE, PLAN])
    new = version(cast, "schema", "layout@2", fields=[AGE])
    client.force_login(cast.dana.user)
    page = client.get(f"/projects/churn/registry/versions/{new.pk}").content.decode()
    assert "Against 1" in page
    assert "Breaking" in page
    assert "Removed" in page
