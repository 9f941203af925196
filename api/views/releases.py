"""Releases, their steps, and what is served."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api import filters
from api.fields import Input, Number
from api.serializers import person
from api.views.base import Row, Rows, command
from releases import selectors
from releases.models import Increment, Release, Serving
from releases.services import releasing, serving


class StepIn(Input):
    share = serializers.IntegerField(min_value=1, max_value=100, help_text="Percent.")
    stop_condition = serializers.CharField()

    def validate(self, attrs: dict[str, Any]) -> Any:
        return releasing.Step(**attrs)


class PlanIn(Input):
    model = serializers.CharField(help_text="<artefact>@<version>")
    pipeline = serializers.CharField(help_text="<artefact>@<version>")
    configuration = serializers.CharField(help_text="<artefact>@<version>")
    purpose = serializers.CharField()
    steps = StepIn(many=True)
    service = serializers.CharField(required=False, default="", allow_blank=True)
    deployment = serializers.CharField(required=False, default="production")
    single_step_reason = serializers.CharField(required=False, default="", allow_blank=True)
    pipeline_reason = serializers.CharField(required=False, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {"plan": releasing.Plan(**attrs)}


class EndingIn(Input):
    result = serializers.CharField()
    stopped = serializers.BooleanField(required=False, default=False)


class SwitchIn(Input):
    deployment = serializers.CharField(required=False, default="production")
    reason = serializers.CharField()
    incident = serializers.UUIDField(required=False, allow_null=True, default=None)


class RollBackIn(SwitchIn):
    model = serializers.CharField(help_text="<artefact>@<version>")


class FallBackIn(SwitchIn):
    fallback = serializers.ChoiceField(Serving.Fallback.choices)


class IncrementOut(serializers.ModelSerializer):
    release = serializers.SlugRelatedField("number", read_only=True)

    class Meta:
        model = Increment
        fields = ["id", "release", "position", "share", "stop_condition", "state", "result", "begun_at", "ended_at"]


class BeforeAndAfterOut(serializers.Serializer):
    criterion = serializers.CharField(source="criterion.key")
    unit = serializers.CharField()
    before = Number(source="before.value", default=None)
    after = Number(source="after.value", default=None)
    difference = Number()


class ReleaseOut(serializers.ModelSerializer):
    model, pipeline, configuration, service = (serializers.StringRelatedField() for _ in range(4))
    decision = serializers.PrimaryKeyRelatedField(read_only=True)
    owner = serializers.SlugRelatedField("username", source="model.artefact.owner", read_only=True)
    released_by = person()
    increments = IncrementOut(many=True, read_only=True)

    class Meta:
        model = Release
        fields = [
            "number", "state", "model", "owner", "pipeline", "configuration", "service", "decision", "deployment",
            "purpose", "single_step_reason", "pipeline_reason", "released_by", "released_at", "increments",
        ]  # fmt: skip


class ServingOut(serializers.ModelSerializer):
    model = serializers.StringRelatedField()
    release = serializers.SlugRelatedField("number", read_only=True)
    switched_by = person()

    class Meta:
        model = Serving
        fields = [
            "id", "deployment", "kind", "model", "release", "fallback", "reason", "incident", "since", "until",
            "switched_by", "by_machine",
        ]  # fmt: skip


class Releases(Rows):
    serializer_class = ReleaseOut
    model = Release
    noun = "release"
    lookup_field = "number"
    related = ("model__artefact__owner", "pipeline", "configuration", "service", "released_by")
    prefetched = ("increments__release",)
    filterset_class = filters.by(Release, "state", "deployment")

    @extend_schema(request=PlanIn, responses={201: ReleaseOut})
    def create(self, request: Request, slug: str) -> Response:
        """Plan the roll-out of a model version that gate 4 was passed with."""
        return self.answer(releasing.plan(project=self.project, by=self.actor, **self.taken(PlanIn)), ReleaseOut, 201)

    @extend_schema(responses=BeforeAndAfterOut(many=True), filters=False)
    def comparison(self, request: Request, slug: str, number: int) -> Response:
        """Each criterion with the version before and with this one."""
        return Response(BeforeAndAfterOut(selectors.before_and_after(self.get_object()), many=True).data)


class Increments(Row):
    serializer_class = IncrementOut
    model = Increment
    noun = "increment"
    lookup_field = "pk"
    related = ("release",)

    begin = command("begin", releasing.begin)
    end = command("end", releasing.end, takes=EndingIn)


class Servings(Rows):
    serializer_class = ServingOut
    model = Serving
    noun = "serving"
    lookup_field = "pk"
    related = ("model", "release", "switched_by")
    filterset_class = filters.by(Serving, "deployment", "kind")

    @extend_schema(
        parameters=[OpenApiParameter("at", OpenApiTypes.DATETIME, description="Now, if it is left out.")],
        responses=ServingOut(many=True), filters=False,
    )  # fmt: skip
    def served(self, request: Request, slug: str) -> Response:
        """What each deployment serves, now or at a time."""
        given = request.query_params.get("at")
        at = serializers.DateTimeField().run_validation(given) if given else None
        found = selectors.served_at(self.project, at) if at else selectors.served_now(self.project)
        return Response(ServingOut(found, many=True).data)

    @extend_schema(request=RollBackIn, responses={201: ServingOut})
    def roll_back(self, request: Request, slug: str) -> Response:
        """Serve an earlier version again, one that gate 4 was passed with."""
        return self._switched(serving.roll_back, RollBackIn)

    @extend_schema(request=FallBackIn, responses={201: ServingOut})
    def fall_back(self, request: Request, slug: str) -> Response:
        """Let the predefined baseline or rules answer instead of a model."""
        return self._switched(serving.fall_back, FallBackIn)

    @extend_schema(request=SwitchIn, responses={201: ServingOut})
    def switch_off(self, request: Request, slug: str) -> Response:
        """Serve nothing any more."""
        return self._switched(serving.switch_off, SwitchIn)

    def _switched(self, service: Any, takes: type[Input]) -> Response:
        return self.answer(service(project=self.project, by=self.actor, **self.taken(takes)), ServingOut, 201)
