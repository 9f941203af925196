"""Classifying a project: it does it, each refusal, the event, nothing left behind."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from audit.models import Event
from crispmlq.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from projects.services import projects
from regulations import selectors
from regulations.models import Classification, PackVersion
from regulations.services import classifications, entries, packs
from tests.cast import Cast
from tests.classified import ACT, HIRING, OUTSIDE, draft, reasoned, signed

pytestmark = pytest.mark.django_db


def put_in_force(cast: Cast, number: str = "2024-07-12") -> PackVersion:
    row = PackVersion.objects.get(key=ACT, version=number)
    return packs.put_in_force(row=row, reason="For this test.", by=cast.root)


def acts(cast: Cast) -> list[str]:
    found = Event.objects.filter(log_id=cast.project.pk, act__startswith="classification.").order_by("id")
    return list(found.values_list("act", flat=True))


def test_it_begins_under_the_text_in_force_with_everything_open(cast):
    row = classifications.begin(project=cast.project, regulation=ACT, by=cast.mara)
    assert (row.number, row.state, row.purpose) == (1, "draft", "Keep customers.")
    assert row.pack_version == selectors.pack_in_force(ACT)
    assert row.result["outcomes"] == ["undetermined"]
    assert row.interview().stage == "system"
    assert acts(cast) == ["classification.begun"]


def test_it_does_not_begin_beside_a_draft_nor_under_an_unknown_regulation(cast):
    draft(cast, {})
    with pytest.raises(Conflict) as refusal:
        classifications.begin(project=cast.project, regulation=ACT, by=cast.mara)
    assert refusal.value.data == {"number": 1}
    with pytest.raises(NotFound):
        classifications.begin(project=cast.project, regulation="law-of-the-sea", by=cast.mara)


def test_numbers_count_all_regulations_of_a_project(cast):
    assert draft(cast, {}).number == 1
    assert draft(cast, {"personal-data": False}, ("controller",), "gdpr").number == 2


def test_answers_are_kept_with_their_reasons_and_what_follows(cast):
    row = draft(cast, {"ai-system": True, "eu-market": None, "training-flop": "1e25"})
    assert row.answers == {"ai-system": True, "eu-market": None, "training-flop": "10000000000000000000000000"}
    assert row.reasons["ai-system"] == "As the description says."
    assert row.result["open_facts"][0] == "eu-market"
    classifications.answer(classification=row, answers={"ai-system": {"reason": "Learned."}}, by=cast.dana)
    row.refresh_from_db()
    assert (row.answers["ai-system"], row.reasons["ai-system"]) == (True, "Learned.")
    assert set(row.authors) == {str(cast.mara.user.pk), str(cast.dana.user.pk)}
    assert acts(cast)[1:] == ["classification.roles_set", "classification.answered", "classification.answered"]


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"moon": {"value": True}}, "knows no fact “moon”"),
        ({"ai-system": {"value": "perhaps"}}, "yes or no question"),
        ({"ai-system": {"reason": "So."}}, "Answer the question too"),
        ({"ai-system": {"value": True, "reason": "x" * 2001}}, "up to 2000"),
    ],
)
def test_an_answer_that_can_not_be_read_is_refused_under_its_fact(cast, answers, says):
    row = draft(cast, {})
    with pytest.raises(Invalid, match=says) as refusal:
        classifications.answer(classification=row, answers=answers, by=cast.mara)
    assert list(refusal.value.errors) == list(answers)


def test_an_answer_that_changes_nothing_or_comes_too_late_is_refused(cast):
    row = draft(cast)
    with pytest.raises(Conflict, match="Nothing was changed"):
        classifications.answer(classification=row, answers=reasoned(OUTSIDE), by=cast.mara)
    with pytest.raises(Stale):
        classifications.answer(classification=row, answers={"csam": {"value": False}}, by=cast.mara, expected=1)
    classifications.sign(classification=row, reasoning="Right.", by=cast.sven)
    with pytest.raises(Conflict, match="Only a draft"):
        classifications.answer(classification=row, answers={"csam": {"value": False}}, by=cast.mara)


def test_roles_are_those_the_text_knows(cast):
    row = draft(cast, {}, ("deployer", "provider"))
    assert row.roles == ["provider", "deployer"]
    with pytest.raises(Invalid, match="knows no role “king”"):
        classifications.set_roles(classification=row, roles=["king"], by=cast.mara)
    with pytest.raises(Invalid, match="at least one"):
        classifications.set_roles(classification=row, roles=[], by=cast.mara)
    with pytest.raises(Conflict):
        classifications.set_roles(classification=row, roles=["provider", "deployer"], by=cast.mara)
    classifications.set_roles(classification=row, roles=["deployer"], role_shifts=["shift-25-1-a"], by=cast.mara)
    row.refresh_from_db()
    assert (row.roles, row.role_shifts) == (["deployer"], ["shift-25-1-a"])


def test_somebody_else_signs_and_the_earlier_one_is_superseded(cast):
    first = signed(cast)
    assert (first.state, first.signed_role, first.result["outcomes"]) == ("signed", "sponsor", ["out-of-scope"])
    second = signed(cast, HIRING)
    first.refresh_from_db()
    assert (first.state, second.state) == ("superseded", "signed")
    assert second.answers == OUTSIDE | HIRING
    assert second.labels == ["High-risk: Annex III use case"]
    assert acts(cast)[-1] == "classification.signed"


@pytest.mark.parametrize(("who", "says"), [("mara", "legal reviewer, sponsor"), ("pipeline", "Only a person")])
def test_without_the_right_nobody_signs_and_never_a_token(cast, who, says):
    row = draft(cast)
    with pytest.raises(NotAllowed, match=says):
        classifications.sign(classification=row, reasoning="Right.", by=cast.actors[who])


def test_who_has_answered_does_not_sign_nor_the_next_one_that_takes_the_answers_over(cast):
    row = draft(cast)
    classifications.answer(classification=row, answers={"csam": {"value": False}}, by=cast.sven)
    with pytest.raises(NotAllowed, match="Answers of yours"):
        classifications.sign(classification=row, reasoning="Right.", by=cast.sven)
    classifications.withdraw(classification=row, reason="Again.", by=cast.mara)
    again = classifications.begin(project=cast.project, regulation=ACT, by=cast.mara)
    with pytest.raises(NotAllowed, match="Answers of yours"):
        classifications.sign(classification=again, reasoning="Right.", by=cast.sven)


def sign(cast: Cast, row: Classification) -> Classification:
    return classifications.sign(classification=row, reasoning="Right.", by=cast.sven)


def test_it_is_not_signed_without_reasoning_or_roles(cast):
    row = draft(cast)
    with pytest.raises(Invalid, match="Say why this class"):
        classifications.sign(classification=row, reasoning=" ", by=cast.sven)
    classifications.withdraw(classification=row, reason="Again.", by=cast.mara)
    bare = classifications.begin(project=cast.project, regulation="gdpr", by=cast.mara)
    classifications.answer(classification=bare, answers=reasoned({"personal-data": False}), by=cast.mara)
    with pytest.raises(Invalid, match="which roles"):
        sign(cast, bare)


def test_it_is_not_signed_while_undetermined(cast):
    row = draft(cast, HIRING | {"a3-4a": None})
    with pytest.raises(Conflict, match="A decisive answer is missing") as refusal:
        sign(cast, row)
    assert "a3-4a" in refusal.value.data["open_facts"]


def test_it_is_not_signed_while_answers_contradict(cast):
    row = draft(cast, HIRING | {"sme": True, "smc": True})
    with pytest.raises(Conflict, match="not both"):
        sign(cast, row)


def test_it_is_not_signed_while_an_answer_that_decided_has_no_reason(cast):
    row = draft(cast)
    classifications.answer(classification=row, answers={"eu-output": {"reason": ""}}, by=cast.mara)
    with pytest.raises(Invalid, match="Say why: Are provider and deployer outside") as refusal:
        sign(cast, row)
    assert list(refusal.value.errors) == ["eu-output"]
    classifications.answer(classification=row, answers={"ai-system": {"reason": ""}}, by=cast.mara)
    classifications.answer(classification=row, answers={"eu-output": {"reason": "Only here."}}, by=cast.mara)
    assert sign(cast, row).state == "signed"  # that it is an AI system decided nothing


def test_it_is_not_signed_under_a_text_that_is_no_longer_in_force(cast):
    row = draft(cast)
    put_in_force(cast)
    with pytest.raises(Conflict, match="begin again") as refusal:
        sign(cast, row)
    assert refusal.value.data == {"in_force": "2024-07-12"}


def test_it_is_not_signed_for_another_purpose_than_the_one_that_was_read(cast):
    row = draft(cast)
    projects.change(project=cast.project, by=cast.mara, purpose="Win customers.")
    with pytest.raises(Conflict, match="purpose"):
        sign(cast, row)
    classifications.answer(classification=row, answers={}, by=cast.mara)
    assert sign(cast, row).purpose == "Win customers."


def test_a_draft_is_withdrawn_by_who_works_a_signed_one_by_who_may_sign(cast):
    row = draft(cast)
    with pytest.raises(Invalid):
        classifications.withdraw(classification=row, reason="", by=cast.mara)
    assert classifications.withdraw(classification=row, reason="Wrong.", by=cast.dana).state == "withdrawn"
    with pytest.raises(Conflict):
        classifications.withdraw(classification=row, reason="Wrong.", by=cast.dana)
    second = signed(cast, {})
    with pytest.raises(NotAllowed):
        classifications.withdraw(classification=second, reason="Wrong.", by=cast.mara)
    assert classifications.withdraw(classification=second, reason="Wrong.", by=cast.sven).signed_role == "sponsor"


def test_a_new_one_takes_over_what_the_text_in_force_still_asks(cast):
    signed(cast, OUTSIDE | {"csam": False})
    put_in_force(cast)
    row = classifications.begin(project=cast.project, regulation=ACT, by=cast.mara)
    assert row.answers == OUTSIDE
    assert set(row.reasons) == set(OUTSIDE)
    assert row.roles == ["provider"]


def standing(cast: Cast) -> selectors.Standing:
    cast.project.refresh_from_db()
    return selectors.standing(cast.project, ACT)


def test_it_holds_until_something_speaks_against_it_and_stays_as_it_was(cast):
    assert not standing(cast).holds
    row = signed(cast)
    assert standing(cast).holds
    before = row.audit_head
    projects.change(project=cast.project, by=cast.mara, purpose="Win customers.")
    put_in_force(cast)
    newer = classifications.begin(project=cast.project, regulation=ACT, by=cast.mara)
    assert len(standing(cast).again) == 2
    classifications.answer(classification=newer, answers={"science-only": {"value": True}}, by=cast.mara)
    assert standing(cast).again == (
        "Another text is in force: Law as published on 12 July 2024 (Regulation (EU) 2024/1689), "
        "before its amendment of 27 July 2026.",
        "The purpose of the project was changed.",
        "Newer answers wait for a signature: classification 2.",
    )
    row.refresh_from_db()
    assert row.audit_head == before


def test_a_substantial_change_asks_to_classify_again_and_another_does_not(cast):
    signed(cast)
    for substantial in ("no", "yes"):
        fields = {"description": f"Retrained, {substantial}.", "substantial": substantial}
        entries.record(project=cast.project, kind="change", draft=entries.Draft(fields), by=cast.mara)
    assert standing(cast).again == ("A substantial change was recorded: Retrained, yes.",)


@pytest.mark.parametrize("count", [1, 3])
def test_how_many_projects_stand_needs_the_same_queries(cast, django_assert_num_queries, count):
    found = [projects.create(slug=f"p{n}", name="P", purpose="More.", by=cast.mara) for n in range(count)]
    selectors.standings_of(found)
    with django_assert_num_queries(3):  # texts in force, classifications, substantial changes
        selectors.standings_of(found)


@pytest.mark.parametrize("act", ["begin", "answer", "set_roles", "sign", "withdraw"])
def test_nothing_is_left_if_the_event_can_not_be_written(cast, monkeypatch, act):
    row = draft(cast)
    before = Classification.objects.values().get()
    given = {
        "begin": {"project": cast.project, "regulation": "gdpr", "by": cast.mara},
        "answer": {"classification": row, "answers": {"csam": {"value": False}}, "by": cast.mara},
        "set_roles": {"classification": row, "roles": ["importer"], "by": cast.mara},
        "sign": {"classification": row, "reasoning": "Right.", "by": cast.sven},
        "withdraw": {"classification": row, "reason": "Wrong.", "by": cast.mara},
    }[act]
    monkeypatch.setattr("audit.storing.knowing", Mock(side_effect=OSError))
    with pytest.raises(OSError):
        getattr(classifications, act)(**given)
    assert Classification.objects.values().get() == before


def test_reasons_are_hidden_and_can_be_erased_while_the_answers_stay_proven(cast):
    row = signed(cast)
    for name in ("reasons", "reasoning", "withdrawn_because"):
        assert name in Classification.audit_hidden
    assert set(row.audit_blank("reasons")) == set(row.reasons)
