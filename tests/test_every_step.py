"""No step without event: a project is walked from creation to operation; its trail is what the script did, in order.

What a script does is written down beside it, call by call: `ACTS` says which event each call of a service has to leave.
A call that leaves none, another or more than one breaks the comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from audit import sealing
from audit.models import Change, Entry, Event
from tests import artefacts, material, walk
from tests.cast import ROLES, Cast

# Service -> the act of its one event. Several calls of one act are several events.
ACTS = {
    "requirements.confirm_many": "requirements.confirmed",
    "tasks.start": "task.started",
    "tasks.check": "task.checked",
    "tasks.hand_in": "task.handed_in",
    "tasks.finish": "task.finished",
    "risks.rate": "risk.rated",
    "risks.rate_many": "risks.rated",
    "criteria.propose": "criterion.proposed",
    "criteria.approve": "criterion.approved",
    "measurements.record": "measurement.recorded",
    "documents.draft": "document.drafted",
    "documents.submit": "document.submitted",
    "documents.accept": "document.accepted",
    "documents.confirm": "document.confirmed",
    "operation.set_terms": "monitoring_plan.set",
    "signals.propose": "signal.proposed",
    "signals.activate": "signal.activated",
    "readings.deliver": "readings.delivered",
    "artefacts.register": "artefact.registered",
    "versions.register": "artefact_version.registered",
    "profiles.record": "profile.recorded",
    "runs.log": "run.logged",
    "runs.judge": "run.chosen",
    "test_sets.use": "test_set.used",
    "releasing.plan": "release.planned",
    "releasing.begin": "increment.begun",
    "releasing.end": "increment.passed",
    "gates.submit": "gate.submitted",
    "gates.sign": "gate.signed",
    "gates.decide": "gate.decided",
}
BEGINNING = ["project.created", *["member.roles_changed"] * (len(ROLES) - 1), "project.activated"]


class Recorded:
    """A module of services; each call that succeeds is written down by the name of its act."""

    def __init__(self, module: ModuleType, said: list[str]) -> None:
        self._module, self._said = module, said

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._module, name)
        key = f"{self._module.__name__.rpartition('.')[2]}.{name}"
        if not callable(found) or isinstance(found, type):
            return found
        return self._recorded(found, ACTS[key])

    def _recorded(self, service: Callable[..., Any], act: str) -> Callable[..., Any]:
        def call(**given: Any) -> Any:
            answer = service(**given)
            self._said.append(act)
            return answer

        return call


@pytest.fixture
def said(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The acts of the script so far; services of the walk write into it."""
    written: list[str] = [*BEGINNING]
    modules = {key.partition(".")[0] for key in ACTS}
    for script in (walk, artefacts, material):
        for name in modules:
            if isinstance(module := getattr(script, name, None), ModuleType) and module.__name__.count("services"):
                monkeypatch.setattr(script, name, Recorded(module, written))
    return written


def trail(cast: Cast) -> list[Event]:
    return list(Event.objects.filter(log_id=cast.project.pk).order_by("id"))


@pytest.mark.slow
def test_the_trail_is_what_was_done_in_order_and_without_gaps(cast: Cast, said: list[str]) -> None:
    for number in range(1, 6):
        walk.pass_gate(cast, number)
        assert [event.act for event in trail(cast)] == said
    sealing.seal_all()
    places = list(Entry.objects.filter(log_id=cast.project.pk).order_by("seq").values_list("seq", "event_id"))
    assert places == [(place, event.pk) for place, event in enumerate(trail(cast))]
    cast.project.refresh_from_db()
    assert cast.project.state == "in_operation"
    empty = Event.objects.filter(log_id=cast.project.pk).exclude(uid__in=Change.objects.values("event"))
    assert list(empty.values_list("act", flat=True)) == []
