"""The trail for programs: its signed head, verification, and the bundle that verifies offline."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from api.serializers import JobOut
from api.views.base import ProjectDoor
from audit import heads, receipts
from audit.models import Event
from crispmlq.errors import NotFound
from projects.services import integrity


class SignedHeadOut(drf.Serializer):
    log_id = drf.UUIDField()
    size = drf.IntegerField(help_text="Events that are sealed.")
    root = drf.CharField(help_text="Hex.")
    sealed_at = drf.DateTimeField()
    note = drf.CharField(help_text="C2SP signed note; keep it outside.")
    root_note = drf.CharField(help_text="The head of the whole installation, which commits to this one.")
    vkey = drf.CharField()


class Trail(ProjectDoor):
    serializer_class = SignedHeadOut

    def get_queryset(self) -> Any:
        return None

    @extend_schema(responses=SignedHeadOut)
    def retrieve(self, request: Request, **_: Any) -> Response:
        """The newest signed head of the project's log."""
        head = heads.newest(self.project.pk)
        if head is None:
            raise NotFound("Nothing is sealed in this log yet.")
        return Response(SignedHeadOut(head).data)

    @extend_schema(responses={(200, "text/plain"): str})
    def receipt(self, request: Request, uid: Any, **_: Any) -> HttpResponse:
        """A signed note that the event was stored; with it, a later trail without the event can be shown to be cut."""
        event = Event.objects.filter(log_id=self.project.pk, uid=uid).first()
        if event is None:
            raise NotFound("There is no such event in this project.")
        return HttpResponse(receipts.receipt(event), content_type="text/plain; charset=utf-8")

    @extend_schema(request=None, responses={202: JobOut})
    def verify(self, request: Request, **_: Any) -> Response:
        """Verify the trail and the records in the background; the job's result tells what was found."""
        job = integrity.request_verification(project=self.project, by=self.actor)
        return Response(JobOut(job).data, status=202)

    @extend_schema(request=None, responses={202: JobOut})
    def export(self, request: Request, **_: Any) -> Response:
        """Make the bundle that verifies offline, in the background."""
        return Response(JobOut(integrity.request_export(project=self.project, by=self.actor)).data, status=202)

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def bundle(self, request: Request, pk: Any, **_: Any) -> FileResponse:
        """The exported bundle; the download is told in the trail."""
        name, path = integrity.hand_out(project=self.project, job_id=pk, by=self.actor)
        return FileResponse(path.open("rb"), as_attachment=True, filename=name)
