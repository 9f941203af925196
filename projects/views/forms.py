"""Pages with a form of their own: a new project, a document's fields, an attached file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from catalogue.definitions import of
from catalogue.document_kinds import DocumentKind
from catalogue.models import CatalogueVersion
from crispmlq.errors import DomainError, Invalid, NotAllowed, NotFound, Stale
from evidence.services import blobs
from projects import access, blueprints, document_fields, fillers
from projects.blueprints import Blueprint
from projects.models import Attachment, Project, ProjectTemplate, Revision
from projects.services import documents, downloads, projects, templates
from projects.views import conflicts, readers, typed_fields
from projects.views.commands import done
from projects.views.pages import show
from projects.views.readers import require_text


def new_project(request: HttpRequest) -> HttpResponse:
    """The tailoring questions come from the newest catalogue, or from what the project is to be like."""
    given, errors, message = request.POST, {}, ""
    chosen = request.POST.get("like") or request.GET.get("like", "")
    like = _blueprint(request, chosen)
    catalogue = like.catalogue if like else CatalogueVersion.objects.order_by("-loaded_at").first()
    questions = of(catalogue).questions if catalogue else ()
    begun = like.body["answers"] if like else {}
    if request.method == "POST":
        answers = {q.key: given.get(f"answer-{q.key}", q.default) for q in questions}
        try:
            require_text(given)
            project = projects.create(
                slug=readers.key_or_made(given.get("slug", ""), given.get("name", "")), name=given.get("name", ""),
                purpose=given.get("purpose", ""), kind=given.get("kind", ""), answers=answers, by=request.actor,
                like=like, **readers.since(given),
            )  # fmt: skip
            return done(request, "The project is created.", reverse("projects:overview", args=[project.slug]))
        except Invalid as error:
            errors, message = error.errors, error.message
    rows = [(q, given.get(f"answer-{q.key}", begun.get(q.key, q.default))) for q in questions]
    context = {
        "questions": rows, "given": given, "errors": errors, "message": message, "kinds": Project.Kind.choices,
        "like": like, "chosen": chosen, "templates": ProjectTemplate.objects.filter(is_retired=False),
        "others": access.visible(request.actor), "kind": given.get("kind") or (like.body["kind"] if like else ""),
        "section": "dashboard",
    }  # fmt: skip
    return render(request, "projects/new.html", context, status=422 if errors else 200)


def _blueprint(request: HttpRequest, chosen: str) -> Blueprint | None:
    """`project:<slug>` of one the person may see, or `template:<id>`. Raises: NotFound."""
    kind, _, name = chosen.partition(":")
    if kind == "project":
        return blueprints.of_project(access.project_for(request.actor, name))
    return blueprints.of_template(templates.find(name)) if kind == "template" else None


def edit_document(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Write the first draft, change the open one, or begin the next revision.

    What the form says beside the fields has a name with an underscore, which no field has.
    """
    project = access.project_for(request.actor, slug)
    definition = of(project.catalogue).document_kinds.get(kind)
    if definition is None:
        raise NotFound("There is no such kind of document.")
    newest = Revision.objects.filter(document__project=project, document__kind=kind).order_by("-number").first()
    is_draft = newest is not None and newest.state == Revision.State.DRAFT
    values = newest.fields if newest else {}
    if "fill" in request.GET and kind in fillers.FILLERS:
        values = {**values, **fillers.filled(project, kind)}
    error: DomainError | None = None
    since: list[Any] = []
    version = getattr(newest, "audit_ver", "")
    more = request.POST.get("more_rows", "")
    if request.method == "POST":
        values, version = typed_fields.values(definition, request.POST), request.POST.get("row_version", "")
    if request.method == "POST" and not more:
        try:
            require_text(request.POST)
            newest = _write(request, project, definition, newest if is_draft else None, values)
            is_draft, values, version = True, newest.fields, newest.audit_ver
            said = "The draft is saved."
            if request.POST.get("and_then") == "submit":
                documents.submit(revision=newest, by=request.actor)
                said = "It waits for its review."
            return done(request, said, reverse("projects:document", args=[slug, kind]))
        except NotAllowed:
            raise
        except Stale as refusal:
            newest.refresh_from_db()
            error, version = refusal, newest.audit_ver
            since = conflicts.changes_since(newest, readers.version(request.POST, "row_version") or 0)
        except DomainError as refusal:
            error = refusal
    rows = typed_fields.rows(definition, values, getattr(error, "errors", {}), more)
    return show(
        request, "projects/document_edit.html", project, tab="documents", definition=definition, rows=rows,
        newest=newest, is_draft=is_draft, error=error, may_be_filled=kind in fillers.FILLERS, since=since,
        status=error.status if since else 200, version=version, change_reason=request.POST.get("change_reason", ""),
    )  # fmt: skip


def attach(request: HttpRequest, slug: str, kind: str, number: int) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    revision = Revision.objects.filter(document__project=project, document__kind=kind, number=number).first()
    file = request.FILES.get("file")
    if revision is None or request.method != "POST":
        raise NotFound("There is no such revision.")
    if file is None:
        raise Invalid("Choose a file.", errors={"file": ["Choose a file."]})
    documents.attach(
        revision=revision, name=file.name, media_type=file.content_type or "application/octet-stream",
        data=blobs.received(file), by=request.actor, readers=request.POST.getlist("readers"),
    )  # fmt: skip
    return done(request, f"“{file.name}” is attached.", reverse("projects:document", args=[slug, kind]))


def download(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """A file as it was stored; never shown inside the page's own origin."""
    project = access.project_for(request.actor, slug)
    attachment = Attachment.objects.filter(project=project, pk=pk).select_related("blob").first()
    if attachment is None:
        raise NotFound("There is no such file in this project.")
    data = downloads.attachment(attachment=attachment, project=project, by=request.actor)
    answer = HttpResponse(data, content_type="application/octet-stream")
    ascii_name = attachment.blob.name.encode("ascii", "replace").decode().replace('"', "_")
    answer["Content-Disposition"] = f'attachment; filename="{ascii_name}"'
    return answer


def _write(
    request: HttpRequest, project: Project, definition: DocumentKind, draft: Revision | None, values: dict[str, Any]
) -> Revision:
    if draft is None:
        reason = request.POST.get("change_reason", "")
        return documents.draft(
            project=project, kind=definition.key, fields=values, change_reason=reason, by=request.actor
        )
    if request.POST.get("and_then") == "submit" and document_fields.cleaned(definition, values) == draft.fields:
        return draft
    is_same = request.POST.get("row_revision") == str(draft.number)
    expected = (
        (readers.version(request.POST, "row_version") or 0) if is_same else 0
    )  # somebody else may have begun this draft
    return documents.change_draft(revision=draft, fields=values, expected=expected, by=request.actor)
