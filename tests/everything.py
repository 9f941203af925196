"""A project with a row of every kind, for tests that try each route: under what an address says before an argument."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.apps import apps
from django.utils import timezone

import audit
from audit import SYSTEM_LOG
from audit.canon import canonical
from audit.models import Event
from catalogue.definitions import of
from compliance.documents import plain
from compliance.services import packages, reports
from evidence.services import blobs
from experiments.services import test_sets
from jobs import queue
from monitoring.services import operation, reviews, updates
from notices.models import Notice
from projects.models import Evaluation
from projects.services import (
    comments,
    criteria,
    documents,
    gates,
    holds,
    integrity,
    iterations,
    portable,
    templates,
    waivers,
)
from registry.models import ArtefactVersion
from registry.services import changes
from regulations.services import entries
from tests import artefacts, classified, walk
from tests.cast import Cast
from tests.compliance import samples
from tests.monitoring import made
from tests.released import pass_gate, plan, released, released_material

# What stands in an address after a word: keys and numbers of rows that are there from the beginning or made below,
KEYS = {
    "projects": "churn", "phases": 1, "gates": 1, "checks": "g1-aligned", "tasks": "define-scope",
    "risks": "contradictory-objectives", "requirements": "rq-joint-scope", "qa-methods": "criteria-alignment-review",
    "criteria": "recall", "versions": 2, "documents": "scope-document", "document-kinds": "scope-document",
    "revisions": 1, "scope-document": 1, "artefacts": "crm", "new": "dataset", "signals": "recall-live",
    "iterations": 2, "runs": 1, "experiments": 1, "releases": 1, "incidents": 1, "reviews": 1, "update-decisions": 1,
    "members": "dora", "lists": "tasks", "imports": "tasks",
    "form": "pdf", "coverage": "eu-ai-act", "eu-ai-act": "art-9-1", "of": "training-record",
    "records new": "training-record", "tables": 1, "report-texts": "dossier", "classifications": 1,
    "classification": "eu-ai-act", "regulations": "eu-ai-act", "regulations eu-ai-act": "2024-07-12",
}  # fmt: skip
# and models whose newest row is meant by its primary key.
NEWEST = {
    "holds": "projects.Hold", "attachments": "projects.Attachment", "files": "projects.Attachment",
    "measurements": "projects.Measurement", "waivers": "projects.Waiver", "submissions": "projects.Evaluation",
    "decisions": "projects.Decision", "comments": "projects.Comment", "templates": "projects.ProjectTemplate",
    "announcements": "registry.Announcement",
    "answers": "registry.Answer", "profiles": "registry.Profile", "test-set-uses": "experiments.TestSetUse",
    "handovers": "experiments.Handover", "increments": "releases.Increment", "servings": "releases.Serving",
    "deliveries": "monitoring.Delivery", "alarms": "monitoring.Alarm", "observations": "monitoring.Observation",
    "external-events": "monitoring.ExternalEvent", "system-updates": "monitoring.SystemUpdate",
    "feedback-loops": "monitoring.FeedbackLoop", "reports": "compliance.Report",
    "compare": "compliance.Report", "entries": "regulations.Entry", "compliance-entries": "regulations.Entry",
}  # fmt: skip


def make(cast: Cast) -> dict[str, Any]:
    """The rows; answers what stands after which word."""
    of_process(cast)
    of_registry(cast)
    of_operation(cast)
    submission(cast)
    of_regulations(cast)
    jobs = of_files(cast)
    newest = {word: apps.get_model(label)._base_manager.order_by("pk").last().pk for word, label in NEWEST.items()}
    one = {
        "events": Event.objects.filter(log_id=cast.project.pk).first().uid,
        "trail events": Event.objects.filter(log_id=SYSTEM_LOG).first().uid,
        "notices": Notice.objects.filter(to=cast.mara.user).first().pk,
        "api gates": cast.project.gate_set.get(phase__number=1).key,
        **dict.fromkeys(["artefact-versions", "registry versions"], ArtefactVersion.objects.get(ref="raw@1").pk),
    }
    return KEYS | newest | one | jobs


def of_process(cast: Cast) -> None:
    project = cast.project
    walk.approve_criteria(cast)
    walk.measure(cast, "forecast", keys=["saving"])
    recall = project.criterion_set.get(key=KEYS["criteria"])
    criteria.revise(criterion=recall, demand=demand(), reason="Too strict.", by=cast.mara)
    revision = documents.draft(project=project, kind="scope-document", fields={"purpose": "So."}, by=cast.pipeline)
    documents.attach(revision=revision, name="a.csv", media_type="text/csv", data=b"a", by=cast.pipeline)
    holds.hold(project=project, reason="No data.", condition="Data is there.", by=cast.mara)
    holds.resume(project=project, reason="Data came.", by=cast.mara)
    iterations.go_back(
        project=project, to_phase=1, task_keys=["define-scope"], origin="evaluation", reason="So.", by=cast.mara
    )
    gate = project.gate_set.get(phase__number=1)
    waivers.request(gate=gate, check_key=KEYS["checks"], reason="So.", expires_on=walk.days(5), by=cast.mara)
    on = {"subject_type": "projects.task", "subject": KEYS["tasks"]}
    comments.write(project=project, **on, text="See, @mara.", by=cast.dana)
    templates.save(project=project, name="Ours", by=cast.mara)


def demand() -> criteria.Demand:
    return criteria.Demand(
        "recall", "1", "at_least", Decimal("0.8"), "As agreed.", "Dora", justification="It fits.",
        floor=Decimal("0.5"), supports="retention",
    )  # fmt: skip


def submission(cast: Cast) -> Evaluation:
    """Open, of a gate that takes work meanwhile: what may follow is not tried here, but who may try."""
    gate = cast.project.gate_set.get(phase__number=1)
    with audit.act("gate.submitted", by=cast.mara.audit_by, subject=gate) as act:
        known = canonical(gates.judge(gate)[0])
        facts = blobs.store(owner_id=cast.project.pk, name="facts.json", media_type="application/json", data=known)
        row = Evaluation(
            project=cast.project, gate=gate, iteration=1, facts=facts, verdicts=[], rules_version="1",
            deciders=of(cast.project.catalogue).gate(gate.key).deciders, submitted_by=cast.mara.user,
            submitted_at=act.at,
        )  # fmt: skip
        row.save()
    return row


def of_registry(cast: Cast) -> None:
    """An artefact nobody owns, so that who manages the project answers for it."""
    source = artefacts.version(cast, "data-source", "crm@1", owner="")
    data = artefacts.version(cast, "dataset", "raw@1", "crm@1", step="export", owner="")
    announced = changes.announce(artefact=source.artefact, text="New columns.", effective_on=walk.days(9), by=cast.mara)
    changes.answer(version=data, verdict="confirmed", note="Fits.", by=cast.mara, to_announcement=announced)
    artefacts.profile(cast, data, "training")


def of_operation(cast: Cast) -> None:
    """A version is served, the next one's release is planned; a signal has raised an alarm and with it an incident."""
    released_material(cast)
    test_sets.use(
        project=cast.project, test_set="blind@1", model="model@1", purpose="Final word.", disjointness="By customer.",
        by=cast.pipeline,
    )  # fmt: skip
    test_sets.ask_for_handover(
        project=cast.project, test_set="blind@1", recipient="An auditor.", reason="To check.", by=cast.dana
    )
    released(cast, "model@1")
    pass_gate(cast, 4, "model@2")
    plan(cast, "model@2")
    signal = made.active(cast)
    made.deliver(cast, signal, "0.1")
    reviews.ask(project=cast.project, occasion="Look.", due_on=walk.days(9), by=cast.enzo)
    updates.ask(project=cast.project, trigger="Recall sinks.", by=cast.enzo)
    today, now = timezone.localdate(), timezone.now()
    operation.record_event(project=cast.project, kind="market", title="Crash", happened_on=today, by=cast.enzo)
    operation.record_update(
        project=cast.project, title="Disks", what="Faster.", happened_at=now, signals=[signal.key], by=cast.enzo
    )
    loop = {"name": "Own", "kind": "direct", "description": "So.", "severity": "low", "likelihood": "rare"}
    operation.record_loop(project=cast.project, loop=loop, by=cast.enzo)


def of_regulations(cast: Cast) -> None:
    classified.draft(cast)
    training = entries.Draft({"audience": "Agents", "topic": "What the score means", "given_on": "2026-11-02"})
    entries.record(project=cast.project, kind=KEYS["of"], draft=training, by=cast.mara)


def of_files(cast: Cast) -> dict[str, Any]:
    """A report, and the jobs of what was exported."""
    document = samples.document(*samples.every_block(), status="draft")
    files = {"pdf": b"%PDF", "json": plain.as_json(document)}
    reports.issue(project=cast.project, document=document, files=files, by=cast.mara)
    bundle = integrity.request_export(project=cast.project, by=cast.mara)
    whole = portable.request(project=cast.project, form="json", by=cast.mara)
    package = packages.request(project=cast.project, by=cast.mara)
    for job in (bundle, whole, package):
        queue.run(job.pk)
    report = reports.request(project=cast.project, by=cast.mara)
    return {
        "trail exports": bundle.pk, "bundles": bundle.pk, "exports": whole.pk, "whole": whole.pk, "jobs": report.pk,
        **dict.fromkeys(["audit-package", "audit-packages"], package.pk),
    }  # fmt: skip
