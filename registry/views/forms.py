"""Pages with a form of their own: an artefact, what is said of it, a new version."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from crispmlq.errors import DomainError, NotAllowed, NotFound
from projects import access
from projects.models import Project
from projects.page_selectors import members
from projects.views import typed_fields
from projects.views.commands import done
from projects.views.pages import show
from projects.views.readers import require_text
from registry.addresses import artefact_page, version_page
from registry.kinds import KINDS
from registry.models import Artefact, ArtefactVersion
from registry.services import artefacts, versions
from registry.views import readers
from registry.views.pages import artefact_of


def new_artefact(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    if kind not in KINDS:
        raise NotFound("There is no such kind of artefact.")
    given, error = request.POST, None
    if request.method == "POST":
        try:
            require_text(given)
            row = artefacts.register(
                project=project, kind=kind, key=given.get("key", ""), saying=readers.saying(KINDS[kind], given),
                by=request.actor,
            )  # fmt: skip
            return done(request, f"“{row}” is registered.", artefact_page(project, row))
        except NotAllowed:
            raise
        except DomainError as refusal:
            error = refusal
    return _artefact_form(request, project, kind, given, typed_fields.values(KINDS[kind].about, given), error)


def edit_artefact(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    row = artefact_of(project, key)
    given: Any = {
        "name": row.name, "owner": row.owner.username if row.owner else "", "description": row.description,
        "expected": row.audit_ver,
    }  # fmt: skip
    values, error = row.fields, None
    if request.method == "POST":
        given, values = request.POST, typed_fields.values(row.definition.about, request.POST)
        try:
            require_text(given)
            artefacts.change(
                artefact=row, saying=readers.saying(row.definition, given), reason=given.get("reason", ""),
                expected=readers.expected(given), by=request.actor,
            )  # fmt: skip
            return done(request, "Changed.", artefact_page(project, row))
        except NotAllowed:
            raise
        except DomainError as refusal:
            error = refusal
    return _artefact_form(request, project, row.kind, given, values, error, row)


def new_version(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    row = artefact_of(project, key)
    last = row.versions.last()
    form, error = row.definition.version, None
    given: Any = {"parent": last.label if last else ""}
    values = last.fields if last else {}
    if request.method == "POST":
        given, values = request.POST, typed_fields.values(form, request.POST)
        try:
            require_text(given)
            version = versions.register(artefact=row, draft=readers.draft(row.definition, given), by=request.actor)
            return done(request, f"“{version}” is registered.", version_page(project, version))
        except NotAllowed:
            raise
        except DomainError as refusal:
            error = refusal
    return show(
        request, "registry/new_version.html", project, tab="registry", artefact=row, kind=row.definition, last=last,
        given=given, error=error, errors=getattr(error, "errors", {}), modes=ArtefactVersion.Mode.choices,
        rows=typed_fields.rows(form, values, getattr(error, "errors", {})),
        needs=[KINDS[each].name.lower() for each in row.definition.needs],
        known=ArtefactVersion.objects.filter(project=project).order_by("ref").values_list("ref", flat=True),
    )  # fmt: skip


def _artefact_form(
    request: HttpRequest, project: Project, kind: str, given: Any, values: dict[str, Any], error: DomainError | None,
    artefact: Artefact | None = None,
) -> HttpResponse:  # fmt: skip
    errors = getattr(error, "errors", {})
    return show(
        request, "registry/edit_artefact.html", project, tab="registry", kind=KINDS[kind], artefact=artefact,
        given=given, error=error, errors=errors, members=[m for m in members(project) if not m.user.is_service],
        rows=typed_fields.rows(KINDS[kind].about, values, errors),
    )  # fmt: skip
