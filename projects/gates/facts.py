"""The snapshot a gate is judged on: plain JSON, complete, so that the rules need no database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, Prefetch, Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from audit.canon import decimal_text, plain
from catalogue.definitions import Catalogue, of
from policies import selectors as policies
from projects.document_reviews import holds_since
from projects.models import (
    Criterion,
    CriterionVersion,
    Decision,
    Document,
    Evaluation,
    Gate,
    Iteration,
    Measurement,
    Phase,
    Project,
    Requirement,
    Revision,
    Risk,
    Task,
    Waiver,
)

Facts = dict[str, Any]
# What apps above this one know of a project: name in the facts -> function that collects it.
PROVIDERS: dict[str, Callable[[Project], Any]] = {}


def register_provider(name: str, collect: Callable[[Project], Any]) -> None:
    """Have `collect(project)` (plain JSON, a fixed number of queries) in the facts of every gate, under `name`."""
    PROVIDERS[name] = collect


def of_project(project: Project) -> Facts:
    """What all gates of a project share; thirteen queries and those of the providers, however many rows."""
    template = of(project.catalogue)
    tasks = list(project.task_set.select_related("phase"))
    return {
        "today": timezone.localdate().isoformat(),
        "project": {
            "slug": project.slug,
            "kind": project.kind,
            "iteration": project.iteration,
            "answers": project.answers,
        },
        "policy": policies.in_force().as_facts,
        "kind_names": {key: kind.name for key, kind in template.document_kinds.items()},
        "role_names": dict(template.roles),
        "documents": _documents(project, template, tasks),
        "criteria": _criteria(project),
        "tasks": [_task(task) for task in tasks],
        "requirements": [
            {"key": r.key, "text": r.text, "state": r.state, "phase": r.phase.number}
            for r in Requirement.objects.filter(project=project).select_related("phase")
        ],
        "risks": [_risk(risk) for risk in Risk.objects.filter(project=project).select_related("phase", "task")],
        "decisions": _decisions(project),
        **{name: provide(project) for name, provide in PROVIDERS.items()},
    }


def of_gate(base: Facts, gate: Gate, evaluation: Evaluation | None = None) -> Facts:
    """The snapshot for one gate: the shared facts, its waivers, and of a submission its signatures and policies."""
    number = gate.phase.number
    waivers = {
        w.check_key: {"expires_on": w.expires_on.isoformat(), "reason": w.reason}
        for w in gate.waivers.all()
        if w.state == Waiver.State.GRANTED and w.expires_on.isoformat() >= base["today"]
    }
    return {
        **base,
        **({"policy": policies.of_version(evaluation.policy_version).as_facts} if evaluation else {}),
        "gate": gate.key,
        "phase": number,
        "requirements": [r for r in base["requirements"] if r["phase"] == number],
        "waivers": waivers,
        "signatures": of_now(evaluation)["signatures"] if evaluation else [],
    }


def of_now(evaluation: Evaluation) -> Facts:
    """What goes on after a submission froze everything else: its signatures, and the day."""
    signatures = [{"role": s.role, "verdict": s.verdict} for s in evaluation.signatures.all()]
    return {"signatures": signatures, "today": timezone.localdate().isoformat()}


def collect(gate: Gate, evaluation: Evaluation | None = None) -> Facts:
    return of_gate(of_project(gate.project), gate, evaluation)


def _documents(project: Project, template: Catalogue, tasks: list[Task]) -> dict[str, Facts]:
    """By kind: the accepted revision where there is one, else the newest."""
    needed = needed_iterations(tasks)
    documents = Document.objects.filter(project=project).prefetch_related(
        Prefetch("revisions", Revision.objects.order_by("number").prefetch_related("reviews"))
    )
    return {
        document.kind: _document(document, template, needed.get(document.kind, 1))
        for document in documents
        if document.kind in template.document_kinds
    }


def needed_iterations(tasks: list[Task]) -> dict[str, int]:
    """Document kind -> iteration in which it has to be accepted or confirmed, from the tasks that produce it."""
    needed: dict[str, int] = defaultdict(lambda: 1)
    for task in tasks:
        for kind in task.document_kinds:
            needed[kind] = max(needed[kind], task.iteration)
    return needed


def _document(document: Document, template: Catalogue, needed: int) -> Facts:
    revisions = list(document.revisions.all())
    shown = next((r for r in revisions if r.state == Revision.State.ACCEPTED), revisions[-1])
    reviews = list(shown.reviews.all())
    since = holds_since(shown, reviews, template.document_kinds[document.kind].review_roles)
    settled = [r.reviewed_at for r in reviews if r.verdict != "rejected"]
    return {
        "state": shown.state,
        "revision": shown.number,
        "id": str(shown.pk),
        "is_current": since >= needed,
        "authors": sorted({str(shown.author_id), *shown.authors}),
        "valid_from": plain(shown.valid_from),
        "valid_until": plain(shown.valid_until),
        "fields": shown.fields,
        "reviews": [{"role": r.role, "verdict": r.verdict, "iteration": r.iteration} for r in reviews],
        "first_settled_at": plain(shown.decided_at),
        "settled_at": plain(max([shown.decided_at, *settled])) if shown.decided_at else None,
    }


def _criteria(project: Project) -> list[Facts]:
    """Criteria with the approved version and its values that count."""
    values = counting_values(project)
    criteria = Criterion.objects.filter(project=project).prefetch_related(
        Prefetch("versions", CriterionVersion.objects.order_by("number").select_related("supports"))
    )
    return [_criterion(criterion, values) for criterion in criteria]


def _criterion(criterion: Criterion, values: dict[UUID, list[Measurement]]) -> Facts:
    versions = list(criterion.versions.all())
    approved = next((v for v in versions if v.state == CriterionVersion.State.APPROVED), None)
    shown = approved or versions[-1]
    return {
        "key": criterion.key,
        "name": criterion.name,
        "level": criterion.level,
        "version": approved.number if approved else None,
        "has_draft": versions[-1].state == CriterionVersion.State.DRAFT,
        "unit": shown.unit,
        "direction": shown.direction,
        "threshold": decimal_text(shown.threshold),
        "upper": _number(shown.upper),
        "floor": _number(shown.floor),
        "baseline": _number(shown.baseline),
        "supports": shown.supports.key if shown.supports else None,
        "measures": criterion.measures,
        "measurements": [_measurement(m) for m in values.get(approved.pk, [])] if approved else [],
    }


def _measurement(m: Measurement) -> Facts:
    return {
        "value": decimal_text(m.value),
        "environment": m.environment,
        "measured_at": plain(m.measured_at),
        "recorded_at": plain(m.recorded_at),
        "subject_version": m.subject_version,
        "dataset": m.dataset,
    }


def counting_values(project: Project) -> dict[UUID, list[Measurement]]:
    """By criterion version, of each environment the newest value and the one recorded first, in order of time.

    Those of earlier turns of the loop are left out. No rule asks for others, however many there are. Two queries.
    """
    starts = turn_starts(project)
    counts = Q()
    for environment, phase in Measurement.PHASE_OF.items():
        counts |= Q(environment=environment, iteration__gte=starts[phase])
    same = {"partition_by": ["version", "environment"]}
    found = (
        Measurement.objects.filter(counts, project=project)
        .annotate(
            from_newest=Window(RowNumber(), order_by=["-measured_at", "-id"], **same),
            from_first=Window(RowNumber(), order_by=["recorded_at", "id"], **same),
        )
        .filter(Q(from_newest=1) | Q(from_first=1))
    )
    values: dict[UUID, list[Measurement]] = defaultdict(list)
    for m in sorted(found, key=lambda m: (m.measured_at, m.pk)):
        values[m.version_id].append(m)
    return values


def current_values(project: Project) -> dict[UUID, Measurement]:
    """Criterion version -> the value it is judged by now; three queries.

    That is the newest of those that count from the furthest environment whose phase the project has reached: once there
    is a blind test, a further validation says nothing about the criterion, just as the gate would not ask for it.
    """
    reached = reached_phase(project)
    return _newest([m for values in counting_values(project).values() for m in values], reached)


def current_among(
    measurements: Iterable[Measurement], iterations: Iterable[Iteration], phases: Iterable[Phase]
) -> dict[UUID, Measurement]:
    """As `current_values`, of rows at hand such as those of a past time; no query."""
    starts = _starts({(i.to_phase, i.kind): i.number for i in sorted(iterations, key=lambda i: i.number)})
    counting = [m for m in measurements if m.iteration >= starts[m.judged_in]]
    return _newest(counting, reached_among(phases))


def reached_among(phases: Iterable[Phase]) -> int:
    return max((phase.number for phase in phases if phase.state != Phase.State.LOCKED), default=1)


def _newest(counting: Iterable[Measurement], reached: int) -> dict[UUID, Measurement]:
    return {m.version_id: m for m in sorted(counting, key=_order) if m.judged_in <= reached}


def reached_phase(project: Project) -> int:
    """Number of the furthest phase that was ever open; one query."""
    return project.phase_set.exclude(state=Phase.State.LOCKED).aggregate(number=Max("number"))["number"] or 1


def _order(m: Measurement) -> tuple[int, datetime, UUID]:
    return m.judged_in, m.measured_at, m.pk


def turn_starts(project: Project) -> dict[int, int]:
    """Phase number -> iteration that last reopened it or a phase before it; older values do not count there.

    What is measured in operation counts on while an update or a challenger is built beside it.
    """
    turns = Iteration.objects.filter(project=project).order_by().values_list("to_phase", "kind")
    return _starts({(to, kind): newest for to, kind, newest in turns.annotate(newest=Max("number"))})


def _starts(last: dict[tuple[int, str], int]) -> dict[int, int]:
    """`last`: phase an iteration goes to and its kind -> number of the newest such iteration."""
    return {
        phase: max(
            number
            for (to, kind), number in last.items()
            if to <= phase and not (phase == 6 and kind in Iteration.BESIDE_OPERATION)
        )
        for phase in range(1, 7)
    }


def _task(task: Task) -> Facts:
    return {
        "key": task.key,
        "name": task.name,
        "phase": task.phase.number,
        "state": task.state,
        "is_required": task.is_required,
        "reason": task.reason,
        "iteration": task.iteration,
    }


def _risk(risk: Risk) -> Facts:
    return {
        "key": risk.key,
        "name": risk.name,
        "phase": risk.phase.number,
        "applies": risk.task is None or risk.task.state != Task.State.NOT_APPLICABLE,
        "state": risk.state,
        "rating": risk.rating,
        "is_tolerable": risk.state == Risk.State.CLOSED,
        "accepted_until": plain(risk.accepted_until),
    }


def _decisions(project: Project) -> dict[str, Facts]:
    """The newest decision of each gate."""
    newest = Decision.objects.filter(project=project).select_related("gate").order_by("decided_at", "id")
    return {d.gate.key: {"outcome": d.outcome, "iteration": d.iteration, "at": plain(d.decided_at)} for d in newest}


def _number(value: Any) -> str | None:
    return None if value is None else decimal_text(value)
