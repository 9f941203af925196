"""Reports of a project built from its rows, among them the page for newcomers."""

from __future__ import annotations

import pytest

from compliance.documents import blocks, frame
from compliance.documents.kinds import KINDS
from compliance.reports import answering
from projects.services import risks
from regulations import selectors
from regulations.services import packs
from tests import classified, walk
from tests.cast import Cast


def summary(cast: Cast) -> tuple[blocks.Section, ...]:
    return KINDS["summary"].build(frame.context_of(cast.project))


def test_the_summary_tells_where_the_project_stands_and_what_is_not_known_of_it(cast: Cast) -> None:
    (page,) = summary(cast)
    said = {row.label: row.value.text for row in page.blocks[0].rows}
    assert said["At work"] == "phase 1, Business and Data Understanding: open"
    assert said["Thresholds before tests"] == "open"
    assert page.blocks[1].what.startswith("Intended use: Purpose; ")
    assert page.blocks[1].record_types == ("intended-use", "classification", "project")


def test_the_summary_shows_phases_and_risks_in_pictures_and_says_that_nothing_is_measured(cast: Cast) -> None:
    written = summary(cast)
    alts = [block.alt for block in blocks.walk(written) if isinstance(block, blocks.Figure)]
    assert len(alts) == 2
    assert "1 Business and Data Understanding: Open" in alts[0]
    assert blocks.NotRecorded("Values of the success criteria", ("success-criterion",)) in list(blocks.walk(written))


def test_measured_criteria_are_bars(cast: Cast) -> None:
    walk.approve_criteria(cast)
    walk.measure(cast, "forecast")
    alts = [block.alt for block in blocks.walk(summary(cast)) if isinstance(block, blocks.Figure)]
    assert any("recall: 0.95, met" in alt for alt in alts)


@pytest.mark.parametrize("key", ["annex-iv", "model-card", "fria"])
def test_a_rated_risk_of_the_project_stands_in_the_report_with_its_reference(cast: Cast, key: str) -> None:
    risk = cast.project.risk_set.order_by("pk").first()
    risks.rate(risk=risk, severity="high", likelihood="rare", reason="Seen before.", by=cast.dora)
    written = KINDS[key].build(frame.context_of(cast.project))
    assert ("projects.risk", str(risk.pk)) in {(ref.kind, ref.id) for ref in blocks.references_in(written)}


@pytest.mark.parametrize("key", ["annex-iv", "soa"])
def test_builders_need_few_queries_however_many_records(
    cast: Cast, key: str, django_assert_max_num_queries: object
) -> None:
    context = frame.context_of(cast.project)
    assert len(context.records.of("risk")) > 50
    with django_assert_max_num_queries(4):
        KINDS[key].build(context)


def test_the_text_that_counts_is_the_one_the_project_was_classified_under(cast: Cast) -> None:
    older = selectors.version("eu-ai-act", "2024-07-12")
    classified.signed(cast)
    packs.put_in_force(row=older, reason="To compare.", by=cast.root)
    context = frame.context_of(cast.project)
    assert answering.law(context).version == "2026-07-27"
    written = KINDS["exempt-system"].build(context)
    assert "2026-07-27" in written[0].blocks[0].text
    assert "Checked with counsel." in str(written)


def test_a_project_without_a_classification_follows_the_text_in_force_here(cast: Cast) -> None:
    packs.put_in_force(row=selectors.version("eu-ai-act", "2024-07-12"), reason="To compare.", by=cast.root)
    walk.approve_criteria(cast)
    assert answering.law(frame.context_of(cast.project)).version == "2024-07-12"
