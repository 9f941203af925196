"""What an approval rests on is pinned: it goes out of date by itself, and says what changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crispmlq.errors import Conflict, Invalid
from projects.models import Revision, Risk
from projects.services import documents, risks
from tests import walk
from tests.cast import Cast

GATE = "gates/gate-1-feasibility"


def page(cast: Cast, path: str) -> str:
    client = Client()
    client.force_login(cast.mara.user)
    return client.get(f"/projects/churn/{path}").content.decode()


def test_before_a_decision_there_is_nothing_to_compare(cast: Cast, api: Any) -> None:
    assert api("dana", "get", f"{GATE}/changes").json() == {
        "decision": None, "outcome": None, "decided_at": None, "changes": [],
    }  # fmt: skip
    assert "Not decided yet" in page(cast, "gates/1/changes")


@pytest.mark.slow
def test_a_decision_says_what_changed_since_line_by_line(cast: Cast, api: Any) -> None:
    decision = walk.pass_gate(cast, 1)
    told = api("dana", "get", f"{GATE}/changes").json()
    assert (told["decision"], told["changes"]) == (str(decision.pk), [])
    assert "Nothing changed" in page(cast, "gates/1/changes")
    walk.accept_document(cast, "scope-document", reason="The scope grew.")
    risk = Risk.objects.get(key="contradictory-objectives")
    risks.rate(risk=risk, severity="high", likelihood="likely", reason="Seen.", by=cast.dora)
    changes = api("dana", "get", f"{GATE}/changes").json()["changes"]
    told = {(c["kind"], c["key"]): (c["before"], c["after"]) for c in changes}
    assert told == {
        ("document", "scope-document"): ("revision 1, accepted", "revision 2, accepted"),
        ("risk", risk.key): ("closed, rated 4", "rated, rated 9"),
    }
    assert api("dana", "get", f"{GATE}/readiness").json()["is_out_of_date"] is True
    shown = page(cast, "gates/1/changes")
    assert "revision 2, accepted" in shown
    assert "/projects/churn/risks/contradictory-objectives" in shown
    assert "gates/1/changes" in page(cast, "gates/1")


@pytest.mark.slow
def test_work_of_later_phases_is_no_change(cast: Cast, api: Any) -> None:
    walk.pass_gate(cast, 1)
    walk.settle(cast, 2)
    walk.do_tasks(cast, 2)
    assert api("dana", "get", f"{GATE}/changes").json()["changes"] == []


def drafted(cast: Cast) -> Revision:
    values = walk.values_for(documents.kind_of(cast.project, "scope-document"))
    return documents.draft(project=cast.project, kind="scope-document", fields=values, by=cast.pipeline)


def verdict(api: Any, check: str) -> str:
    found = api("dana", "get", f"{GATE}/readiness").json()["verdicts"]
    return next(v["verdict"] for v in found if v["check"] == check)


def test_evidence_counts_from_its_first_day_to_its_last(cast: Cast, api: Any, monkeypatch: Any) -> None:
    revision = drafted(cast)
    body = {"valid_from": walk.days(2).isoformat(), "valid_until": walk.days(10).isoformat()}
    path = "documents/scope-document/revisions/1"
    assert api("pipeline", "post", f"{path}/validity", body).status_code == 200
    documents.submit(revision=revision, by=cast.pipeline)
    walk.review_all(cast, revision, documents.accept)
    today = timezone.localdate()
    for day, expected in ((0, "unknown"), (2, "met"), (10, "met"), (11, "unknown")):
        monkeypatch.setattr(timezone, "localdate", lambda day=day: today + timedelta(days=day))
        assert verdict(api, "g1-scope-joint") == expected


def test_a_span_is_set_on_a_draft_and_lies_ahead(cast: Cast, api: Any) -> None:
    revision = drafted(cast)
    for first, last in ((None, -1), (9, 5)):
        with pytest.raises(Invalid):
            documents.set_validity(
                revision=revision, valid_from=walk.days(first) if first else None, valid_until=walk.days(last),
                by=cast.dana,
            )  # fmt: skip
    with pytest.raises(Conflict):
        documents.set_validity(revision=revision, valid_from=None, valid_until=None, by=cast.dana)
    documents.submit(revision=revision, by=cast.pipeline)
    with pytest.raises(Conflict, match="draft"):
        documents.set_validity(revision=revision, valid_from=None, valid_until=walk.days(5), by=cast.dana)


@pytest.mark.slow
def test_a_passed_gate_goes_out_of_date_when_its_evidence_expires(cast: Cast, api: Any, monkeypatch: Any) -> None:
    revision = drafted(cast)
    documents.set_validity(revision=revision, valid_from=None, valid_until=walk.days(10), by=cast.pipeline)
    documents.submit(revision=revision, by=cast.pipeline)
    walk.review_all(cast, revision, documents.accept)
    walk.pass_gate(cast, 1)
    assert api("dana", "get", f"{GATE}/readiness").json()["is_out_of_date"] is False
    later = walk.days(11)
    monkeypatch.setattr(timezone, "localdate", lambda: later)
    assert api("dana", "get", f"{GATE}/readiness").json()["is_out_of_date"] is True
