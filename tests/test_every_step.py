"""No step without event: a project is walked through its whole life; its trail is what the script did, in order.

The trail is held against two accounts of it. What the script calls is written down beside it, call by call: `ACTS` says
which event each call of a service has to leave, and one that leaves none, another or more than one breaks the
comparison. And `life.txt` tells the whole life, chapter by chapter, with what the events are about and what the site
did by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import StringIO
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.core.management import call_command

from audit import SYSTEM, sealing, selectors
from audit.models import Change, Entry, Event
from experiments.models import Run
from monitoring.models import Incident, OperationReview, UpdateDecision
from projects.models import Decision
from registry import lineage
from releases.models import Release
from releases.selectors import served_now
from tests import artefacts, classified, life, material, walk
from tests.cast import ROLES, Cast

TOLD = Path(__file__).with_name("life.txt")
# Service -> the act of its one event. Several calls of one act are several events.
ACTS = {
    "requirements.confirm_many": "requirements.confirmed",
    "tasks.start": "task.started",
    "tasks.check": "task.checked",
    "tasks.hand_in": "task.handed_in",
    "tasks.finish": "task.finished",
    "risks.rate_many": "risks.rated",
    "criteria.propose": "criterion.proposed",
    "criteria.approve": "criterion.approved",
    "measurements.record": "measurement.recorded",
    "documents.draft": "document.drafted",
    "documents.submit": "document.submitted",
    "documents.accept": "document.accepted",
    "documents.confirm": "document.confirmed",
    "classifications.begin": "classification.begun",
    "classifications.set_roles": "classification.roles_set",
    "classifications.answer": "classification.answered",
    "classifications.sign": "classification.signed",
    "operation.set_terms": "monitoring_plan.set",
    "signals.propose": "signal.proposed",
    "signals.activate": "signal.activated",
    "readings.deliver": "readings.delivered",
    "alarms.acknowledge": "alarm.acknowledged",
    "incidents.acknowledge": "incident.acknowledged",
    "incidents.explain": "incident.explained",
    "incidents.resolve": "incident.resolved",
    "incidents.close": "incident.closed",
    "updates.ask": "update.asked",
    "updates.decide": "update.decided",
    "reviews.decide": "review.decided",
    "iterations.begin_update": "iteration.update_begun",
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
    """The acts of the script so far; services of the script write into it."""
    written: list[str] = [*BEGINNING]
    modules = {key.partition(".")[0] for key in ACTS}
    for script in (walk, life, artefacts, classified, material):
        for name in modules:
            if isinstance(module := getattr(script, name, None), ModuleType) and module.__name__.count("services"):
                monkeypatch.setattr(script, name, Recorded(module, written))
    return written


def trail(cast: Cast) -> list[Event]:
    return list(Event.objects.filter(log_id=cast.project.pk).order_by("id"))


def told(cast: Cast, since: int) -> Iterator[str]:
    """Acts and what they are about, from place `since` of the trail on; a run of the same as one line."""
    entries = selectors.events(cast.project.pk, limit=10_000)[::-1][since:]
    for (act, subject, kind), run in groupby(entries, lambda entry: (entry.act, entry.subject_type, entry.actor_kind)):
        count = len(list(run))
        yield f"{act} {subject}" + (f" x {count}" if count > 1 else "") + (", by itself" if kind == "system" else "")


@pytest.mark.slow
def test_the_trail_is_what_was_done_in_order_and_without_gaps(cast: Cast, said: list[str]) -> None:
    story = ["# Creation", *told(cast, 0)]
    for title, live in life.chapters():
        before = len(trail(cast))
        live(cast)
        by_people = [event.act for event in trail(cast) if event.actor_ref != SYSTEM.ref]
        assert by_people == said, title
        story += ["", f"# {title}", *told(cast, before)]
    assert "\n".join(story) == TOLD.read_text().rstrip("\n")
    check_how_it_ends(cast)
    check_places_and_changes(cast)


def check_how_it_ends(cast: Cast) -> None:
    cast.project.refresh_from_db()
    assert (cast.project.state, cast.project.iteration) == ("in_operation", 2)
    [first, second] = Release.objects.order_by("number")
    assert (str(first.model), str(second.model), second.state) == ("churn-model@v1", "churn-model@v2", "complete")
    assert [serving.what for serving in served_now(cast.project)] == ["churn-model@v2"]
    assert second.model.parent == first.model
    assert "prepared@v2" in [version.ref for version in lineage.upstream([second.model.pk])]
    assert Run.objects.get(model=second.model).verdict == "chosen"
    assert UpdateDecision.objects.get().decision == "update"
    assert Incident.objects.get().state == "closed"
    assert set(OperationReview.objects.filter(due_on__lte=walk.days(60)).values_list("state", flat=True)) == {"decided"}
    decided = Decision.objects.order_by("decided_at").values_list("gate__phase__number", "iteration", "outcome")
    assert list(decided) == [*((n, 1, "pass") for n in range(1, 6)), *((n, 2, "pass") for n in range(1, 7))]


def check_places_and_changes(cast: Cast) -> None:
    """Each event has its place, changed something, and stands up to verification, as do the rows it led to."""
    sealing.seal_all()
    places = list(Entry.objects.filter(log_id=cast.project.pk).order_by("seq").values_list("seq", "event_id"))
    assert places == [(place, event.pk) for place, event in enumerate(trail(cast))]
    empty = Event.objects.filter(log_id=cast.project.pk).exclude(uid__in=Change.objects.values("event"))
    assert list(empty.values_list("act", flat=True)) == []
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("audit_verify", state=True, stdout=out)
    assert ended.value.code == 0, out.getvalue()
