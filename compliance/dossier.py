"""The project dossier as plain data: everything it prints, from records alone, in a fixed order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from audit import heads, sealing
from audit import selectors as trail
from audit.canon import decimal_text, plain
from audit.snapshot import one_moment
from catalogue.definitions import Catalogue, of
from catalogue.document_kinds import DocumentKind
from compliance import dossier_parts, operation
from projects import bounds, document_computed
from projects.gates import facts
from projects.models import (
    Attachment,
    Criterion,
    CriterionVersion,
    Decision,
    Document,
    Measurement,
    Project,
    Review,
    Revision,
    Risk,
    Signature,
    Waiver,
)

KIND = "dossier"
# Acts that leave the project as it is: the dossier of the same state has the same bytes.
NOT_STATE = (
    "report.issued", "report.downloaded", "evidence.downloaded", "trail.exported", "trail.history_exported",
    "act.refused",
)  # fmt: skip
Data = dict[str, Any]


def build(project: Project, tell: Callable[[int, str], None] = lambda *_: None) -> Data:
    """The whole dossier, all of one moment; about thirty queries, however large the project.

    `tell` hears percent and step. The same state gives the same data: acts that only look at it change nothing.

    Raises: NoKey and the like: the trail can not be sealed, see `sealing.seal`.
    """
    tell(5, "Sealing the trail")
    sealing.seal_all()
    tell(15, "Reading the records")
    with one_moment():
        return _gather(Project.objects.select_related("catalogue").get(pk=project.pk))


def _gather(project: Project) -> Data:
    template = of(project.catalogue)
    last = trail.last_change(project.pk, besides=NOT_STATE)
    head = heads.covering(last)
    return {
        "report": KIND,
        "as_of": plain(last.at),
        "trail": {
            "size": head.size,
            "root": head.root,
            "last_event": str(last.uid),
            "sealed_at": plain(head.sealed_at),
            "note": head.note,
            "root_note": head.root_note,
            "vkey": head.vkey,
        },
        "project": _project(project),
        "phases": _phases(project, template),
        "criteria": _criteria(project),
        "risk_scale": asdict(template.rating),
        "risks": _risks(project),
        "documents": _documents(project, template),
        "parts": dossier_parts.parts(project),
        "decisions": _decisions(project),
        "waivers": _waivers(project),
        "iterations": _iterations(project),
        "holds": _holds(project, last.at),
        "operation": operation.told(project),
        "people": _people(project, template),
    }


def _project(project: Project) -> Data:
    return {
        "name": project.name,
        "slug": project.slug,
        "purpose": project.purpose,
        "kind": project.get_kind_display(),
        "state": project.get_state_display(),
        "iteration": project.iteration,
        "running_since": plain(project.running_since),
        "caught_up_at": plain(project.caught_up_at),
        "catalogue": str(project.catalogue),
        "catalogue_sha256": project.catalogue.sha256,
        "created_at": plain(project.created_at),
        "warnings": of(project.catalogue).warnings(project.answers),
        "answers": dict(sorted(project.answers.items())),
    }


def _phases(project: Project, template: Catalogue) -> list[Data]:
    found = project.phase_set.prefetch_related("task_set", "requirement_set")
    return [
        {
            "number": phase.number,
            "name": phase.name,
            "state": phase.get_state_display(),
            "state_key": phase.state,
            "aim": template.phase(phase.number).aim,
            "tasks": [
                {
                    "name": t.name,
                    "own": t.is_own,
                    "state": t.get_state_display(),
                    "note": t.reason or t.result,
                    "required": t.is_required,
                }
                for t in phase.task_set.all()
            ],
            "requirements": [
                {"text": r.text, "state": r.get_state_display(), "note": r.note} for r in phase.requirement_set.all()
            ],
        }
        for phase in found
    ]


def _criteria(project: Project) -> list[Data]:
    values: dict[Any, list[Measurement]] = {}
    for m in Measurement.objects.filter(project=project).order_by("measured_at", "id"):
        values.setdefault(m.version_id, []).append(m)
    versions = CriterionVersion.objects.select_related("supports", "approved_by", "lesson__document").order_by("number")
    found = Criterion.objects.filter(project=project).prefetch_related(Prefetch("versions", versions))
    current, reached = facts.current_values(project), facts.reached_phase(project)
    return [
        _version(criterion, version, values.get(version.pk, []), current.get(version.pk), reached)
        for criterion in found
        for version in criterion.versions.all()
    ]


def _version(
    criterion: Criterion,
    version: CriterionVersion,
    values: list[Measurement],
    current: Measurement | None,
    reached: int,
) -> Data:
    measured = current.value if current and current.environment != Measurement.Environment.FORECAST else None
    is_approved = version.state == CriterionVersion.State.APPROVED
    status = version.status(measured, criterion.level, reached) if is_approved else None
    return {
        "status": bounds.STATUSES[status] if status else None,
        "measures": criterion.measures,
        "needs_measure": status not in {None, bounds.ON_TRACK} and not criterion.measures,
        "justification": version.justification,
        "change_reason": version.change_reason,
        "lesson": str(version.lesson) if version.lesson else None,
        "name": criterion.name,
        "level": criterion.get_level_display(),
        "version": version.number,
        "state": version.get_state_display(),
        "direction": version.get_direction_display(),
        "threshold": decimal_text(version.threshold),
        "upper": _number(version.upper),
        "floor": _number(version.floor),
        "unit": version.unit,
        "method": version.method,
        "serves": version.supports.name if version.supports else None,
        "approved_by": str(version.approved_by) if version.approved_by else None,
        "approved_at": plain(version.approved_at),
        "values": [
            {
                "value": decimal_text(m.value),
                "lower": _number(m.lower),
                "upper": _number(m.upper),
                "met": version.is_reached_by(m.value),
                "current": m == current,
                "environment": m.get_environment_display(),
                "iteration": m.iteration,
                "measured_at": plain(m.measured_at),
                "model": m.subject_version,
            }
            for m in values
        ],
    }


def _risks(project: Project) -> list[Data]:
    found = (
        Risk.objects.filter(project=project)
        .exclude(task__state="not_applicable")
        .select_related("phase", "accepted_by")
    )
    return [
        {
            "name": r.name,
            "own": r.is_own,
            "phase": r.phase.number,
            "category": r.get_category_display(),
            "severity": r.get_severity_display(),
            "likelihood": r.get_likelihood_display(),
            "rating": r.rating,
            "state": r.get_state_display(),
            "accepted_by": str(r.accepted_by) if r.accepted_by else None,
            "accepted_until": plain(r.accepted_until),
            "acceptance_reason": r.acceptance_reason,
        }
        for r in found.order_by("phase__number", "position")
    ]


def _documents(project: Project, template: Catalogue) -> list[Data]:
    revisions = (
        Revision.objects.order_by("number")
        .select_related("author")
        .prefetch_related(
            Prefetch("reviews", Review.objects.select_related("reviewer")),
            Prefetch("attachments", Attachment.objects.select_related("blob").order_by("blob__name")),
        )
    )
    found = (
        Document.objects.filter(project=project)
        .select_related("phase")
        .prefetch_related(Prefetch("revisions", revisions))
    )
    return [
        {
            "title": document.title,
            "phase": document.phase.number,
            "revisions": [
                _revision(revision, project, template.document_kinds.get(document.kind))
                for revision in document.revisions.all()
            ],
        }
        for document in found
    ]


def _revision(revision: Revision, project: Project, definition: DocumentKind | None) -> Data:
    return {
        "number": revision.number,
        "state": revision.get_state_display(),
        "author": str(revision.author),
        "iteration": revision.iteration,
        "computed": document_computed.values_of(definition, revision.fields) if definition else {},
        "recorded_later": project.is_recorded_later(revision.created_at),
        "sha256": bytes(revision.audit_head).hex(),
        "reviews": [
            {"by": str(r.reviewer), "role": r.role, "verdict": r.get_verdict_display(), "at": plain(r.reviewed_at)}
            for r in revision.reviews.all()
        ],
        "files": [
            {"name": a.blob.name, "sha256": a.blob.sha256, "size": a.blob.size} for a in revision.attachments.all()
        ],
    }


def _decisions(project: Project) -> list[Data]:
    signatures = Prefetch("evaluation__signatures", Signature.objects.select_related("signer"))
    found = (
        Decision.objects.filter(project=project)
        .select_related("gate", "decided_by", "facts", "evaluation")
        .prefetch_related(signatures)
    )
    return [
        {
            "gate": d.gate.name,
            "iteration": d.iteration,
            "outcome": d.get_outcome_display(),
            "to_phase": d.to_phase,
            "reason": d.reason,
            "by": str(d.decided_by),
            "at": plain(d.decided_at),
            "recorded_later": project.is_recorded_later(d.decided_at),
            "facts_sha256": d.facts.sha256,
            "rules_version": d.rules_version,
            "signatures": [
                {
                    "by": str(s.signer),
                    "role": s.role,
                    "further_role": s.is_further_role,
                    "model_version": s.model_version,
                    "verdict": s.get_verdict_display(),
                    "at": plain(s.signed_at),
                }
                for s in d.evaluation.signatures.all()
            ],
            "verdicts": [{"text": v["text"], "verdict": v["verdict"], "because": v["because"]} for v in d.verdicts],
        }
        for d in found
    ]


def _waivers(project: Project) -> list[Data]:
    found = Waiver.objects.filter(project=project).select_related("gate", "requested_by", "decided_by")
    return [
        {
            "gate": w.gate.name,
            "check": w.check_key,
            "state": w.get_state_display(),
            "reason": w.reason,
            "expires_on": plain(w.expires_on),
            "requested_by": str(w.requested_by),
            "decided_by": str(w.decided_by) if w.decided_by else None,
        }
        for w in found
    ]


def _iterations(project: Project) -> list[Data]:
    return [
        {
            "number": i.number,
            "kind": i.get_kind_display(),
            "origin": i.get_origin_display(),
            "from_phase": i.from_phase,
            "to_phase": i.to_phase,
            "reason": i.reason,
            "reopened_tasks": i.reopened_tasks,
            "previous_version": i.previous_version,
            "opened_at": plain(i.opened_at),
        }
        for i in project.iteration_set.all()
    ]


def _holds(project: Project, at: datetime) -> list[Data]:
    return [
        {
            "why": hold.get_code_display(),
            "reason": hold.reason,
            "condition": hold.condition,
            "expected_on": plain(hold.expected_on),
            "held_at": plain(hold.held_at),
            "ended_at": plain(hold.ended_at),
            "end_reason": hold.end_reason,
            "days": hold.days(at.date()),
        }
        for hold in project.hold_set.all()
    ]


def _people(project: Project, template: Catalogue) -> list[Data]:
    members = project.membership_set.select_related("user").order_by("user__display_name")
    return [{"name": str(m.user), "roles": [template.roles[role] for role in m.roles]} for m in members if m.roles]


def _number(value: Any) -> str | None:
    return None if value is None else decimal_text(value)
