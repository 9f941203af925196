"""A project: created from the catalogue, started, stopped."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.utils import timezone

import audit
from audit.ids import uuid7
from catalogue import definitions
from catalogue.models import CatalogueVersion
from crispmlq.errors import Conflict, Invalid, NotAllowed
from projects import access, blueprints
from projects.blueprints import Blueprint
from projects.models import (
    Decision,
    Gate,
    Iteration,
    Membership,
    Phase,
    Project,
    QAMethod,
    Requirement,
    Risk,
    Task,
)
from projects.services import holds
from projects.services.doing import doing, required_text
from projects.states import require_move

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.actors import Actor

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def create(
    *,
    slug: str,
    name: str,
    purpose: str,
    by: Actor,
    answers: dict[str, str] | None = None,
    kind: str | None = None,
    catalogue: CatalogueVersion | None = None,
    running_since: date | None = None,
    like: Blueprint | None = None,
) -> Project:
    """A draft with everything the catalogue's newest version holds; whoever creates it becomes its project manager.

    With `running_since` it takes in a system that runs already: what is entered until its release is passed carries
    its true time and the mark "recorded later".

    `like` is another project or a template: its catalogue, answers and kind hold where none are given, and what it has
    of its own is taken over. The first event tells the origin.

    Conditional tasks that the answers rule out start as not applicable, with the catalogue's reason.

    Raises:
        NotAllowed: a token, a service account, a site auditor or administrator.
        Invalid: names, slug, kind, an answer, or a `running_since` that is not in the past.
        Conflict: no catalogue was loaded.
    """
    if not access.may_create(by):
        raise NotAllowed("Projects are created by the people who will work in them, not by tokens or site roles.")
    if like is not None:
        catalogue, answers = like.catalogue, {**like.body["answers"], **(answers or {})}
        kind = like.body["kind"] if kind is None else kind
    catalogue = catalogue or CatalogueVersion.objects.order_by("-loaded_at").first()
    if catalogue is None:
        raise Conflict("No process catalogue was loaded. Run `manage.py load_catalogue` first.")
    template = definitions.of(catalogue)
    project = Project(
        slug=slug, name=name.strip(), purpose=purpose.strip(),
        kind=Project.Kind.FULL if kind is None else kind, catalogue=catalogue,
        answers=_answers(template, answers or {}), created_by_id=by.user.pk, running_since=running_since,
    )  # fmt: skip
    _require_valid(project)
    _require_free(slug)
    try:
        _store(project, template, by, like)
    except IntegrityError:  # there is no row to lock yet, so another project may have taken the name meanwhile
        _require_free(slug)
        raise
    return project


def _require_free(slug: str) -> None:
    if Project.objects.filter(slug=slug).exists():
        raise Invalid("This short name is taken.", errors={"slug": ["This short name is taken. Choose another."]})


def _store(project: Project, template: definitions.Catalogue, by: Actor, like: Blueprint | None) -> None:
    name = "project.created_like" if like else "project.created"
    with audit.act(name, by=by.audit_by, subject=project, reason=like.origin if like else "") as act:
        project.created_at = act.at
        project.save()
        Membership(project=project, user_id=by.user.pk, roles=["project-manager"]).save()
        _copy(project, template)
        if like is not None:
            blueprints.apply(project, like.body, by.user.pk, act.at)
        Iteration(
            project=project, number=1, origin=Iteration.Origin.START, to_phase=1, reason="Start of the project.",
            opened_by_id=by.user.pk, opened_at=act.at,
        ).save()  # fmt: skip


def change(
    *, project: Project, by: Actor, name: str | None = None, purpose: str | None = None, expected: int | None = None
) -> Project:
    with doing("project.changed", by=by, on=project, right="manage", expected=expected) as now:
        row = now.row
        before = (row.name, row.purpose)
        row.name = row.name if name is None else name.strip()
        row.purpose = row.purpose if purpose is None else purpose.strip()
        _require_valid(row)
        if (row.name, row.purpose) == before:
            raise Conflict("Nothing was changed.")
        row.save(update_fields=["name", "purpose"])
        return row


def start(*, project: Project, by: Actor) -> Project:
    """Activate a draft and open its first phase."""
    with doing("project.activated", by=by, on=project, right="manage", alone=True) as now:
        require_move(now.row, Project.State.ACTIVE)
        now.row.state = Project.State.ACTIVE
        now.row.save(update_fields=["state"])
        phase = now.row.phase_set.get(number=1)
        phase.state, phase.opened_at = Phase.State.OPEN, now.act.at
        phase.save(update_fields=["state", "opened_at"])
        return now.row


def stop(*, project: Project, reason: str, by: Actor) -> Project:
    """End the project for good. Its records stay as they are."""
    reason = required_text(reason, "reason", "Say why the project is stopped; this can not be undone.")
    with doing("project.stopped", by=by, on=project, right="stop", reason=reason, alone=True, even_frozen=True) as now:
        bring_to_a_stop(now.row, reason, by, now.act.at)
        return now.row


def set_retention(*, project: Project, until: date, by: Actor) -> Project:
    """Say until when the project's trail has to be kept, also of one that is on hold or stopped.

    Once something was released, the date only moves away.

    Raises:
        Invalid: not in the future. Conflict: the same date, or an earlier one after a release.
    Source: Regulation (EU) 2024/1689, Article 18: ten years after the system was placed on the market.
    """
    with doing("project.retention_set", by=by, on=project, right="manage", alone=True, even_frozen=True) as now:
        row = now.row
        if until <= timezone.localdate():
            raise Invalid("Choose a date in the future.", errors={"until": ["Choose a date in the future."]})
        if until == row.retained_until:
            raise Conflict("Nothing was changed.")
        if row.retained_until is not None and until < row.retained_until and _was_released(row):
            raise Conflict(
                f"Something was released already: the trail is kept until {row.retained_until} at least. "
                "Choose a later date.",
                retained_until=row.retained_until.isoformat(),
            )
        row.retained_until = until
        row.save(update_fields=["retained_until"])
        return row


def bring_to_a_stop(project: Project, reason: str, by: Actor, at: datetime) -> None:
    """The change itself, inside an act that is open already; a hold that lasts ends with it."""
    require_move(project, Project.State.STOPPED)
    holds.end(project, reason, by, at)
    project.state, project.stop_reason = Project.State.STOPPED, reason
    project.save()


def _was_released(project: Project) -> bool:
    releasing = [phase.gate.key for phase in definitions.of(project.catalogue).phases if phase.gate.releases]
    passed = Decision.objects.filter(gate__project=project, outcome=Decision.Outcome.PASS)
    return passed.filter(gate__key__in=releasing).exists()


def _require_valid(project: Project) -> None:
    errors: dict[str, list[str]] = {}
    if not SLUG.fullmatch(project.slug) or len(project.slug) > 60:
        errors["slug"] = ["Use up to 60 small letters and digits, with single hyphens between them."]
    if not project.name or len(project.name) > 120:
        errors["name"] = ["Give the project a name of up to 120 characters."]
    if not project.purpose:
        errors["purpose"] = ["Say what the project is for."]
    if project.kind not in Project.Kind.values:
        errors["kind"] = [f"One of {', '.join(Project.Kind.values)}."]
    if project.running_since is not None and project.running_since >= timezone.localdate():
        errors["running_since"] = ["A system that runs already began before today."]
    if errors:
        raise Invalid("Please correct what is marked.", errors=errors)


def _answers(template: definitions.Catalogue, given: dict[str, str]) -> dict[str, str]:
    """Every question answered, by what was given or by its default."""
    questions = {question.key: question for question in template.questions}
    errors = {key: ["There is no such question."] for key in given if key not in questions}
    for key, question in questions.items():
        options = [option["key"] for option in question.options]
        if key in given and given[key] not in options:
            errors[key] = [f"One of {', '.join(options)}."]
    if errors:
        raise Invalid("Some answers do not fit their question.", errors=errors)
    return {key: given.get(key, question.default) for key, question in questions.items()}


def _copy(project: Project, template: definitions.Catalogue) -> None:
    """Copy phases, gates and items of the catalogue, each kind of row in one go."""
    phases = {p.number: Phase(project=project, number=p.number, key=p.key, name=p.name) for p in template.phases}
    Phase.objects.bulk_create(phases.values())
    Gate.objects.bulk_create(
        Gate(project=project, phase=phases[p.number], key=p.gate.key, name=p.gate.name) for p in template.phases
    )
    Requirement.objects.bulk_create(
        Requirement(project=project, phase=phases[p.number], key=r.key, position=i, kind=r.kind, text=r.text)
        for p in template.phases
        for i, r in enumerate(p.requirements, 1)
    )
    tasks = [
        _task(project, phases[p.number], position, task)
        for p in template.phases
        for position, task in enumerate(p.tasks, 1)
    ]
    Task.objects.bulk_create(tasks)
    by_key = {task.key: task for task in tasks}
    Risk.objects.bulk_create(
        Risk(
            project=project, phase=by_key[t.key].phase, task=by_key[t.key], key=r.key, name=r.name, position=position,
            what_goes_wrong=r.what_goes_wrong, category=r.category, default_severity=r.severity,
            default_likelihood=r.likelihood,
        )
        for p in template.phases
        for position, (t, r) in enumerate(((t, r) for t in p.tasks for r in t.risks), 1)
    )  # fmt: skip
    QAMethod.objects.bulk_create(
        QAMethod(
            project=project, phase=by_key[t.key].phase, task=by_key[t.key], key=m.key, name=m.name, position=position,
            what_it_does=m.what_it_does, mitigates=list(m.mitigates), evidence_expected=[dict(e) for e in m.evidence],
        )
        for p in template.phases
        for position, (t, m) in enumerate(((t, m) for t in p.tasks for m in t.qa_methods), 1)
    )  # fmt: skip


def _task(project: Project, phase: Phase, position: int, task: definitions.Task) -> Task:
    ruled_out = task.not_applicable_when
    state: dict[str, Any] = {}
    if ruled_out and project.answers.get(ruled_out["question"]) in ruled_out["answers"]:
        state = {"state": Task.State.NOT_APPLICABLE, "reason": ruled_out["reason"]}
    return Task(
        id=uuid7(), project=project, phase=phase, key=task.key, position=position, name=task.name, group=task.group,
        aim=task.aim, why=task.why, is_required=task.required, applies_when=task.applies_when or "",
        depends_on=list(task.depends_on), document_kinds=list(task.document_kinds),
        checklist=[{"text": text, "done": False} for text in task.checklist], **state,
    )  # fmt: skip
