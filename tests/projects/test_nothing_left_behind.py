"""When the event of an act can not be stored, no service leaves anything of what it did."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps

import compliance.services
import monitoring.services
import projects.services
from audit import acts
from audit.models import GovernedModel
from tests import deeds
from tests.cast import Cast
from tests.deeds import CASES

for found in pkgutil.iter_modules(deeds.__path__):
    importlib.import_module(f"{deeds.__name__}.{found.name}")
PACKAGES = (projects.services, compliance.services, monitoring.services)
# Asking for a job is no act: it leaves a job and no event.
# To ask whether somebody may is none either.
# A project is brought in with the events it has; tests/projects/test_portable.py tries that.
WITHOUT_EVENT = {
    "downloads.require_all", "portable.request", "portable.bring_in", "reports.request", "packages.request",
    "integrity.request_export", "integrity.request_verification",
}  # fmt: skip
# Nobody does these; the clock brings them.
BY_ITSELF = {
    "alarms.repeat", "incidents.escalate", "judging.find_silence", "reviews.open_by_date", "reviews.remind",
}  # fmt: skip


class NotStored(Exception):
    """Raised in place of storing an event."""


def stored() -> dict[str, Any]:
    """The version of every governed row, and how many rows every other table has."""
    found: dict[str, Any] = {}
    for model in apps.get_models():
        rows = model._base_manager
        is_governed = issubclass(model, GovernedModel)
        found[model._meta.label] = dict(rows.values_list("pk", "audit_ver")) if is_governed else rows.count()
    return found


def writing() -> Iterator[str]:
    """Services in which somebody acts: public, with an actor `by` that has to be named in the call."""
    for package in PACKAGES:
        for found in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{found.name}")
            for name, function in inspect.getmembers(module, inspect.isfunction):
                is_own = function.__module__ == module.__name__ and not name.startswith("_")
                by = inspect.signature(function).parameters.get("by")
                if is_own and by is not None and by.kind is by.KEYWORD_ONLY and found.name != "doing":
                    yield f"{found.name}.{name}"


def test_every_service_in_which_somebody_acts_is_tried() -> None:
    assert {name.split(", ")[0] for name in CASES} == (set(writing()) - WITHOUT_EVENT) | BY_ITSELF


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * name.startswith("gates.")) for name in CASES]
)
def test_nothing_is_left_behind_and_a_second_try_succeeds(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    deed = CASES[name](cast)
    store, before, meanwhile = acts.Act.store, stored(), []

    def broken(act: acts.Act) -> None:
        store(act)
        meanwhile.append(stored())
        raise NotStored

    with monkeypatch.context() as patch:
        patch.setattr(acts.Act, "store", broken)
        with pytest.raises(NotStored):
            deed()
    assert meanwhile[0] != before
    assert stored() == before
    deed()
    assert stored()["audit.Event"] == before["audit.Event"] + 1
