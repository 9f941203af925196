"""What a page or a list costs does not grow with its rows."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.services import users
from audit import SYSTEM, sealing
from catalogue.definitions import of
from compliance.services import reports
from jobs import queue
from projects.models import Criterion, Document, Risk, Task, Waiver
from projects.services import criteria, documents, memberships, projects, risks, tasks, waivers
from registry.models import ArtefactVersion
from registry.services import changes
from tests import artefacts, doors, walk
from tests.cast import Cast
from tests.pages import PAGES, PARTS

LISTS = sorted(
    f"/{path.replace('<slug:slug>', 'churn')}?limit=500"
    for name, path in doors.own_paths().items()
    if name.startswith("api:")
    and not name.startswith("api:erasure")
    and set(re.findall("<.*?>", path)) <= {"<slug:slug>"}
    and name not in {"api:schema", "api:docs"}
)
DETAILS = [
    "/api/v1/projects/churn/gates/gate-1-feasibility",
    "/api/v1/projects/churn/gates/gate-1-feasibility/readiness",
    "/api/v1/projects/churn/documents/scope-document",
    "/api/v1/projects/churn/criteria/retention",
    "/api/v1/projects/churn/coverage/iso-42001?limit=500",
    "/api/v1/projects/churn/coverage/iso-42001/summary",
]


@pytest.mark.slow
def test_few_rows_and_many_need_the_same_queries(cast: Cast) -> None:
    add_rows(cast, 1)
    sealing.seal_all()
    client = Client()
    client.force_login(cast.mara.user)
    urls = [url for url in (*PAGES, *PARTS, *LISTS, *DETAILS) if client.get(url).status_code != 405]
    assert [url for url in urls if client.get(url).status_code != 200] == []
    few = {url: cost(client, url) for url in urls}
    add_rows(cast, 6)
    many = {url: cost(client, url) for url in urls}
    assert {url: (few[url], many[url]) for url in urls if few[url] != many[url]} == {}


def cost(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    return len(queries)


def add_rows(cast: Cast, count: int) -> None:
    """`count` more of everything that can be many."""
    begun = Criterion.objects.count()
    if not begun:
        walk.approve_criteria(cast)
    for number in range(begun, begun + count):
        add_project(cast, number)
        add_person(cast, number)
        add_criterion(cast, number)
        walk.measure(cast, "operation")
        walk.accept_document(cast, "scope-document", reason="Again." if number > 1 else "")
        add_job(cast)
        add_artefact(cast, number)
    add_documents(cast, count)
    for task in Task.objects.filter(project=cast.project, phase__number=1, state="to_do")[:count]:
        if walk._is_ready(task):
            tasks.start(task=task, by=cast.dana)
    for risk in Risk.objects.filter(project=cast.project, state=Risk.State.IDENTIFIED)[:count]:
        risks.rate(risk=risk, severity="high", likelihood="likely", reason="Seen.", by=cast.dora)
    gate = cast.project.gate_set.get(phase__number=1)
    open_checks = [c.key for c in of(cast.project.catalogue).gate(gate.key).checks if c.waivable]
    asked = Waiver.objects.filter(project=cast.project).count()
    for key in open_checks[asked : asked + count]:
        waivers.request(gate=gate, check_key=key, reason="For now.", expires_on=walk.days(20), by=cast.mara)


def add_project(cast: Cast, number: int) -> None:
    projects.create(slug=f"p-{number}", name=f"P {number}", purpose="More.", by=cast.mara)


def add_person(cast: Cast, number: int) -> None:
    person = users.create(username=f"x-{number}", display_name=f"X {number}", by=SYSTEM, password="quite a long one")
    memberships.set_roles(project=cast.project, user=person, roles=["data-scientist"], by=cast.mara)


def add_criterion(cast: Cast, number: int) -> None:
    demand = criteria.Demand(
        metric="m", unit="1", direction="at_least", threshold=Decimal("0.5"), floor=Decimal("0.4"), method="As agreed.",
        owner_name="Dora", supports="retention", justification="It fits.",
    )  # fmt: skip
    version = criteria.propose(
        project=cast.project, key=f"c-{number}", level="ml", name=f"C {number}", demand=demand, by=cast.mara
    )
    criteria.approve(version=version, by=cast.dora)


def add_artefact(cast: Cast, number: int) -> None:
    """A dataset made from the one before, a new version of its source, and what is told of them."""
    source = artefacts.version(cast, "data-source", f"crm@{number}")
    before = ArtefactVersion.objects.filter(artefact__kind="dataset").order_by("registered_at").last()
    inputs = [source.ref, *([before.ref] if before else [])]
    made = artefacts.version(cast, "dataset", f"set-{number}@1", *inputs, role="intermediate")
    artefacts.profile(cast, made, "training")
    on = walk.days(number)
    announced = changes.announce(artefact=source.artefact, text="More.", effective_on=on, by=cast.olga)
    changes.answer(version=made, verdict="objected", note="No.", to_announcement=announced, by=cast.olga)


def add_documents(cast: Cast, count: int) -> None:
    """Drafts with a file, handed in for review."""
    free = Document.objects.filter(project=cast.project, revisions=None, phase__number=1)[:count]
    for document in free:
        kind = of(cast.project.catalogue).document_kinds[document.kind]
        revision = documents.draft(
            project=cast.project, kind=kind.key, fields=walk.values_for(kind), by=cast.pipeline, change_reason=""
        )
        documents.attach(
            revision=revision, name="data.csv", media_type="text/csv", data=document.kind.encode(), by=cast.pipeline
        )
        documents.submit(revision=revision, by=cast.pipeline)


def add_job(cast: Cast) -> None:
    job = reports.request(project=cast.project, by=cast.ada)
    queue.report(job, 10, "Working.")
