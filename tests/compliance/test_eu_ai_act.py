"""The EU AI Act report: what it says of a project, and what it never says."""

from __future__ import annotations

import pytest

from compliance.documents.blocks import NotRecorded, walk
from regulations import covering
from regulations.services import obligations
from tests import classified, reported
from tests.cast import Cast

ACT = classified.ACT


@pytest.fixture
def hiring(cast: Cast) -> Cast:
    classified.signed(cast, classified.HIRING | {"special-data-for-bias": True})
    return cast


def test_every_obligation_stands_in_it_with_the_same_standing_as_on_the_page(hiring):
    document = reported.built(hiring.project, "eu-ai-act")
    covered = covering.of_project(hiring.project, ACT)
    told = {
        row["Provision"]: row["Standing"]
        for title in covered.basis.pack.groups.values()
        if reported.has(document, f"Obligations: {title}")
        for row in reported.table(document, f"Obligations: {title}")
    }
    assert told == {each.obligation.ref: each.label for each in covered.applicable}
    assert len(reported.table(document, "Obligations that do not apply")) == covered.counts["not_applicable"]


def test_a_gap_names_its_owner_and_its_date(hiring):
    obligations.assign(project=hiring.project, regulation=ACT, keys=["art-9-1"], owner="dana", by=hiring.mara)
    rows = {row["Provision"]: row for row in reported.table(reported.built(hiring.project, "eu-ai-act"), "Gaps")}
    assert (rows["Art. 9(1)"]["Owner"], rows["Art. 9(1)"]["Date of the law"]) == ("Dana", "2027-12-02")
    assert rows["Art. 10(2)"]["Owner"] == "nobody"


def test_the_classification_shows_answers_reasons_and_deciding_rules(hiring):
    document = reported.built(hiring.project, "eu-ai-act")
    answers = {row["Provision"]: row for row in reported.table(document, "Answers")}
    assert answers["Annex III 4(a)"]["Answer"] == "Yes"
    assert answers["Annex III 4(a)"]["Reason"] == "As the description says."
    assert reported.table(document, "Rules that decided")[0]["Rule"] == "r-annex-iii"


def test_a_project_nobody_classified_is_told_to_be_so(cast):
    document = reported.built(cast.project, "eu-ai-act")
    assert any(isinstance(block, NotRecorded) for block in walk(document.sections))


def test_nothing_retired_and_no_verdict_on_compliance_is_printed(hiring):
    page = reported.page(reported.built(hiring.project, "eu-ai-act"))
    for word in ("Art. 10(5)", "is compliant", "complies with the EU AI Act"):
        assert word not in page
    rows = reported.table(
        reported.built(hiring.project, "eu-ai-act"), "Obligations: High-risk requirements (Section 2)"
    )
    assert {row["From"] for row in rows if row["Standing"] != "Needs review"} == {"2027-12-02"}


def test_the_cover_tells_under_which_text_the_project_stands(hiring):
    lines = reported.built(hiring.project, "dossier").text_versions
    assert any(line.startswith("Law as consolidated on 27 July 2026") for line in lines)


def test_what_is_open_or_rests_on_a_word_alone_is_told_at_the_end_of_every_report(hiring):
    said = {"obligation": "art-4a-1-d", "verdict": "met", "reason": "Ours alone."}
    obligations.confirm(project=hiring.project, regulation=ACT, by=hiring.sven, **said)
    document = reported.built(hiring.project, "dossier")
    covered = covering.of_project(hiring.project, ACT)
    [left] = reported.table(document, "Limits: not covered")
    assert left["What"].startswith(f"EU AI Act: {len(covered.gaps)} of {len(covered.applicable)} obligations")
    assert f"{covered.counts['open']} open" in left["Because"].lower()
    [word] = reported.table(document, "Limits: self-attested")
    assert "Art. 4a(1)(d)" in word["What"]
    assert "Sven confirmed" in word["Because"]
