"""What follows at once from an accepted document."""

from __future__ import annotations

from typing import Any

import pytest

from catalogue.definitions import of
from projects.models import Risk, Task
from projects.services import documents, tasks
from tests import walk
from tests.cast import Cast

TASKS = ["data-collection", "data-verification"]


def values(cast: Cast, kind: str, **changed: Any) -> dict[str, Any]:
    """Fitting values of a kind, some of them changed (underscores for hyphens)."""
    fitting = walk.values_for(of(cast.project.catalogue).document_kinds[kind])
    return {**fitting, **{key.replace("_", "-"): value for key, value in changed.items()}}


def rules(share: str) -> list[dict[str, str]]:
    return [{"rule": "no missing age", "count": "40", "share": share, "tolerance": "0.05"}]


@pytest.fixture
def collected(cast: Cast) -> Cast:
    """Data collection is done, its verification is going on."""
    for row in Task.objects.filter(project=cast.project, key__in=["define-scope", *TASKS[:1]]).order_by("position"):
        walk.do_task(cast, row)
    for key in ("data-version-control", "data-description", "data-requirements"):
        walk.do_task(cast, Task.objects.get(project=cast.project, key=key))
    tasks.start(task=Task.objects.get(project=cast.project, key="data-verification"), by=cast.dana)
    return cast


def states(cast: Cast) -> dict[str, str]:
    return dict(Task.objects.filter(project=cast.project, key__in=TASKS).values_list("key", "state"))


def test_a_violation_above_tolerance_makes_the_data_insufficient_and_reopens_collection(collected: Cast) -> None:
    revision = walk.accept_document(
        collected, "data-quality-report", values(collected, "data-quality-report", violations=rules("0.2"))
    )
    assert revision.fields["conclusion"] == "insufficient"
    assert states(collected) == {"data-collection": "to_do", "data-verification": "to_do"}
    reopened = Task.objects.get(project=collected.project, key="data-collection")
    assert "Data quality verification report" in reopened.reason


def test_within_tolerance_nothing_reopens(collected: Cast) -> None:
    revision = walk.accept_document(
        collected, "data-quality-report", values(collected, "data-quality-report", violations=rules("0.05"))
    )
    assert revision.fields["conclusion"] == "sufficient"
    assert states(collected) == {"data-collection": "done", "data-verification": "in_progress"}


def test_reopening_is_part_of_the_event_of_the_acceptance(collected: Cast, api: Any) -> None:
    kind = "data-quality-report"
    walk.accept_document(collected, kind, values(collected, kind, violations=rules("1")))
    newest = api("mara", "get", "events", {"limit": 1}).json()[0]
    assert newest["sentence"].startswith("accepted “Data quality verification report")
    assert {"projects.task", "projects.revision"} <= {row["obj_type"] for row in newest["changes"]}
    assert api("mara", "get", "tasks/data-collection").json()["state"] == "to_do"


def test_a_refuted_assumption_becomes_a_risk_to_be_rated_once(cast: Cast) -> None:
    kind = "production-evaluation-report"
    rows = [
        {"assumption": "Load stays below ten requests", "verdict": "refuted", "consequence": "A second server."},
        {"assumption": "Noise is low", "verdict": "confirmed"},
    ]
    walk.accept_document(cast, kind, values(cast, kind, assumptions=rows))
    risk = Risk.objects.get(project=cast.project, key__startswith="own-refuted-assumption")
    assert (risk.name, risk.state) == ("Refuted assumption: Load stays below ten requests", "identified")
    walk.accept_document(cast, kind, values(cast, kind, assumptions=rows), reason="Once more.")
    assert Risk.objects.filter(project=cast.project, key__startswith="own-refuted-assumption").count() == 1


def test_a_roll_out_at_once_needs_a_reason_and_becomes_a_risk(cast: Cast, api: Any) -> None:
    kind = "rollout-plan"
    only = [{"step": "all", "share": "1", "stop-condition": "any failure"}]
    fields = values(cast, kind, increments=only)
    assert api("pipeline", "post", "documents", {"kind": kind, "values": fields}).status_code == 201
    refused = api("pipeline", "post", f"documents/{kind}/revisions/1/submit")
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["increments"])
    fields["all-at-once"] = "yes"
    _change(api, kind, fields)
    refused = api("pipeline", "post", f"documents/{kind}/revisions/1/submit")
    assert list(refused.json()["errors"]) == ["all-at-once-because"]
    assert api("mara", "get", f"documents/{kind}/revisions/1").json()["state"] == "draft"
    fields["all-at-once-because"] = "There is a single user."
    _change(api, kind, fields)
    assert api("pipeline", "post", f"documents/{kind}/revisions/1/submit").status_code == 200
    assert api("enzo", "post", f"documents/{kind}/revisions/1/accept", {"note": ""}).status_code == 201
    risk = api("mara", "get", "risks/own-roll-out-at-once").json()
    assert (risk["state"], risk["default_severity"]) == ("identified", "high")


def _change(api: Any, kind: str, fields: dict[str, Any]) -> None:
    path = f"documents/{kind}/revisions/1"
    etag = api("pipeline", "get", path)["ETag"]
    assert api("pipeline", "patch", path, {"values": fields}, if_match=etag).status_code == 200


def test_nothing_follows_while_the_document_is_only_submitted(collected: Cast) -> None:
    kind = "data-quality-report"
    fields = values(collected, kind, violations=rules("1"))
    revision = documents.draft(project=collected.project, kind=kind, fields=fields, by=collected.pipeline)
    documents.submit(revision=revision, by=collected.pipeline)
    assert states(collected)["data-collection"] == "done"
