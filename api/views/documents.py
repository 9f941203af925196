"""Documents, their revisions, reviews and attached files."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api import filters, inputs, serializers
from api.views.base import ProjectDoor, Rows, command, expected_version
from catalogue.definitions import of
from crispmlq.errors import Invalid
from evidence.services import blobs
from projects.models import Attachment, Document, Revision
from projects.services import documents, downloads


class Documents(Rows):
    serializer_class = serializers.DocumentOut
    model = Document
    related = ("phase",)
    prefetched = ("revisions__author", "revisions__reviews__reviewer", "revisions__attachments__blob")
    lookup_field = "kind"
    filterset_class = filters.by(Document, phase=filters.PHASE)

    @extend_schema(request=inputs.NewRevision, responses={201: serializers.RevisionOut})
    def create(self, request: Request, slug: str) -> Response:
        """Begin a document, or its next revision."""
        revision = documents.draft(project=self.project, by=self.actor, **self.taken(inputs.NewRevision))
        return self.answer(revision, serializers.RevisionOut, 201)


class DocumentKinds(ProjectDoor):
    """Kinds of documents as the project's process has them."""

    serializer_class = serializers.DocumentKindOut

    def get_queryset(self) -> QuerySet[Document]:
        return Document.objects.none()  # kinds are no rows

    @extend_schema(responses=serializers.DocumentKindOut(many=True), filters=False)
    def list(self, request: Request, slug: str) -> Response:
        kinds = of(self.project.catalogue).document_kinds.values()
        return Response([asdict(kind) for kind in kinds])

    def retrieve(self, request: Request, slug: str, kind: str) -> Response:
        return Response(asdict(documents.kind_of(self.project, kind)))


class Revisions(Rows):
    serializer_class = serializers.RevisionOut
    model = Revision
    noun = "revision"
    related = ("document", "author")
    prefetched = ("reviews__reviewer", "attachments__blob")
    lookup_field = "number"

    def lookup(self) -> dict[str, Any]:
        return {"document__kind": self.kwargs["kind"], "number": self.kwargs["number"]}

    @extend_schema(request=inputs.RevisionValues)
    def partial_update(self, request: Request, **_: str) -> Response:
        """Replace the values of a draft."""
        given = self.taken(inputs.RevisionValues)
        row = documents.change_draft(
            revision=self.get_object(), by=self.actor, expected=expected_version(request), **given
        )
        return self.answer(row, serializers.RevisionOut)

    set_validity = command(
        "set_validity", documents.set_validity, path="validity", takes=inputs.Validity, conditional=True
    )
    submit = command("submit", documents.submit, conditional=True)
    accept = command("accept", documents.accept, takes=inputs.Note, gives=serializers.ReviewOut, status=201)
    reject = command("reject", documents.reject, takes=inputs.Reason, gives=serializers.ReviewOut, status=201)
    confirm = command("confirm", documents.confirm, takes=inputs.Note, gives=serializers.ReviewOut, status=201)

    @extend_schema(
        request={"multipart/form-data": {"type": "object", "properties": {
            "file": {"type": "string", "format": "binary"},
            "sha256": {"type": "string", "description": "Refused if the bytes that arrive have another hash."},
            "readers": {"type": "array", "items": {"type": "string"},
                        "description": "Roles that may read it, if it is confidential."},
        }, "required": ["file"]}},
        responses={201: serializers.AttachmentOut},
    )  # fmt: skip
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def attachments(self, request: Request, **_: Any) -> Response:
        file = request.FILES.get("file")
        if file is None:
            raise Invalid("Send the file as the part “file”.", errors={"file": ["Send the file as the part “file”."]})
        attachment = documents.attach(
            revision=self.get_object(), name=file.name, media_type=file.content_type or "application/octet-stream",
            data=blobs.received(file), claimed_sha256=request.data.get("sha256"), by=self.actor,
            readers=request.data.getlist("readers"),
        )  # fmt: skip
        return self.answer(attachment, serializers.AttachmentOut, 201)


class Attachments(ProjectDoor):
    serializer_class = serializers.AttachmentOut
    model = Attachment
    related = ("blob",)
    lookup_field = "pk"

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def retrieve(self, request: Request, **_: Any) -> HttpResponse:
        """The file itself; its hash is checked and the download is told in the trail."""
        attachment = self.get_object()
        data = downloads.attachment(attachment=attachment, project=self.project, by=self.actor)
        return HttpResponse(
            data, content_type="application/octet-stream",
            headers={"Content-Disposition": f'attachment; filename="{attachment.blob.sha256}"',
                     "Repr-Digest": f"sha-256=:{_base64(attachment.blob.sha256)}:",
                     "X-Content-Type-Options": "nosniff"},
        )  # fmt: skip


def _base64(sha256: str) -> str:
    return b64encode(bytes.fromhex(sha256)).decode()
