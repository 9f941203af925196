"""Coverage: how a project stands to each obligation of a regulation."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.as_of import moment
from api.fields import Input
from api.serializers import person
from api.views.base import AS_OF, ProjectDoor
from audit.past import Past
from projects.models import Project
from regulations import covering, sources
from regulations.coverage import STATUSES, Coverage, Standing
from regulations.models import Confirmation, Responsibility
from regulations.services import obligations


class CoverageStandingOut(serializers.Serializer):
    obligation = serializers.CharField(source="obligation.id")
    ref = serializers.CharField(source="obligation.ref")
    title = serializers.CharField(source="obligation.title")
    group = serializers.CharField(source="obligation.group")
    status = serializers.ChoiceField(list(STATUSES.items()))
    because = serializers.ListField(child=serializers.CharField())
    due_on = serializers.CharField(help_text="Date of the law; empty where it does not apply.")
    owner = serializers.CharField(source="assigned.owner", default=None)
    wanted_on = serializers.DateField(source="assigned.due_on", default=None, help_text="The project's own date.")
    records_passed = serializers.IntegerField(source="evidence.passed")
    records_asked = serializers.SerializerMethodField()
    evidence = serializers.CharField(source="evidence.digest", help_text="Changes when the records say otherwise.")
    confirmed_by = serializers.CharField(source="confirmed.by", default=None)
    confirmed_at = serializers.DateTimeField(source="confirmed.at", default=None)

    def get_records_asked(self, standing: Standing) -> int:
        return len(standing.evidence.outcomes)


class CoverageOut(serializers.Serializer):
    regulation = serializers.CharField(source="basis.pack.key")
    version = serializers.CharField(source="basis.pack.version")
    text_line = serializers.CharField(source="basis.pack.text_line")
    is_signed = serializers.BooleanField(help_text="Whether the classification it follows from is signed.")
    outcomes = serializers.ListField(source="basis.result.outcomes", child=serializers.CharField())
    counts = serializers.DictField(child=serializers.IntegerField())
    next_date = serializers.CharField(help_text="Next date of the law with something not met; may be empty.")


class ConfirmationIn(Input):
    regulation = serializers.CharField()
    obligation = serializers.CharField()
    verdict = serializers.CharField(help_text="met, partly or open.")
    reason = serializers.CharField()
    evidence = serializers.CharField(
        required=False, default="", help_text="The digest that was read, to be held against."
    )


class ConfirmationOut(serializers.ModelSerializer):
    regulation = serializers.CharField(source="pack.key")
    version = serializers.CharField(source="pack.version")
    confirmed_by = person()

    class Meta:
        model = Confirmation
        fields = [
            "id", "regulation", "version", "obligation", "verdict", "reason", "evidence", "role", "confirmed_by",
            "confirmed_at",
        ]  # fmt: skip


class AssignmentIn(Input):
    regulation = serializers.CharField()
    keys = serializers.ListField(child=serializers.CharField(), help_text="Ids of obligations.")
    owner = serializers.CharField(help_text="Username of a member.")
    due_on = serializers.DateField(required=False, allow_null=True, default=None)


class ResponsibilityOut(serializers.ModelSerializer):
    owner = person()

    class Meta:
        model = Responsibility
        fields = ["id", "regulation", "obligation", "owner", "due_on"]


class Coverages(ProjectDoor):
    serializer_class = CoverageStandingOut
    model = Project

    @extend_schema(parameters=[AS_OF, OpenApiParameter("status", str, enum=list(STATUSES))])
    def list(self, request: Request, key: str, **_: Any) -> Response:
        """The standing to every obligation, in the order of the text; also as CSV and XLSX."""
        wanted = request.query_params.get("status", "")
        found = [each for each in self._coverage(request, key).standings if wanted in {"", each.status}]
        page = self.paginate_queryset(found)
        rows = CoverageStandingOut(found if page is None else page, many=True).data
        return Response(rows) if page is None else self.get_paginated_response(rows)

    @extend_schema(parameters=[AS_OF], responses=CoverageOut)
    def summary(self, request: Request, key: str, **_: Any) -> Response:
        """How many stand how, and what is due next."""
        return Response(CoverageOut(self._coverage(request, key)).data)

    @extend_schema(request=ConfirmationIn, responses={201: ConfirmationOut})
    def confirm(self, request: Request, **_: Any) -> Response:
        """Say as a reviewer how an obligation stands, on the records there are now."""
        row = obligations.confirm(project=self.project, by=self.actor, **self.taken(ConfirmationIn))
        return Response(ConfirmationOut(row).data, status=201)

    @extend_schema(request=AssignmentIn, responses={200: ResponsibilityOut(many=True)})
    def assign(self, request: Request, **_: Any) -> Response:
        """Have a member see to obligations."""
        rows = obligations.assign(project=self.project, by=self.actor, **self.taken(AssignmentIn))
        return Response(ResponsibilityOut(rows, many=True).data)

    def _coverage(self, request: Request, key: str) -> Coverage:
        at = moment(request)
        if at is None:
            return covering.of_project(self.project, key)
        rows = Past(self.project.pk, at)
        return covering.of_rows(rows, key, sources.collect(rows), at.date())
