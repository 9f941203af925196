"""A whole project as a file: taken out in the background, brought in by an administrator."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Input
from api.serializers import JobOut, ProjectOut
from api.views.base import Door, ProjectDoor
from crispmlq.errors import Invalid, NotFound
from projects.services import portable

FILE = {
    "multipart/form-data": {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}},
        "required": ["file"],
    }
}


class FormIn(Input):
    form = drf.CharField(required=False, default="json", help_text="json or yaml.")


class Exports(ProjectDoor):
    serializer_class = JobOut

    def get_queryset(self) -> Any:
        return None

    @extend_schema(request=FormIn, responses={202: JobOut})
    def create(self, request: Request, slug: str) -> Response:
        """Make the file in the background; the job's result says where it is."""
        job = portable.request(project=self.project, by=self.actor, **self.taken(FormIn))
        return Response(JobOut(job).data, status=202)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def retrieve(self, request: Request, pk: Any, **_: Any) -> FileResponse:
        """The file: every record, every attached file, the whole trail. The download is told in the trail."""
        name, path = portable.hand_out(project=self.project, job_id=pk, by=self.actor)
        return FileResponse(path.open("rb"), as_attachment=True, filename=name)


class Imports(Door):
    serializer_class = ProjectOut
    parser_classes = [MultiPartParser]

    def get_queryset(self) -> Any:
        return None

    @extend_schema(request=FILE, responses={201: ProjectOut})
    def create(self, request: Request) -> Response:
        """Bring in a project exported elsewhere, with the same rows and the same trail."""
        if not self.actor.is_administrator:
            raise NotFound("There is nothing here, or you may not know that there is.")
        file = request.FILES.get("file")
        if file is None:
            raise Invalid("Send the file as the part “file”.", errors={"file": ["Send the file as the part “file”."]})
        project = portable.bring_in(data=portable.read(file.read()), by=self.actor)
        return Response(ProjectOut(project).data, status=201)
