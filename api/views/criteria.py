"""Success criteria, their versions and measured values."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import filters, inputs, serializers
from api.views.base import Rows, command, expected_version
from projects import page_selectors as pages
from projects.models import Criterion, CriterionVersion, Measurement
from projects.services import criteria, measurements


class Criteria(Rows):
    serializer_class = serializers.CriterionOut
    model = Criterion
    noun = "criterion"
    prefetched = ("versions__author", "versions__approved_by", "versions__supports", "versions__lesson__document")
    lookup_field = "key"
    filterset_fields = ("level",)

    @extend_schema(request=inputs.NewCriterion, responses={201: serializers.CriterionVersionOut})
    def create(self, request: Request, slug: str) -> Response:
        version = criteria.propose(project=self.project, by=self.actor, **self.taken(inputs.NewCriterion))
        return self.answer(version, serializers.CriterionVersionOut, 201)

    revise = command(
        "revise",
        criteria.revise,
        path="versions",
        takes=inputs.CriterionRevision,
        gives=serializers.CriterionVersionOut,
        status=201,
    )
    measure = command(
        "measure",
        measurements.record,
        path="measurements",
        takes=inputs.ReadingIn,
        gives=serializers.MeasurementOut,
        status=201,
    )

    link_measures = command(
        "link_measures", criteria.link_measures, path="measures", takes=inputs.Measures, conditional=True
    )

    @extend_schema(responses=serializers.CriterionStatusOut(many=True))
    def standing(self, request: Request, slug: str) -> Response:
        """How each criterion stands now: on track, at risk or missed, with the value it is judged by."""
        return Response(serializers.CriterionStatusOut(pages.criteria(self.project), many=True).data)


class Versions(Rows):
    serializer_class = serializers.CriterionVersionOut
    model = CriterionVersion
    noun = "version"
    related = ("author", "approved_by", "supports", "lesson__document")
    lookup_field = "number"

    def lookup(self) -> dict[str, Any]:
        return {"criterion__key": self.kwargs["key"], "number": self.kwargs["number"]}

    @extend_schema(request=inputs.DemandIn)
    def partial_update(self, request: Request, **_: str) -> Response:
        """Replace what a draft demands."""
        given = self.taken(inputs.DemandIn)
        row = criteria.change_draft(
            version=self.get_object(), by=self.actor, expected=expected_version(request), **given
        )
        return self.answer(row, serializers.CriterionVersionOut)

    approve = command("approve", criteria.approve, conditional=True)


class Measurements(Rows):
    serializer_class = serializers.MeasurementOut
    model = Measurement
    related = ("version__criterion", "recorded_by")
    lookup_field = "pk"
    filterset_class = filters.by(Measurement, "environment", "iteration", criterion="version__criterion__key")
