"""Pages that show."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from audit import selectors as trail
from catalogue.definitions import Rating, of
from crispmlq.errors import NotFound
from policies import selectors as policies
from projects import access, document_computed, progress
from projects import page_selectors as pages
from projects.gates import facts, policy, standing
from projects.models import Criterion, CriterionVersion, Document, Hold, Iteration, Measurement, Project, Risk
from projects.views import files

PHASES = {"1", "2", "3", "4", "5", "6"}


def _project(request: HttpRequest, slug: str) -> Project:
    return access.project_for(request.actor, slug)


def show(
    request: HttpRequest, template: str, project: Project | None = None, status: int = 200, **context: Any
) -> HttpResponse:
    if project is not None:
        roles = access.roles_of(request.actor, project.pk)
        context |= {
            "project": project,
            "phases": list(project.phase_set.select_related("gate")),
            "roles": sorted(roles),
            "may": {right.replace(" ", "_"): may for right, may in access.rights_of(request.actor, roles).items()},
        }
    return render(request, template, context, status=status)


@require_safe
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    project = _project(request, slug)
    phase, base = pages.current_phase(project), facts.of_project(project)
    risks = list(Risk.objects.filter(project=project).exclude(task__state="not_applicable"))
    return show(
        request, "projects/overview.html", project, tab="overview", phase=phase,
        gate=standing.readiness(_gate(project, phase.number), base) if phase else None,
        outdated=standing.outdated(project, base), criteria=pages.criteria(project), loop=pages.loop(project),
        matrix=pages.risk_matrix(risks, _rating(project)),
        open_risks=sum(r.state in {"identified", "rated", "treated"} for r in risks),
        accepted_risks=sum(r.state == "accepted" for r in risks), risk_count=len(risks),
        events=trail.events(project.pk, limit=8), hold_codes=Hold.Code.choices, **_holds(project),
        iterations=project.iteration_set.all(), members=pages.members(project),
    )  # fmt: skip


@require_safe
def phase(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    project = _project(request, slug)
    found = project.phase_set.filter(number=number).select_related("gate").first()
    if found is None:
        raise NotFound("A project has the phases 1 to 6.")
    found.project = project
    tasks = pages.tasks_of(found)
    template = of(project.catalogue)
    return show(
        request, "projects/phase.html", project, tab=f"phase-{number}", phase=found, tasks=tasks,
        definition=template.phase(number), sources=template.sources,
        requirements=list(found.requirement_set.select_related("confirmed_by")),
        done=sum(view.task.is_finished for view in tasks), members=pages.members(project),
        origins=[(origin.value, origin.label) for origin in Iteration.FOUND],
    )  # fmt: skip


@require_safe
def criteria(request: HttpRequest, slug: str) -> HttpResponse:
    project = _project(request, slug)
    if answer := files.file_of(request, project, "criteria"):
        return answer
    rows = pages.criteria(project)
    return show(
        request, "projects/criteria.html", project, tab="criteria", rows=rows,
        environments=Measurement.Environment.choices, directions=CriterionVersion.Direction.choices,
        measures=pages.measures(project), documents=Document.objects.filter(project=project).order_by("title"),
        business=[row.criterion for row in rows if row.criterion.level == Criterion.Level.BUSINESS],
    )  # fmt: skip


@require_safe
def people(request: HttpRequest, slug: str) -> HttpResponse:
    project = _project(request, slug)
    if answer := files.file_of(request, project, "members"):
        return answer
    members = pages.members(project)
    taken = [member.user_id for member in members]
    return show(
        request, "projects/people.html", project, tab="people", members=members, all_roles=of(project.catalogue).roles,
        others=User.objects.filter(is_active=True).exclude(pk__in=taken).order_by("display_name"),
    )  # fmt: skip


@require_safe
def risks(request: HttpRequest, slug: str) -> HttpResponse:
    project = _project(request, slug)
    if answer := files.file_of(request, project, "risks"):
        return answer
    rows = Risk.objects.filter(project=project).select_related("phase", "task").exclude(task__state="not_applicable")
    everything = list(rows.order_by("phase__number", "position"))
    state, number = request.GET.get("state", ""), request.GET.get("phase", "")
    shown = [r for r in everything if (not state or r.state == state) and (not number or str(r.phase.number) == number)]
    return show(
        request, "projects/risks.html", project, tab="risks", risks=shown,
        matrix=pages.risk_matrix(everything, _rating(project)),
        states=Risk.State.choices, chosen_state=state, chosen_phase=number, total=len(everything),
        phase_to_rate=project.phase_set.filter(number=number).first() if number in PHASES else None,
        categories=Risk.Category.choices,
        by_state=[(key, label, sum(r.state == key for r in everything)) for key, label in Risk.State.choices],
    )  # fmt: skip


@require_safe
def risk(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    project = _project(request, slug)
    found = Risk.objects.filter(project=project, key=key).select_related("phase", "task", "accepted_by").first()
    if found is None:
        raise NotFound("There is no such risk in this project.")
    methods = [m for m in project.qamethod_set.select_related("phase") if key in m.mitigates]
    return show(
        request, "projects/risk.html", project, tab="risks", risk=found, methods=methods,
        ratings=found.ratings.select_related("rated_by").order_by("-rated_at"),
        documents=Document.objects.filter(project=project).order_by("title"),
    )  # fmt: skip


@require_safe
def documents(request: HttpRequest, slug: str) -> HttpResponse:
    project = _project(request, slug)
    if answer := files.file_of(request, project, "documents"):
        return answer
    return show(request, "projects/documents.html", project, tab="documents", rows=pages.documents(project))


@require_safe
def document(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    project = _project(request, slug)
    definition = of(project.catalogue).document_kinds.get(kind)
    if definition is None:
        raise NotFound("There is no such kind of document.")
    found = Document.objects.filter(project=project, kind=kind).first()
    revisions = []
    if found:
        revisions = list(
            found.revisions.select_related("author")
            .prefetch_related("reviews__reviewer", "attachments__blob")
            .order_by("-number")
        )
    newest = revisions[0] if revisions else None
    asked = next((r for r in revisions if str(r.number) == request.GET.get("revision")), newest)
    return show(
        request, "projects/document.html", project, tab="documents", definition=definition, document=found,
        revisions=revisions, revision=asked, newest=newest,
        values=[(f, asked.fields.get(f.key)) for f in definition.fields] if asked else [],
        tasks=[of(project.catalogue).task(key) for key in definition.tasks], all_roles=of(project.catalogue).roles,
        trends=document_computed.trends(definition, revisions),
    )  # fmt: skip


@require_safe
def gate(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    project = _project(request, slug)
    view = standing.readiness(_gate(project, number))
    tasks = [(p.number, p.name, list(p.task_set.all())) for p in project.phase_set.prefetch_related("task_set")]
    roles = access.roles_of(request.actor, project.pk)
    return show(
        request, "projects/gate.html", project, tab=f"phase-{number}", view=view, gate=view.gate,
        my_open_roles=[role for role in view.missing_roles if role in roles],
        may_decide=access.may_end(request.actor, roles, policy.may_end(view.deciders)),
        role_names=of(project.catalogue).roles, hold_codes=Hold.Code.choices,
        tasks_by_phase=[row for row in tasks if row[0] <= number],
        decisions=view.gate.decisions.select_related("decided_by", "facts", "evaluation")
        .prefetch_related("evaluation__signatures__signer")
        .order_by("-decided_at"),
        waivers=view.gate.waivers.select_related("requested_by", "decided_by"),
    )  # fmt: skip


@require_safe
def standing_of(request: HttpRequest, slug: str) -> HttpResponse:
    """The general state on one page: progress, value beside risk, and what is owed."""
    project = _project(request, slug)
    overall, each = progress.progress(project)
    risks = list(Risk.objects.filter(project=project).exclude(task__state="not_applicable"))
    return show(
        request, "projects/standing.html", project, tab="standing", overall=overall, progress=each,
        criteria=pages.criteria(project), risk_classes=pages.open_by_category(risks), trend=progress.trend(project),
    )  # fmt: skip


@require_safe
def gate_changes(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    project = _project(request, slug)
    gate = _gate(project, number)
    since = standing.changed_since(gate)
    return show(request, "projects/gate_changes.html", project, tab=f"phase-{number}", gate=gate, since=since)


def _rating(project: Project) -> Rating:
    return policy.rating(of(project.catalogue).rating, policies.in_force().values)


def _holds(project: Project) -> dict[str, Any]:
    """The hold that lasts, with its days so far, and the days of all."""
    found, today = list(project.hold_set.all()), timezone.localdate()
    lasting = next((hold for hold in found if hold.ended_at is None), None)
    if lasting:
        lasting.days_so_far = lasting.days(today)
    return {"hold": lasting, "days_on_hold": sum(hold.days(today) for hold in found)}


def _gate(project: Project, number: int) -> Any:
    found = project.gate_set.filter(phase__number=number).select_related("phase").first()
    if found is None:
        raise NotFound("A project has the gates 1 to 6.")
    found.project = project
    return found
