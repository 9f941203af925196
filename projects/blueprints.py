"""What one project takes over from another: choices and structure, no evidence, no decision, no trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from audit.canon import decimal_of, decimal_text
from audit.ids import uuid7
from catalogue.models import CatalogueVersion
from projects.models import (
    Criterion,
    CriterionVersion,
    Project,
    QAMethod,
    Requirement,
    Risk,
    Task,
)

if TYPE_CHECKING:
    from projects.models import ProjectTemplate

Body = dict[str, Any]
NUMBERS = ("threshold", "upper", "floor", "baseline")
TEXTS = ("metric", "unit", "direction", "method", "justification", "owner_name")


@dataclass(frozen=True)
class Blueprint:
    """`origin`, with its id, is said in the first event of the project that is made from it."""

    name: str
    origin: str
    catalogue: CatalogueVersion
    body: Body


def of_project(project: Project) -> Blueprint:
    """Eight queries."""
    name = f"the project “{project.name}”"
    return Blueprint(name, f"{name} ({project.pk})", project.catalogue, body_of(project))


def of_template(template: ProjectTemplate) -> Blueprint:
    name = f"the template “{template.name}”"
    return Blueprint(name, f"{name} ({template.pk})", template.catalogue, template.body)


def body_of(project: Project) -> Body:
    """As plain JSON."""
    tasks = list(Task.objects.filter(project=project).select_related("phase"))
    methods = list(QAMethod.objects.filter(project=project).select_related("phase", "task"))
    criteria = Criterion.objects.filter(project=project).prefetch_related("versions__supports")
    return {
        "kind": project.kind,
        "answers": dict(project.answers),
        "tasks": [
            {**_item(t), "name": t.name, "aim": t.aim, "checklist": [entry["text"] for entry in t.checklist]}
            for t in tasks
            if t.is_own
        ],
        "left_out": {t.key: t.reason for t in tasks if t.state == Task.State.NOT_APPLICABLE},
        "requirements": [
            {**_item(r), "kind": r.kind, "text": r.text}
            for r in Requirement.objects.filter(project=project, is_own=True).select_related("phase")
        ],
        "risks": [
            {
                **_item(r), "name": r.name, "what_goes_wrong": r.what_goes_wrong, "category": r.category,
                "severity": r.default_severity, "likelihood": r.default_likelihood, "task": r.task and r.task.key,
            }
            for r in Risk.objects.filter(project=project, is_own=True).select_related("phase", "task")
        ],
        "methods": [
            {
                **_item(m), "name": m.name, "what_it_does": m.what_it_does, "mitigates": m.mitigates,
                "evidence_expected": m.evidence_expected, "task": m.task and m.task.key,
            }
            for m in methods
            if m.is_own
        ],
        "planned": [m.key for m in methods if m.state != QAMethod.State.AVAILABLE],
        "criteria": [_criterion(criterion) for criterion in criteria],
    }  # fmt: skip


def _item(row: Any) -> Body:
    return {"key": row.key, "phase": row.phase.number}


def _criterion(criterion: Criterion) -> Body:
    version = criterion.shown
    numbers = {name: getattr(version, name) for name in NUMBERS}
    return {
        "key": criterion.key, "level": criterion.level, "name": criterion.name,
        "supports": version.supports and version.supports.key,
        **{name: getattr(version, name) for name in TEXTS},
        **{name: None if value is None else decimal_text(value) for name, value in numbers.items()},
    }  # fmt: skip


def apply(project: Project, body: Body, by: UUID, at: datetime) -> None:
    """Write it into a project that was just made from the same catalogue, inside the act that makes it.

    What the process requires of every project is not left out, and a key is given once; criteria begin as drafts.
    """
    phases = {phase.number: phase for phase in project.phase_set.all()}
    own_tasks = [
        Task(
            id=uuid7(), project=project, phase=phases[t["phase"]], key=t["key"], name=t["name"], aim=t["aim"],
            is_own=True, group="own", position=1000 + at_,
            checklist=[{"text": text, "done": False} for text in t["checklist"]],
        )
        for at_, t in enumerate(body["tasks"])
    ]  # fmt: skip
    Task.objects.bulk_create(own_tasks)
    tasks = {task.key: task for task in project.task_set.all()}
    left_out = [task for key, task in tasks.items() if key in body["left_out"] and _may_be_left_out(task)]
    for task in left_out:
        task.state, task.reason = Task.State.NOT_APPLICABLE, body["left_out"][task.key]
    Task.objects.bulk_update(left_out, ["state", "reason"])
    Requirement.objects.bulk_create(
        Requirement(
            project=project, phase=phases[r["phase"]], key=r["key"], kind=r["kind"], text=r["text"], is_own=True,
            position=1000 + at_,
        )
        for at_, r in enumerate(body["requirements"])
    )  # fmt: skip
    Risk.objects.bulk_create(
        Risk(
            project=project, phase=phases[r["phase"]], task=tasks.get(r["task"]), key=r["key"], name=r["name"],
            what_goes_wrong=r["what_goes_wrong"], category=r["category"], default_severity=r["severity"],
            default_likelihood=r["likelihood"], is_own=True, position=1000 + at_,
        )
        for at_, r in enumerate(body["risks"])
    )  # fmt: skip
    _methods(project, phases, tasks, body)
    _criteria(project, body["criteria"], by, at)


def _may_be_left_out(task: Task) -> bool:
    return task.state == Task.State.TO_DO and (task.is_own or not task.is_required)


def _methods(project: Project, phases: dict[int, Any], tasks: dict[str, Task], body: Body) -> None:
    QAMethod.objects.bulk_create(
        QAMethod(
            project=project, phase=phases[m["phase"]], task=tasks.get(m["task"]), key=m["key"], name=m["name"],
            what_it_does=m["what_it_does"], mitigates=m["mitigates"], evidence_expected=m["evidence_expected"],
            is_own=True, position=1000 + at_,
        )
        for at_, m in enumerate(body["methods"])
    )  # fmt: skip
    planned = list(project.qamethod_set.filter(key__in=body["planned"]))
    for method in planned:
        method.state = QAMethod.State.PLANNED
    QAMethod.objects.bulk_update(planned, ["state"])


def _criteria(project: Project, wanted: list[Body], by: UUID, at: datetime) -> None:
    made = {c["key"]: Criterion(project=project, key=c["key"], level=c["level"], name=c["name"]) for c in wanted}
    Criterion.objects.bulk_create(made.values())
    CriterionVersion.objects.bulk_create(
        CriterionVersion(
            project=project, criterion=made[c["key"]], number=1, supports=made.get(c["supports"]), author_id=by,
            authors=[str(by)], created_at=at,
            **{name: c[name] for name in TEXTS},
            **{name: None if c[name] is None else decimal_of(c[name]) for name in NUMBERS},
        )
        for c in wanted
    )  # fmt: skip
