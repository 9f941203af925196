"""Pages of reports."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from compliance import comparing
from compliance.documents.blocks import tables_in
from compliance.documents.kinds import KINDS, ReportKind
from compliance.models import Report
from compliance.services import packages, reports
from crispmlq.errors import Invalid
from jobs.models import Job
from projects import access
from projects.views.pages import show
from regulations import selectors

DIFFERENCES = 100  # on one page


@require_safe
def center(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    jobs = Job.objects.filter(kind=reports.JOB, project_id=project.pk, requested_by=request.user.pk)
    job = jobs.filter(pk=request.GET["job"]).first() if _is_uuid(request.GET.get("job", "")) else None
    context = {
        "reports": reports.of_project(project)[:50], "job": job, "groups": _by_law(),
        "states": Report.Status.choices, "package": packages.latest(project, request.actor),
    }  # fmt: skip
    return show(request, "compliance/reports.html", project, tab="reports", **context)


@require_POST
def build(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    job = reports.request(
        project=project, by=request.actor, kind=request.POST.get("kind", "dossier"),
        at=_moment(request.POST.get("as_of", "")), status=request.POST.get("status", Report.Status.FINAL),
    )  # fmt: skip
    return redirect(f"{reverse('compliance:reports', args=[slug])}?job={job.pk}")


@require_POST
def make_package(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    packages.request(project=project, by=request.actor)
    return redirect(reverse("compliance:reports", args=[slug]) + "#package")


@require_safe
def package(request: HttpRequest, slug: str, pk: UUID) -> FileResponse:
    project = access.project_for(request.actor, slug)
    name, path = packages.hand_out(project=project, job_id=pk, by=request.actor)
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)


@require_safe
def report(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    found = reports.one_of(project, pk)
    others = reports.of_project(project).filter(kind=found.kind, as_of__isnull=False).exclude(pk=pk)[:50]
    tables = tables_in(reports.document_of(found)) if found.as_of else []
    context = {"report": found, "tables": tables, "others": others}
    return show(request, "compliance/report.html", project, tab="reports", **context)


@require_safe
def compare(request: HttpRequest, slug: str, pk: UUID, other: UUID) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    found = comparing.compare(reports.one_of(project, pk), reports.one_of(project, other))
    page = Paginator(found.differences, DIFFERENCES).get_page(request.GET.get("page"))
    context = {"comparison": found, "page": page, "parts": comparing.by_part(page)}
    return show(request, "compliance/comparison.html", project, tab="reports", **context)


@require_safe
def compare_with(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """From the choice in a form to the address of the comparison."""
    found = reports.one_of(access.project_for(request.actor, slug), pk)
    other = request.GET.get("other", "")
    if not _is_uuid(other):
        raise Invalid("Choose a report to compare with.", errors={"other": ["Choose one of the list."]})
    return redirect("compliance:comparison", slug, found.pk, UUID(other))


@require_safe
def download(request: HttpRequest, slug: str, pk: UUID, form: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    blob, data = reports.hand_out(report=reports.one_of(project, pk), form=form, by=request.actor)
    return _saved(blob.name, blob.media_type, data)


@require_safe
def download_table(request: HttpRequest, slug: str, pk: UUID, number: int, form: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    found = reports.one_of(project, pk)
    file = reports.hand_out_table(report=found, number=number, form=form, by=request.actor)
    return _saved(file.name, file.media_type, file.data)


def _by_law() -> list[tuple[str, list[ReportKind]]]:
    """What every project may want, then by the law or framework it answers to; each with its name."""
    names = {key: version.pack.name for key, version in sorted(selectors.in_force().items())}
    groups: dict[str, list[ReportKind]] = {"": [], **{key: [] for key in names}}
    for kind in KINDS.values():
        groups.setdefault(kind.law, []).append(kind)
    return [(names.get(law, law or "The project and its models"), kinds) for law, kinds in groups.items() if kinds]


def _saved(name: str, media_type: str, data: bytes) -> HttpResponse:
    return HttpResponse(
        data, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _moment(text: str) -> datetime | None:
    """The time asked for, in UTC. Raises: Invalid: it is none."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError:
        raise Invalid("Give a date and a time.", errors={"as_of": ["Give a date and a time, in UTC."]}) from None


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
