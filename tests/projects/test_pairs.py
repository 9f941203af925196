"""Pairs of acts that are never done by one hand, whatever roles it holds; and what only a person does.

Each pair is tried by somebody who holds every role: the second act is refused to who did the first, and to a token of
another person with every role; that other person does it. A refusal that is built into a service and stands in no
pair fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from accounts.actors import Actor
from accounts.models import ServiceToken
from accounts.services import tokens, users
from audit import SYSTEM
from catalogue.definitions import of
from crispmlq.errors import NotAllowed
from experiments.services import test_sets
from policies import services as policies
from projects.models import Evaluation, QAMethod, Revision, Risk, Task
from projects.services import criteria, documents, gates, memberships, qa_methods, risks, tasks, waivers
from regulations.services import classifications, obligations
from tests import artefacts, classified, walk
from tests.cast import Cast

ROOT = Path(__file__).resolve().parents[2]
Second = Callable[[Actor], Any]
# What is tried -> the words of its refusal, and the first act by somebody, which gives back the second.
PAIRS: dict[str, tuple[str, Callable[[Cast, Actor], Second]]] = {}


def pair(name: str, refusal: str) -> Callable[[Callable[[Cast, Actor], Second]], Any]:
    def register(first: Callable[[Cast, Actor], Second]) -> Callable[[Cast, Actor], Second]:
        PAIRS[name] = refusal, first
        return first

    return register


def drafted(cast: Cast, by: Actor) -> Revision:
    values = walk.values_for(documents.kind_of(cast.project, "scope-document"))
    return documents.draft(project=cast.project, kind="scope-document", fields=values, by=by)


def submitted(cast: Cast, by: Actor) -> Revision:
    return documents.submit(revision=drafted(cast, by), by=by)


@pair("write a document, accept it", "You wrote in this;")
def _(cast: Cast, by: Actor) -> Second:
    revision = submitted(cast, by)
    return lambda other: documents.accept(revision=revision, by=other)


@pair("write a document, reject it", "You wrote in this;")
def _(cast: Cast, by: Actor) -> Second:
    revision = submitted(cast, by)
    return lambda other: documents.reject(revision=revision, reason="No.", by=other)


@pair("change another's document, accept it", "You wrote in this;")
def _(cast: Cast, by: Actor) -> Second:
    revision = drafted(cast, cast.pipeline)
    documents.change_draft(revision=revision, fields={**revision.fields, "purpose": "Another."}, by=by)
    documents.submit(revision=revision, by=cast.pipeline)
    return lambda other: documents.accept(revision=revision, by=other)


@pair("attach a file to another's document, accept it", "You wrote in this;")
def _(cast: Cast, by: Actor) -> Second:
    revision = drafted(cast, cast.pipeline)
    documents.attach(revision=revision, name="a.csv", media_type="text/csv", data=b"a", by=by)
    documents.submit(revision=revision, by=cast.pipeline)
    return lambda other: documents.accept(revision=revision, by=other)


@pair("accept a document for one group, accept it for another", "You have reviewed this already;")
def _(cast: Cast, by: Actor) -> Second:
    revision = submitted(cast, cast.pipeline)
    documents.accept(revision=revision, by=by)
    return lambda other: documents.accept(revision=revision, by=other)


def performed(cast: Cast, by: Actor) -> QAMethod:
    walk.accept_document(cast, "scope-document")
    risk = Risk.objects.get(key="contradictory-objectives")
    risks.rate(risk=risk, severity="high", likelihood="likely", reason="Seen.", by=cast.dora)
    method = next(m for m in QAMethod.objects.all() if risk.key in m.mitigates)
    method = qa_methods.plan(method=method, by=cast.dana)
    return qa_methods.perform(method=method, finding="Seen.", evidence_kinds=["scope-document"], by=by)


@pair("perform a method, accept it", "You performed this QA method;")
def _(cast: Cast, by: Actor) -> Second:
    method = performed(cast, by)
    return lambda other: qa_methods.accept(method=method, by=other)


@pair("perform a method, reject it", "You performed this QA method;")
def _(cast: Cast, by: Actor) -> Second:
    method = performed(cast, by)
    return lambda other: qa_methods.reject(method=method, reason="Too thin.", by=other)


@pair("propose a criterion, approve it", "You wrote in this version;")
def _(cast: Cast, by: Actor) -> Second:
    demand = criteria.Demand("m", "1", "at_least", Decimal(1), "So.", "Dora", justification="It fits.")
    version = criteria.propose(project=cast.project, key="k", level="business", name="K", demand=demand, by=by)
    return lambda other: criteria.approve(version=version, by=other)


def handed_in(cast: Cast, by: Actor) -> Task:
    walk.accept_document(cast, "scope-document")
    task = tasks.start(task=Task.objects.get(key="define-scope"), by=by)
    tasks.check(task=task, done=[True] * len(task.checklist), by=by)
    return tasks.hand_in(task=task, result="Done.", by=by)


@pair("hand a task in, finish it", "You handed this task in;")
def _(cast: Cast, by: Actor) -> Second:
    task = handed_in(cast, by)
    return lambda other: tasks.finish(task=task, by=other)


@pair("ask for a waiver, grant it", "You asked for this waiver;")
def _(cast: Cast, by: Actor) -> Second:
    gate = cast.project.gate_set.get(phase__number=1)
    waiver = waivers.request(gate=gate, check_key="g1-aligned", reason="So.", expires_on=walk.days(5), by=by)
    return lambda other: waivers.grant(waiver=waiver, by=other)


@pair("ask to give a test set away, sign it", "You asked for this;")
def _(cast: Cast, by: Actor) -> Second:
    artefacts.version(cast, "dataset", "blind@1", role="test")
    asked = test_sets.ask_for_handover(
        project=cast.project, test_set="blind@1", recipient="An auditor.", reason="To check.", by=by
    )
    return lambda other: test_sets.sign_handover(handover=asked, answer="Agreed.", by=other)


def submission(cast: Cast, by: Actor, **policy: Any) -> Evaluation:
    """Of gate 1, with all that it asks for."""
    if policy:
        policies.change(values=policy, reason="So we work.", by=cast.root)
    walk.prepare(cast, 1)
    return gates.submit(gate=cast.project.gate_set.get(phase__number=1), by=by)


@pair("sign a gate in one role, sign it in another", "You have signed already;")
def _(cast: Cast, by: Actor) -> Second:
    evaluation = submission(cast, cast.mara)
    first, second = evaluation.deciders[:2]
    gates.sign(evaluation=evaluation, role=first, by=by)
    return lambda other: gates.sign(evaluation=evaluation, role=second, by=other)


PASS = gates.Resolution("pass", "All is there.")


@pair("submit a gate, be the only one to sign it", "Who submitted a gate can not be the only one to sign it")
def _(cast: Cast, by: Actor) -> Second:
    evaluation = submission(cast, by, one_person_may_sign_twice=True)
    *others, last = evaluation.deciders
    for role in others:
        gates.sign(evaluation=evaluation, role=role, by=by)

    def second(other: Actor) -> Any:
        with transaction.atomic():
            gates.sign(evaluation=evaluation, role=last, by=other)
            return gates.decide(evaluation=evaluation, resolution=PASS, by=other)

    return second


@pair("submit a gate, decide where policy asks for four eyes", "You submitted this gate;")
def _(cast: Cast, by: Actor) -> Second:
    evaluation = submission(cast, by, four_eyes_gates=[1])
    walk.sign_all(cast, evaluation)
    return lambda other: gates.decide(evaluation=evaluation, resolution=PASS, by=other)


@pair("see to an obligation, confirm it", "You see to this obligation;")
def _(cast: Cast, by: Actor) -> Second:
    classified.signed(cast, classified.HIRING | {"special-data-for-bias": True})
    on = {"project": cast.project, "regulation": classified.ACT}
    obligations.assign(**on, keys=["art-4a-1-d"], owner=by.user.username, by=cast.mara)
    said = {"obligation": "art-4a-1-d", "verdict": "met", "reason": "No party but us reaches the store."}
    return lambda other: obligations.confirm(**on, **said, by=other)


@pair("answer the questions of a law, sign the answers", "Answers of yours are in it;")
def _(cast: Cast, by: Actor) -> Second:
    draft = classifications.begin(project=cast.project, regulation=classified.ACT, by=by)
    classifications.set_roles(classification=draft, roles=("provider",), by=by)
    classifications.answer(classification=draft, answers=classified.reasoned(classified.OUTSIDE), by=by)
    draft.refresh_from_db()
    return lambda other: classifications.sign(classification=draft, reasoning="As the answers say.", by=other)


def with_every_role(cast: Cast, name: str) -> Actor:
    roles = [role for role in of(cast.project.catalogue).roles if role not in {"auditor", "end-user"}]
    user = users.create(username=name, display_name=name, by=SYSTEM, password="quite a long one")
    memberships.set_roles(project=cast.project, user=user, roles=roles, by=cast.mara)
    return Actor(user)


def token_of(cast: Cast, actor: Actor) -> Actor:
    tokens.create(user=actor.user, project_id=cast.project.pk, scope="write", days=1, by=SYSTEM)
    return Actor(actor.user, token=ServiceToken.objects.get(user=actor.user), via="api")


@pytest.mark.slow
@pytest.mark.parametrize("name", PAIRS)
def test_the_second_act_is_for_another_person_and_for_no_token(cast: Cast, name: str) -> None:
    refusal, first = PAIRS[name]
    one, other = with_every_role(cast, "ines"), with_every_role(cast, "otis")
    second = first(cast, one)
    with pytest.raises(NotAllowed, match=re.escape(refusal)):
        second(one)
    with pytest.raises(NotAllowed, match=r"Only a person can|token"):
        second(token_of(cast, other))
    second(other)


def test_every_refusal_for_the_sake_of_a_second_person_is_in_a_pair() -> None:
    sources = "\n".join(path.read_text() for path in ROOT.glob("*/services/*.py"))
    said = set(re.findall(r'NotAllowed\("((?:You (?!can)|Who |Answers of yours)[^"]*)"\)', sources))
    assert len(said) > 10
    assert {words for words in said if not any(words.startswith(refusal) for refusal, _ in PAIRS.values())} == set()
