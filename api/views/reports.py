"""Reports and the background work that builds them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api import serializers
from api.views.base import ProjectDoor, Rows, handed_out
from compliance.models import Report
from compliance.services import reports
from jobs.models import Job


class ReportOut(drf.ModelSerializer):
    issued_by = serializers.person()
    pdf_sha256 = drf.CharField(source="pdf.sha256", read_only=True)
    html_sha256 = drf.CharField(source="html.sha256", read_only=True)
    json_sha256 = drf.CharField(source="data.sha256", read_only=True)

    class Meta:
        model = Report
        fields = [
            "id", "kind", "trail_size", "trail_root", "pdf_sha256", "html_sha256", "json_sha256", "issued_by",
            "issued_at",
        ]  # fmt: skip


class Reports(Rows):
    serializer_class = ReportOut
    model = Report
    related = ("pdf", "html", "data", "issued_by", "project")
    lookup_field = "pk"

    @extend_schema(request=None, responses={202: serializers.JobOut})
    def create(self, request: Request, slug: str) -> Response:
        """Build the dossier in the background; the answer is the job to watch."""
        job = reports.request(project=self.project, by=self.actor)
        return Response(serializers.JobOut(job).data, status=202)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], url_path=r"files/(?P<form>\w+)", url_name="file")
    def file(self, request: Request, form: str, **_: Any) -> HttpResponse:
        """The report as pdf, html or json; the download is told in the trail."""
        return handed_out(*reports.hand_out(report=self.get_object(), form=form, by=self.actor))


class Jobs(ProjectDoor):
    """Background work of the project that the caller asked for."""

    serializer_class = serializers.JobOut
    model = Job
    lookup_field = "pk"

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Job.objects.none()
        return Job.objects.filter(project_id=self.project.pk, requested_by=self.request.user.pk)

    def retrieve(self, request: Request, **_: Any) -> Response:
        return Response(serializers.JobOut(self.get_object()).data)
