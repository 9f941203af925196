"""Two reports of a kind: what changed, and by which events."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from compliance import comparing
from compliance.documents import blocks, plain
from compliance.documents.kinds import KINDS
from compliance.models import Report
from compliance.services import reports
from crispmlq.errors import Invalid, NotFound
from projects.models import Risk
from projects.services import risks
from tests import reported, walk
from tests.cast import Cast
from tests.compliance import samples


def issued(cast: Cast, document: blocks.ReportDocument | None = None) -> Report:
    document = document or reported.built(cast.project)
    return reports.issue(project=cast.project, document=document, files={"json": plain.as_json(document)}, by=cast.mara)


def rate(cast: Cast) -> Risk:
    risk = Risk.objects.get(project=cast.project, key="contradictory-objectives")
    return risks.rate(risk=risk, severity="high", likelihood="likely", reason="Seen.", by=cast.dora)


@pytest.fixture
def before(cast: Cast) -> Report:
    return issued(cast)


def test_the_same_state_has_no_difference(cast: Cast, before: Report) -> None:
    assert comparing.compare(before, issued(cast)).differences == ()


def test_a_changed_value_is_named_with_the_events_between_that_changed_its_row(cast: Cast, before: Report) -> None:
    risk = rate(cast)
    found = comparing.compare(issued(cast), before)
    assert found.earlier == before
    [severity] = [d for d in found.differences if d.place[-2:] == (risk.name, "Severity")]
    assert (severity.change, severity.before, severity.after) == ("changed", "–", "High")
    [told] = severity.events
    assert "rated" in told.entry.sentence
    assert told.number == max(c.event for c in reported.built(cast.project).references if c.event is not None)


def test_what_is_new_and_what_is_gone_is_named(cast: Cast) -> None:
    def document(*items: str, at: str) -> blocks.ReportDocument:
        lines = blocks.Listing(tuple(map(blocks.Text, items)))
        return samples.document(blocks.Section("s", "Part", (lines,)), as_of=f"2026-11-24T10:00:0{at}.000000Z")

    first, second = issued(cast, document("a", "b", at="1")), issued(cast, document("b", "c", at="2"))
    found = comparing.compare(first, second).differences
    assert [(d.change, d.before, d.after, d.place) for d in found] == [
        ("added", "", "c", ("Part",)), ("gone", "a", "", ("Part",)),
    ]  # fmt: skip


def test_reports_of_two_kinds_are_not_compared(cast: Cast, before: Report) -> None:
    with pytest.raises(Invalid, match="same kind"):
        comparing.compare(before, issued(cast, samples.document(samples.every_block()[1])))


def test_a_report_of_before_documents_is_not_compared(cast: Cast, before: Report) -> None:
    old = Report(kind="dossier", project=cast.project)
    with pytest.raises(NotFound, match="build it anew"):
        comparing.compare(before, old)


@pytest.mark.parametrize("more", [0, 1])
def test_it_costs_the_same_queries_however_much_changed(
    cast: Cast, before: Report, django_assert_num_queries: Any, more: int
) -> None:
    rate(cast)
    if more:
        walk.approve_criteria(cast)
    later = issued(cast)
    with django_assert_num_queries(5):  # changes, events, two for how they are told, numbers
        assert comparing.compare(before, later).differences


def test_page_and_api_tell_the_same(cast: Cast, before: Report, api: Any) -> None:
    rate(cast)
    later = issued(cast)
    told = api("ada", "get", f"reports/{later.pk}/compare/{before.pk}").json()
    assert told["earlier"]["id"] == str(before.pk)
    [severity] = [d for d in told["differences"] if d["place"][-1] == "Severity"]
    assert severity["events"][0]["actor"] == "Dora"
    client = Client()
    client.force_login(cast.ada.user)
    page = client.get(f"/projects/churn/reports/{later.pk}/compare?other={before.pk}", follow=True).content.decode()
    assert f"{severity['events'][0]['number']}: Dora" in page


def difference(*place: str, after: str = "now", before: str = "") -> comparing.Difference:
    return comparing.Difference("changed" if before else "added", place, before, after, ())


def test_differences_stand_by_part_and_a_new_part_says_its_own_name() -> None:
    new, inner = difference(after="Risks"), difference("Risks", "Severity")
    cover, gone = difference("Cover", "State"), difference("Risks", "Owner", after="", before="Dora")
    assert comparing.by_part([cover, new, inner, gone]) == {"Cover": [cover], "Risks": [new, inner, gone]}


def test_a_page_shows_no_more_differences_than_one_can_read(
    cast: Cast, before: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compliance.views.DIFFERENCES", 1)
    rate(cast)
    client = Client()
    client.force_login(cast.ada.user)
    page = client.get(f"/projects/churn/reports/{issued(cast).pk}/compare/{before.pk}")
    assert len(page.context["comparison"].differences) > 1
    assert [len(part) for part in page.context["parts"].values()] == [1]


def test_reports_are_offered_by_what_they_answer_to(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.ada.user)
    groups = dict(client.get("/projects/churn/reports").context["groups"])
    assert [kind.key for kinds in groups.values() for kind in kinds if kind.key == "dossier"] == ["dossier"]
    assert "annex-iv" in {kind.key for kind in groups["EU AI Act"]}
    assert next(iter(groups)) == "The project and its models"
    assert sum(map(len, groups.values())) == len(KINDS)
