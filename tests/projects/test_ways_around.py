"""Ways around the separation of duties and the frozen facts, and that each is closed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from django.test import Client

from accounts.models import User
from audit import history
from audit.models import Actor, Event
from audit.selectors import events
from crispmlq.errors import Conflict, NotAllowed
from projects.access import RIGHTS, rights_of
from projects.gates.process_rules import holds_floor
from projects.models import Criterion, CriterionVersion, QAMethod, Risk
from projects.services import criteria, documents, gates, memberships, projects, qa_methods, risks, waivers
from tests import walk
from tests.cast import Cast, token_for


@pytest.mark.slow
def test_a_weaker_criterion_approved_during_the_review_changes_nothing_in_it(cast: Cast) -> None:
    walk.prepare(cast, 1)
    submission = walk.submit(cast, 1)
    walk.sign_all(cast, submission)
    version = CriterionVersion.objects.get(criterion__key="recall")
    demand = criteria.Demand(
        **{name: getattr(version, name) for name in ("metric", "unit", "direction", "method", "owner_name", "floor")},
        threshold=Decimal("0.85"), supports="retention", justification="Easier to reach.",
    )  # fmt: skip
    weaker = criteria.revise(criterion=version.criterion, demand=demand, reason="Easier.", by=cast.dana)
    criteria.approve(version=weaker, by=cast.dora)
    resolution = gates.Resolution(outcome="pass", reason="All is there.")
    decision = gates.decide(evaluation=submission, resolution=resolution, by=cast.mara)
    frozen = gates.json.loads(gates.blobs.read(decision.facts))
    assert next(c for c in frozen["criteria"] if c["key"] == "recall")["threshold"] == "0.9"


def test_who_changed_a_word_of_a_draft_can_not_review_it_nor_who_wrote_it_first(cast: Cast) -> None:
    fields = walk.values_for(documents.kind_of(cast.project, "scope-document"))
    revision = documents.draft(project=cast.project, kind="scope-document", fields=fields, by=cast.dora)
    changed = {key: value + "." if isinstance(value, str) and value.startswith("About") else value
               for key, value in fields.items()}  # fmt: skip
    documents.change_draft(revision=revision, fields=changed, by=cast.milo)
    documents.attach(revision=revision, name="a.txt", media_type="text/plain", data=b"a", by=cast.dana)
    documents.submit(revision=revision, by=cast.dana)
    for name in ("dora", "milo", "dana"):
        with pytest.raises(NotAllowed, match="another person"):
            documents.accept(revision=revision, by=cast.actors[name])


def test_who_wrote_a_criterion_before_somebody_else_changed_it_can_not_approve_it(cast: Cast) -> None:
    walk.approve_criteria(cast)
    version = Criterion.objects.get(key="recall").versions.get()
    demand = criteria.Demand(
        metric="recall", unit="1", direction="at_least", threshold=Decimal("0.8"), floor=Decimal("0.7"), method="M",
        owner_name="O", justification="J", supports="retention",
    )  # fmt: skip
    draft = criteria.revise(criterion=version.criterion, demand=demand, reason="R", by=cast.dora)
    criteria.change_draft(version=draft, demand=replace(demand, threshold=Decimal("0.81")), by=cast.dana)
    with pytest.raises(NotAllowed):
        criteria.approve(version=draft, by=cast.dora)
    memberships.set_roles(project=cast.project, user=cast.olga.user, roles=["domain-expert"], by=cast.mara)
    criteria.approve(version=draft, by=cast.olga)


def test_nobody_gives_a_role_to_himself(cast: Cast) -> None:
    with pytest.raises(NotAllowed, match="himself"):
        memberships.set_roles(
            project=cast.project, user=cast.mara.user, roles=["project-manager", "sponsor"], by=cast.mara
        )


@pytest.mark.parametrize("name", ["ada", "root"])
def test_who_has_a_role_for_the_whole_site_has_none_in_a_project(cast: Cast, name: str) -> None:
    with pytest.raises(NotAllowed, match="no project work"):
        memberships.set_roles(project=cast.project, user=cast.actors[name].user, roles=["sponsor"], by=cast.mara)
    assert not any(rights_of(cast.actors[name], frozenset({"sponsor", "project-manager"})).values())


def test_an_onlooker_of_the_project_may_do_nothing(cast: Cast) -> None:
    memberships.set_roles(project=cast.project, user=cast.otto.user, roles=["auditor"], by=cast.mara)
    assert rights_of(cast.otto, frozenset({"auditor"})) == dict.fromkeys(RIGHTS, False)


def test_a_floor_below_a_range_does_not_open_it_above() -> None:
    criterion = {"direction": "between", "threshold": "36", "upper": "38", "floor": "35"}
    held = {value: holds_floor(criterion, Decimal(value)) for value in ("34", "35", "37", "38", "50")}
    assert held == {"34": False, "35": True, "37": True, "38": True, "50": False}


def test_a_qa_method_is_accepted_only_on_accepted_evidence(cast: Cast) -> None:
    method = QAMethod.objects.filter(phase__number=1).first()
    fields = walk.values_for(documents.kind_of(cast.project, "scope-document"))
    documents.draft(project=cast.project, kind="scope-document", fields=fields, by=cast.pipeline)
    qa_methods.plan(method=method, by=cast.dana)
    qa_methods.perform(method=method, finding="Fine.", evidence_kinds=["scope-document"], by=cast.dana)
    with pytest.raises(Conflict, match="Not accepted yet"):
        qa_methods.accept(method=method, by=cast.dora)


def test_the_first_rating_of_a_risk_is_never_what_remains_of_it(cast: Cast) -> None:
    walk.accept_document(cast, "scope-document")
    method = next(m for m in QAMethod.objects.filter(phase__number=1) if m.mitigates)
    qa_methods.plan(method=method, by=cast.dana)
    qa_methods.perform(method=method, finding="Fine.", evidence_kinds=["scope-document"], by=cast.dana)
    qa_methods.accept(method=method, by=cast.dora)
    risk = Risk.objects.get(key=method.mitigates[0])
    for _ in range(2):
        risks.rate(risk=risk, severity="high", likelihood="likely", reason="Seen.", by=cast.dora)
    assert list(risk.ratings.order_by("rated_at").values_list("is_residual", flat=True)) == [False, True]


@pytest.mark.slow
def test_a_waiver_is_settled_before_the_gate_is_submitted(cast: Cast) -> None:
    walk.prepare(cast, 1)
    gate = cast.project.gate_set.get(phase__number=1)
    asked = {"check_key": "g1-aligned", "reason": "R", "expires_on": walk.days(5)}
    waiver = waivers.request(gate=gate, by=cast.mara, **asked)
    walk.submit(cast, 1)
    with pytest.raises(Conflict, match="before it is submitted"):
        waivers.grant(waiver=waiver, by=cast.sven)
    with pytest.raises(Conflict, match="before it is submitted"):
        waivers.request(gate=gate, by=cast.mara, **asked | {"check_key": "g1-requirements"})


@pytest.mark.slow
def test_who_decides_a_gate_puts_the_project_on_hold_only_with_the_right_to(cast: Cast) -> None:
    walk.prepare(cast, 1)
    submission = walk.submit(cast, 1)
    resolution = gates.Resolution(outcome="hold", reason="Wait.", condition="Data.")
    with pytest.raises(NotAllowed):
        gates.decide(evaluation=submission, resolution=resolution, by=cast.dora)
    gates.decide(evaluation=submission, resolution=resolution, by=cast.mara)


def test_the_trail_tells_which_token_acted_and_finds_it_by_its_account(cast: Cast, api: object) -> None:
    project = cast.project
    plain = token_for("pipeline", project)
    answer = Client(headers={"authorization": f"Bearer {plain}"}).post(
        "/api/v1/projects/churn/tasks/define-scope/start", content_type="application/json"
    )
    assert answer.status_code == 200, answer.content
    event = Event.objects.filter(log_id=project.pk).latest("id")
    actor = Actor.objects.get(ref=event.actor_ref)
    account = User.objects.get(username="pipeline")
    assert (actor.kind, actor.account_id) == ("token", account.pk)
    assert plain[4:12] in actor.display
    assert history.page(project.pk, history.Wanted(person=account.pk), limit=1).entries[0].uid == event.uid


def test_a_refusal_on_a_page_is_told_in_the_trail_like_one_of_the_api(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.dana.user)
    answer = client.post(f"/projects/churn/do/stop/{cast.project.pk}", {"reason": "Enough."})
    assert answer.status_code == 403
    told = events(cast.project.pk)[0]
    assert (told.act, told.actor_display) == ("act.refused", "Dana")
    assert projects.Project.objects.get(pk=cast.project.pk).state == "active"
