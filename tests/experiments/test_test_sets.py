"""Test sets serve the final evaluation alone; each use is counted, and none leaves without a signature."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from crispmlq.errors import Invalid, NotAllowed
from experiments.models import Handover, TestSetUse
from experiments.services import test_sets
from projects.models import Measurement
from projects.services import measurements
from tests import artefacts, walk
from tests import material as made
from tests.cast import Cast

USE = {"test_set": "blind@1", "model": "model@1", "purpose": "Final word.", "disjointness": "No id in both."}


@pytest.fixture(autouse=True)
def _material(cast: Cast) -> None:
    made.material(cast)


def test_the_use_of_a_test_set_is_entered_with_model_and_purpose(cast: Cast, api: Any) -> None:
    answer = api("pipeline", "post", "test-set-uses", USE)
    assert answer.status_code == 201
    assert (answer.json()["test_set"], answer.json()["number"], answer.json()["warnings"]) == ("blind@1", 1, [])


def test_a_second_use_is_recorded_with_a_warning(cast: Cast, api: Any, client: Any) -> None:
    api("pipeline", "post", "test-set-uses", USE)
    answer = api("pipeline", "post", "test-set-uses", USE)
    assert (answer.json()["number"], len(answer.json()["warnings"])) == (2, 1)
    client.force_login(cast.mara.user)
    assert "Again" in client.get("/projects/churn/experiments/test-sets").content.decode()


@pytest.mark.parametrize("role", ["raw", "intermediate", "prepared"])
def test_it_refuses_an_evaluation_on_data_that_is_no_test_set(cast: Cast, api: Any, role: str) -> None:
    artefacts.version(cast, "dataset", "other@1", role=role)
    answer = api("pipeline", "post", "test-set-uses", USE | {"test_set": "other@1"})
    assert answer.status_code == 422
    assert "test_set" in answer.json()["errors"]
    assert not TestSetUse.objects.exists()


def test_it_refuses_a_test_set_the_model_was_made_from(cast: Cast) -> None:
    made.model(cast, "cheat@1", "blind@1")
    with pytest.raises(Invalid, match="training data"):
        test_sets.use(project=cast.project, by=cast.dana, **USE | {"model": "cheat@1"})


@pytest.mark.parametrize("field", ["purpose", "disjointness"])
def test_it_refuses_a_use_that_does_not_say_why_or_how_it_was_kept_apart(cast: Cast, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        test_sets.use(project=cast.project, by=cast.dana, **USE | {field: ""})
    assert field in refusal.value.errors


def reading(**given: Any) -> measurements.Reading:
    return measurements.Reading(Decimal("0.95"), "1", "test", timezone.now(), **given)


@pytest.mark.parametrize(
    "given",
    [{}, {"subject_version": "model@1"}, {"subject_version": "model@1", "dataset": "train@1"}],
)
def test_a_value_of_the_blind_test_is_refused_without_its_evaluation(cast: Cast, given: dict[str, str]) -> None:
    walk.approve_criteria(cast)
    criterion = cast.project.criterion_set.get(key="recall")
    with pytest.raises(Invalid):
        measurements.record(criterion=criterion, reading=reading(**given), by=cast.pipeline)
    assert not Measurement.objects.exists()


def test_a_value_of_the_blind_test_names_model_and_test_set_of_its_evaluation(cast: Cast) -> None:
    walk.approve_criteria(cast)
    criterion = cast.project.criterion_set.get(key="recall")
    told = reading(subject_version="model@1", dataset="blind@1")
    with pytest.raises(Invalid, match="not in the log"):
        measurements.record(criterion=criterion, reading=told, by=cast.pipeline)
    test_sets.use(project=cast.project, by=cast.pipeline, **USE)
    row = measurements.record(criterion=criterion, reading=told, by=cast.pipeline)
    assert (row.subject_version, row.dataset) == ("model@1", "blind@1")


def ask(cast: Cast) -> Handover:
    return test_sets.ask_for_handover(
        project=cast.project, test_set="blind@1", recipient="Partner", reason="Joint study.", by=cast.mara
    )


def test_giving_a_test_set_away_needs_the_signature_of_another_person(cast: Cast, api: Any) -> None:
    row = ask(cast)
    with pytest.raises(NotAllowed):
        test_sets.sign_handover(handover=row, answer="Fine.", by=cast.mara)
    answer = api("sven", "post", f"handovers/{row.pk}/sign", {"answer": "Under contract."})
    assert (answer.json()["state"], answer.json()["answered_by"]) == ("signed", "sven")
    again = api("sven", "post", f"handovers/{row.pk}/refuse", {"answer": "No."})
    assert (again.status_code, again.json()["code"]) == (409, "illegal_move")


def test_who_asked_cannot_sign_even_as_sponsor(cast: Cast) -> None:
    row = test_sets.ask_for_handover(
        project=cast.project, test_set="blind@1", recipient="Partner", reason="Study.", by=cast.sven
    )
    with pytest.raises(NotAllowed, match="another person"):
        test_sets.sign_handover(handover=row, answer="Fine.", by=cast.sven)


def test_a_token_never_signs_a_handover(cast: Cast, api: Any) -> None:
    assert api("pipeline", "post", f"handovers/{ask(cast).pk}/sign", {"answer": "Fine."}).status_code == 403
