"""Reports and the background work that builds them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api import serializers
from api.views.base import ProjectDoor, Rows, handed_out
from compliance import comparing
from compliance.documents.kinds import KINDS
from compliance.models import Report
from compliance.services import packages, reports
from jobs.models import Job


class ReportOut(drf.ModelSerializer):
    issued_by = serializers.person()
    pdf_sha256 = drf.CharField(source="pdf.sha256", default=None, read_only=True)
    html_sha256 = drf.CharField(source="html.sha256", default=None, read_only=True)
    docx_sha256 = drf.CharField(source="docx.sha256", default=None, read_only=True)
    json_sha256 = drf.CharField(source="data.sha256", read_only=True)

    class Meta:
        model = Report
        fields = [
            "id", "kind", "title", "status", "as_of", "text_versions", "trail_size", "trail_root", "pdf_sha256",
            "html_sha256", "docx_sha256", "json_sha256", "issued_by", "issued_at",
        ]  # fmt: skip


class ReportedEventOut(drf.Serializer):
    number = drf.IntegerField(help_text="In the log of the project.")
    uid = drf.UUIDField(source="entry.uid")
    at = drf.DateTimeField(source="entry.at")
    actor = drf.CharField(source="entry.actor_display")
    sentence = drf.CharField(source="entry.sentence")


class ReportReferenceOut(drf.Serializer):
    kind = drf.CharField()
    id = drf.UUIDField()
    label = drf.CharField()
    sha256 = drf.CharField()


class DifferenceOut(drf.Serializer):
    change = drf.ChoiceField(choices=["added", "gone", "changed"])
    place = drf.ListField(child=drf.CharField(), help_text="Where it stands, from the part inwards.")
    before = drf.CharField()
    after = drf.CharField()
    references = ReportReferenceOut(many=True)
    events = ReportedEventOut(many=True)


class ReportComparisonOut(drf.Serializer):
    earlier = ReportOut()
    later = ReportOut()
    differences = DifferenceOut(many=True)


class ReportIn(drf.Serializer):
    kind = drf.ChoiceField(choices=[], default="dossier", help_text="See the page “Reports” for what there is.")
    as_of = drf.DateTimeField(default=None, allow_null=True, help_text="Show the state of this time; now, if empty.")
    status = drf.ChoiceField(choices=Report.Status.choices, default=Report.Status.FINAL)

    def get_fields(self) -> dict[str, drf.Field]:
        """The kinds are registered by apps that are ready only after this class is made."""
        fields = super().get_fields()
        fields["kind"].choices = sorted((kind.key, kind.title) for kind in KINDS.values())
        return fields


class Reports(Rows):
    serializer_class = ReportOut
    model = Report
    related = (*reports.FILES, "issued_by", "project")
    lookup_field = "pk"

    @extend_schema(request=ReportIn, responses={202: serializers.JobOut})
    def create(self, request: Request, slug: str) -> Response:
        """Build a report in the background; the answer is the job to watch. Without a body it is the dossier of now."""
        given = self.taken(ReportIn)
        job = reports.request(
            project=self.project, by=self.actor, kind=given["kind"], at=given["as_of"], status=given["status"]
        )
        return Response(serializers.JobOut(job).data, status=202)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], url_path=r"files/(?P<form>\w+)", url_name="file")
    def file(self, request: Request, form: str, **_: Any) -> HttpResponse:
        """The report as pdf, html, docx or json; the download is told in the trail."""
        return handed_out(*reports.hand_out(report=self.get_object(), form=form, by=self.actor))

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def table(self, request: Request, number: int, form: str, **_: Any) -> HttpResponse:
        """One table of the report, by its place from 1, as csv or xlsx; the download is told in the trail."""
        file = reports.hand_out_table(report=self.get_object(), number=number, form=form, by=self.actor)
        return handed_out(file, file.data)

    @extend_schema(responses=ReportComparisonOut)
    def compare(self, request: Request, other: UUID, **_: Any) -> Response:
        """What changed between two reports of a kind, with the events that changed the rows behind each statement."""
        found = comparing.compare(self.get_object(), reports.one_of(self.project, other))
        return Response(ReportComparisonOut(found).data)


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


class Packages(ProjectDoor):
    """The audit package: reports, evidence and trail in one file."""

    serializer_class = serializers.JobOut

    def get_queryset(self) -> Any:
        return None

    @extend_schema(request=None, responses={202: serializers.JobOut})
    def make(self, request: Request, **_: Any) -> Response:
        """Make the package in the background, with what the account may read."""
        job = packages.request(project=self.project, by=self.actor)
        return Response(serializers.JobOut(job).data, status=202)

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def file(self, request: Request, pk: UUID, **_: Any) -> FileResponse:
        """The package one asked for; the download is told in the trail."""
        name, path = packages.hand_out(project=self.project, job_id=pk, by=self.actor)
        return FileResponse(path.open("rb"), as_attachment=True, filename=name)
