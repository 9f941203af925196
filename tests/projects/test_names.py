"""Names that would not fit their column, or break a line of the trail, are refused under their field."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from audit.models import Event
from crispmlq.errors import Conflict, Invalid
from projects.models import Project
from projects.services import criteria, measurements, projects, risks, tasks
from tests import walk
from tests.cast import Cast

RISK = {"what_goes_wrong": "Water.", "category": "operational", "severity": "low", "likelihood": "rare"}


def propose(cast: Cast, key: str = "k", name: str = "K", **demanded: str) -> Any:
    given = {"metric": "m", "unit": "1", "direction": "at_least", "method": "so", "owner_name": "Dora", **demanded}
    demand = criteria.Demand(threshold=Decimal(1), **given)
    return criteria.propose(project=cast.project, key=key, level="business", name=name, demand=demand, by=cast.mara)


def measure(cast: Cast, version: str) -> Any:
    if not cast.project.criterion_set.exists():
        walk.approve_criteria(cast)
    reading = measurements.Reading(Decimal(1), "1", "validation", timezone.now(), subject_version=version)
    return measurements.record(criterion=cast.project.criterion_set.get(key="recall"), reading=reading, by=cast.dana)


def create(cast: Cast, slug: str = "new", name: str = "New") -> Any:
    return projects.create(slug=slug, name=name, purpose="To know.", by=cast.dana)


def phase(cast: Cast) -> Any:
    return cast.project.phase_set.get(number=1)


@pytest.mark.parametrize(
    ("field", "longest", "write"),
    [
        ("name", 120, lambda cast, text: propose(cast, name=text)),
        ("metric", 120, lambda cast, text: propose(cast, metric=text)),
        ("unit", 40, lambda cast, text: propose(cast, unit=text)),
        ("owner_name", 120, lambda cast, text: propose(cast, owner_name=text)),
        ("key", 60, lambda cast, text: propose(cast, key=text)),
        ("subject_version", 200, measure),
        ("name", 160, lambda cast, text: tasks.add(phase=phase(cast), name=text, aim="To know.", by=cast.dana)),
        ("name", 160, lambda cast, text: risks.add(phase=phase(cast), name=text, by=cast.dora, **RISK)),
        ("name", 120, lambda cast, text: create(cast, name=text)),
        ("slug", 60, lambda cast, text: create(cast, slug=text)),
    ],
)
def test_a_name_has_the_length_of_its_column(
    cast: Cast, field: str, longest: int, write: Callable[[Cast, str], Any]
) -> None:
    with pytest.raises(Invalid) as refusal:
        write(cast, "x" * (longest + 1))
    assert list(refusal.value.errors) == [field]
    assert write(cast, "x" * longest)


@pytest.mark.parametrize("key", ["new\n", "\nnew", "New", "new-", "a--b", "ñ", "", "a b", "../a"])
def test_a_key_is_one_word_of_an_address(cast: Cast, key: str) -> None:
    for write in (lambda: propose(cast, key=key), lambda: create(cast, slug=key)):
        with pytest.raises(Invalid):
            write()


def test_a_change_that_somebody_made_already_is_told_so(cast: Cast) -> None:
    read = Project.objects.get(pk=cast.project.pk)
    projects.change(project=cast.project, name="Other", by=cast.mara)
    events = Event.objects.count()
    with pytest.raises(Conflict, match="Nothing was changed"):
        projects.change(project=read, name="Other", by=cast.mara)
    assert Event.objects.count() == events
