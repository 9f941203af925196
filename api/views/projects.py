"""Projects, their members, phases, iterations and history."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from api import inputs, serializers
from api.as_of import AsOf
from api.views.base import AS_OF, Door, ProjectDoor, Row, Rows, command, expected_version
from audit import acts
from audit import selectors as trail
from crispmlq.errors import Invalid
from projects import access
from projects.models import Iteration, Membership, Phase, Project, Requirement, Risk
from projects.services import iterations, memberships, projects, requirements, risks


class ProjectList(mixins.ListModelMixin, Door):
    serializer_class = serializers.ProjectOut
    filterset_fields = ("state", "kind")

    def get_queryset(self) -> QuerySet[Project]:
        if getattr(self, "swagger_fake_view", False):
            return Project.objects.none()
        return access.visible(self.actor).select_related("catalogue", "created_by")

    @extend_schema(request=inputs.NewProject, responses={201: serializers.ProjectOut})
    def create(self, request: Request) -> Response:
        given = inputs.NewProject(data=request.data)
        given.is_valid(raise_exception=True)
        project = projects.create(by=self.actor, **given.validated_data)
        return Response(self.get_serializer(project).data, status=201, headers={"ETag": f'"{project.audit_ver}"'})


@extend_schema_view(retrieve=extend_schema(parameters=[AS_OF]))
class ProjectDetail(AsOf, Row):
    serializer_class = serializers.ProjectOut
    model = Project
    noun = "project"
    lookup_field = "slug"

    def get_object(self) -> Project:
        return self.project

    @extend_schema(request=inputs.ProjectChange)
    def partial_update(self, request: Request, slug: str) -> Response:
        given = self.taken(inputs.ProjectChange)
        row = projects.change(project=self.project, by=self.actor, expected=expected_version(request), **given)
        return self.answer(row, serializers.ProjectOut)

    start = command("start", projects.start)
    hold = command("hold", projects.hold, takes=inputs.Hold)
    resume = command("resume", projects.resume, takes=inputs.Reason)
    stop = command("stop", projects.stop, takes=inputs.Reason)
    retain = command("retain", projects.set_retention, path="retention", takes=inputs.Retention)


class Members(Rows):
    serializer_class = serializers.MembershipOut
    model = Membership
    related = ("user",)
    lookup_field = "username"

    def lookup(self) -> dict[str, Any]:
        return {"user__username": self.kwargs["username"]}

    @extend_schema(request=inputs.Roles)
    def update(self, request: Request, slug: str, username: str) -> Response:
        access.require(self.actor, self.project, "manage")  # before it is told which accounts there are
        user = User.objects.filter(username=username).first()
        if user is None:
            raise Invalid("There is no such account.", errors={"username": ["There is no such account."]})
        row = memberships.set_roles(project=self.project, user=user, by=self.actor, **self.taken(inputs.Roles))
        return self.answer(row, serializers.MembershipOut)


class Phases(Rows):
    serializer_class = serializers.PhaseOut
    model = Phase
    related = ("gate",)
    lookup_field = "number"

    @extend_schema(request=inputs.Confirmations, responses=serializers.RequirementOut(many=True))
    @action(detail=True, methods=["post"], url_path="requirements/confirm")
    def confirm_requirements(self, request: Request, **_: Any) -> Response:
        rows = requirements.confirm_many(phase=self.get_object(), by=self.actor, **self.taken(inputs.Confirmations))
        found = Requirement.objects.filter(pk__in=[row.pk for row in rows]).select_related("phase", "confirmed_by")
        return Response(serializers.RequirementOut(found, many=True).data)

    @extend_schema(request=inputs.Ratings, responses=serializers.RiskOut(many=True))
    @action(detail=True, methods=["post"], url_path="risks/rate")
    def rate_risks(self, request: Request, **_: Any) -> Response:
        rows = risks.rate_many(phase=self.get_object(), by=self.actor, **self.taken(inputs.Ratings))
        found = Risk.objects.filter(pk__in=[row.pk for row in rows]).select_related("phase", "task", "accepted_by")
        return Response(serializers.RiskOut(found, many=True).data)


class Iterations(Rows):
    serializer_class = serializers.IterationOut
    model = Iteration
    related = ("opened_by",)
    lookup_field = "number"

    @extend_schema(request=inputs.WayBack, responses={201: serializers.IterationOut})
    def create(self, request: Request, slug: str) -> Response:
        row = iterations.go_back(project=self.project, by=self.actor, **self.taken(inputs.WayBack))
        return self.answer(row, serializers.IterationOut, 201)


class Events(ProjectDoor):
    """The project's history, newest first; `before` is the id of the last event of the page before."""

    serializer_class = serializers.EventOut
    pagination_class = None

    def get_queryset(self) -> QuerySet[Project]:
        return Project.objects.none()

    @extend_schema(
        parameters=[
            OpenApiParameter("act", str),
            OpenApiParameter("object", OpenApiTypes.UUID),
            OpenApiParameter("before", int),
            OpenApiParameter("limit", int, description="1 to 200, default 50."),
        ],
        responses=serializers.EventOut(many=True),
    )
    def list(self, request: Request, slug: str) -> Response:
        asked = request.query_params
        try:
            before = int(asked["before"]) if "before" in asked else None
            limit = min(max(int(asked.get("limit", 50)), 1), 200)
        except ValueError:
            raise Invalid("`before` and `limit` are whole numbers.") from None
        try:
            row = UUID(asked["object"]) if "object" in asked else None
        except ValueError:
            raise Invalid("`object` is the id of a row.", errors={"object": ["Give the id of a row."]}) from None
        if "act" in asked and asked["act"] not in acts.registered():
            raise Invalid("There is no such act.", errors={"act": ["There is no such act."]})
        found = trail.events(
            self.project.pk, act=asked.get("act"), obj=row, before_id=before, limit=limit,
            with_changes=True,
        )  # fmt: skip
        return Response(serializers.EventOut(found, many=True).data)
