"""Every move a table does not list is tried at the API, and refused with nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone

from audit import act
from audit.models import Event
from projects import states
from projects.models import (
    Criterion,
    CriterionVersion,
    Evaluation,
    Gate,
    Phase,
    Project,
    QAMethod,
    Requirement,
    Revision,
    Risk,
    Task,
    Waiver,
)
from projects.services import criteria, documents
from tests import walk
from tests.cast import Cast


@dataclass(frozen=True)
class Move:
    """A command of the API that brings a row to `to`; `who` has the right to it."""

    model: type
    path: str
    to: str
    who: str
    body: dict[str, Any] | None = None


WHY = {"reason": "So."}
MOVES = [
    Move(Task, "tasks/{key}/start", "in_progress", "dana"),
    Move(Task, "tasks/{key}/hand-in", "in_review", "dana", {"result": "Done."}),
    Move(Task, "tasks/{key}/finish", "done", "mara"),
    Move(Task, "tasks/{key}/return", "in_progress", "mara", WHY),
    Move(Task, "tasks/{key}/not-applicable", "not_applicable", "mara", WHY),
    Move(Task, "tasks/{key}/reopen", "to_do", "mara", WHY),
    Move(Requirement, "requirements/{key}/confirm", "confirmed", "dana", {"note": "So."}),
    Move(Requirement, "requirements/{key}/reopen", "open", "dana", WHY),
    Move(Risk, "risks/{key}/acceptance", "accepted", "sven", {**WHY, "until": "2099-01-01"}),
    Move(QAMethod, "qa-methods/{key}/plan", "planned", "dana"),
    Move(QAMethod, "qa-methods/{key}/perform", "performed", "dana", {"finding": "F", "evidence_kinds": ["x"]}),
    Move(QAMethod, "qa-methods/{key}/accept", "accepted", "milo", {}),
    Move(QAMethod, "qa-methods/{key}/reject", "rejected", "milo", WHY),
    Move(Revision, "documents/scope-document/revisions/1/submit", "submitted", "dana"),
    Move(Revision, "documents/scope-document/revisions/1/accept", "accepted", "dora", {}),
    Move(Revision, "documents/scope-document/revisions/1/reject", "rejected", "dora", WHY),
    Move(CriterionVersion, "criteria/k/versions/1/approve", "approved", "dora"),
    Move(Gate, "gates/{key}/submissions", "submitted", "mara", {}),
    Move(Evaluation, "submissions/{pk}/decision", "decided", "mara", {"outcome": "iterate", "to_phase": 1, **WHY}),
    Move(Evaluation, "submissions/{pk}/withdraw", "withdrawn", "mara", WHY),
    Move(Waiver, "waivers/{pk}/grant", "granted", "sven"),
    Move(Waiver, "waivers/{pk}/refuse", "refused", "sven", WHY),
    Move(Project, "start", "active", "mara"),
    Move(Project, "hold", "on_hold", "mara", {**WHY, "condition": "C"}),
    Move(Project, "stop", "stopped", "sven", WHY),
]
CASES = [
    (move, state)
    for move in MOVES
    for state in move.model.State.values
    if move.to not in states.MOVES[move.model.__name__][state]
]


def some_task(cast: Cast) -> Task:
    return Task.objects.filter(project=cast.project, phase__number=1, is_required=False).first() or Task.objects.get(
        project=cast.project, key="define-scope"
    )


def revision(cast: Cast) -> Revision:
    values = walk.values_for(documents.kind_of(cast.project, "scope-document"))
    return documents.draft(project=cast.project, kind="scope-document", fields=values, by=cast.pipeline)


def version(cast: Cast) -> CriterionVersion:
    from decimal import Decimal

    asked = criteria.Demand("m", "1", "at_least", Decimal(1), "so", "Dora", justification="J")
    return criteria.propose(project=cast.project, key="k", level="business", name="K", demand=asked, by=cast.mara)


def evaluation(cast: Cast) -> Evaluation:
    from evidence.services import blobs

    with act("gate.submitted", by=cast.mara.audit_by, subject=cast.project) as now:
        blob = blobs.store(owner_id=cast.project.pk, name="f.json", media_type="application/json", data=b"{}")
        row = Evaluation(
            project=cast.project, gate=cast.project.gate_set.first(), iteration=1, facts=blob, verdicts=[],
            rules_version="1", submitted_by_id=cast.mara.user.pk, submitted_at=now.at, deciders=["sponsor"],
        )  # fmt: skip
        row.save()
        return row


def waiver(cast: Cast) -> Waiver:
    from projects.services import waivers

    return waivers.request(
        gate=cast.project.gate_set.first(), check_key="g1-aligned", reason="R", expires_on=walk.days(5), by=cast.mara
    )


ROWS: dict[type, Callable[[Cast], Any]] = {
    Task: some_task,
    Requirement: lambda cast: Requirement.objects.filter(project=cast.project).first(),
    Risk: lambda cast: Risk.objects.filter(project=cast.project).first(),
    QAMethod: lambda cast: QAMethod.objects.filter(project=cast.project).first(),
    Revision: revision,
    CriterionVersion: version,
    Gate: lambda cast: cast.project.gate_set.first(),
    Evaluation: evaluation,
    Waiver: waiver,
    Project: lambda cast: cast.project,
}


def companions(cast: Cast, model: type, state: str) -> dict[str, Any]:
    """What the table's constraints ask of a row in this state."""
    mara, now = cast.mara.user.pk, timezone.now()
    if model is Task:
        return {"reason": "R", "handed_in_by_id": mara, "finished_at": now}
    if model is Requirement:
        is_open = state == "open"
        return {"confirmed_by_id": None if is_open else mara, "confirmed_at": None if is_open else now}
    if model is Risk:
        return {"severity": "high", "likelihood": "likely", "rating": 9, "accepted_by_id": mara,
                "accepted_as": "sponsor", "accepted_until": walk.days(5), "acceptance_reason": "R"}  # fmt: skip
    if model is CriterionVersion and state != "draft":
        return {"approved_by_id": cast.dora.user.pk, "approved_at": now}
    if model is Waiver and state != "requested":
        return {"decided_by_id": cast.sven.user.pk, "decided_at": now}
    if model is Project:
        return {"hold_reason": "R", "hold_condition": "C", "resumes_as": "active", "stop_reason": "R"}
    return {}


def put(cast: Cast, row: Any, state: str) -> None:
    """The row into a state, by a hand that knows no rules."""
    with act("project.changed", by=cast.mara.audit_by, subject=cast.project):
        row.state = state
        for name, value in companions(cast, type(row), state).items():
            setattr(row, name, value)
        row.save()


@pytest.mark.parametrize(("move", "state"), CASES, ids=lambda each: getattr(each, "path", each))
def test_an_illegal_move_is_refused_with_a_message_and_changes_nothing(
    cast: Cast, api: Any, move: Move, state: str
) -> None:
    row = ROWS[move.model](cast)
    if row.state != state:
        put(cast, row, state)
    before, events = type(row)._base_manager.get(pk=row.pk).audit_ver, Event.objects.exclude(act="act.refused").count()
    path = move.path.format(key=getattr(row, "key", ""), pk=row.pk)
    answer = api(move.who, "post", path, move.body)
    assert answer.status_code in {403, 409, 422}, answer.content
    assert answer.json()["detail"]
    fresh = type(row)._base_manager.get(pk=row.pk)
    assert (fresh.state, fresh.audit_ver) == (state, before)
    assert Event.objects.exclude(act="act.refused").count() == events


def test_every_state_that_a_person_brings_about_has_its_move() -> None:
    """Phases are moved by gates and iterations alone; what follows from another act has no command of its own."""
    following = {("Project", "in_operation"), ("Project", "draft"), ("Risk", "rated"), ("Risk", "treated"),
                 ("Risk", "closed"), ("CriterionVersion", "superseded"), ("Revision", "superseded"),
                 ("Gate", "open"), ("Gate", "passed")}  # fmt: skip
    own = {"Task", "Requirement", "Risk", "QAMethod", "Revision", "CriterionVersion", "Gate", "Evaluation", "Waiver",
           "Project"}  # fmt: skip
    targets = {(name, to) for name in own for tos in states.MOVES[name].values() for to in tos}
    assert targets - {(move.model.__name__, move.to) for move in MOVES} <= following


@pytest.mark.parametrize("state", ["locked", "in_review", "passed", "reconfirm"])
@pytest.mark.parametrize(
    ("who", "path", "body"),
    [
        ("dana", "tasks/define-scope/start", None),
        ("mara", "tasks", {"phase": 1, "name": "N", "aim": "A"}),
        ("dana", "requirements", {"phase": 1, "kind": "requirement", "text": "T"}),
        ("mara", "gates/gate-1-feasibility/submissions", {}),
    ],
)
def test_a_phase_that_is_not_open_takes_no_work(
    cast: Cast, api: Any, state: str, who: str, path: str, body: Any
) -> None:
    put(cast, Phase.objects.get(project=cast.project, number=1), state)
    answer = api(who, "post", path, body)
    assert (answer.status_code, answer.json()["code"]) == (409, "phase_closed")


def test_no_phase_has_a_door_of_its_own(cast: Cast, api: Any) -> None:
    for command in ("open", "pass", "unlock", "start", "complete"):
        assert api("mara", "post", f"phases/1/{command}", {}).status_code == 404
    assert api("mara", "patch", "phases/2", {"state": "open"}).status_code == 405
    assert Criterion.objects.count() == 0
