"""Projects, their members, phases, iterations and history."""

from __future__ import annotations

import re
from typing import Any

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
from audit import history
from crispmlq.errors import Invalid
from projects import access, blueprints, progress, trail_filters
from projects.models import Hold, Iteration, Membership, Phase, Project, Requirement, Risk
from projects.services import holds, iterations, memberships, projects, requirements, risks, templates


class ProjectList(mixins.ListModelMixin, Door):
    serializer_class = serializers.ProjectOut
    filterset_fields = ("state", "kind")

    def get_queryset(self) -> QuerySet[Project]:
        if getattr(self, "swagger_fake_view", False):
            return Project.objects.none()
        return access.visible(self.actor).select_related("catalogue", "created_by").defer("catalogue__body")

    @extend_schema(request=inputs.NewProject, responses={201: serializers.ProjectOut})
    def create(self, request: Request) -> Response:
        given = inputs.NewProject(data=request.data)
        given.is_valid(raise_exception=True)
        project = projects.create(by=self.actor, **self._with_blueprint(dict(given.validated_data)))
        return Response(self.get_serializer(project).data, status=201, headers={"ETag": f'"{project.audit_ver}"'})

    def _with_blueprint(self, given: dict[str, Any]) -> dict[str, Any]:
        slug, template = given.pop("like", ""), given.pop("template", "")
        if slug:
            given["like"] = blueprints.of_project(access.project_for(self.actor, slug))
        elif template:
            given["like"] = blueprints.of_template(templates.find(template))
        return given


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
    hold = command("hold", holds.hold, takes=inputs.Hold)
    resume = command("resume", holds.resume, takes=inputs.Reason)
    convert = command("convert", iterations.convert, takes=inputs.Reason)
    update_cycle = command(
        "update_cycle", iterations.begin_update, takes=inputs.Reason, gives=serializers.IterationOut, status=201
    )
    challenger = command(
        "challenger", iterations.begin_challenger, takes=inputs.Reason, gives=serializers.IterationOut, status=201
    )
    stop = command("stop", projects.stop, takes=inputs.Reason)
    retain = command("retain", projects.set_retention, path="retention", takes=inputs.Retention)


class Standing(ProjectDoor):
    """How far the project is, and what it owes."""

    @extend_schema(responses=serializers.StandingOut)
    def retrieve(self, request: Request, slug: str) -> Response:
        overall, each = progress.progress(self.project)
        found = {"overall": overall, "phases": each, "debt": progress.trend(self.project)}
        return Response(serializers.StandingOut(found).data)


class Holds(Rows):
    """Every time the project was on hold."""

    serializer_class = serializers.HoldOut
    model = Hold
    related = ("held_by", "ended_by")
    lookup_field = "pk"


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
        return Response(serializers.RequirementOut(found, many=True, context=self.get_serializer_context()).data)

    @extend_schema(request=inputs.Ratings, responses=serializers.RiskOut(many=True))
    @action(detail=True, methods=["post"], url_path="risks/rate")
    def rate_risks(self, request: Request, **_: Any) -> Response:
        rows = risks.rate_many(phase=self.get_object(), by=self.actor, **self.taken(inputs.Ratings))
        found = Risk.objects.filter(pk__in=[row.pk for row in rows]).select_related("phase", "task", "accepted_by")
        return Response(serializers.RiskOut(found, many=True, context=self.get_serializer_context()).data)


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
    """The project's history, newest first. Conditions combine; `before` and `after` go on from the id of an event."""

    serializer_class = serializers.EventOut
    pagination_class = None

    def get_queryset(self) -> QuerySet[Project]:
        return Project.objects.none()

    @extend_schema(
        parameters=[
            OpenApiParameter("person", OpenApiTypes.UUID, description="Account, with its tokens, or one token."),
            OpenApiParameter("act", str, description="Name of an act, such as `task.finished`."),
            OpenApiParameter("object", OpenApiTypes.UUID, description="Id of a row that was changed."),
            OpenApiParameter("object_type", str, description="Kind of the rows, such as `projects.task`."),
            OpenApiParameter("phase", int, description="1 to 6: rows that belong to this phase were changed."),
            OpenApiParameter("since", str, description="A day, or a time with its zone (ISO 8601)."),
            OpenApiParameter("until", str, description="A day, which is included, or a time, which is not."),
            OpenApiParameter("before", int, description="Only older events; the id of the last one of a page."),
            OpenApiParameter("after", int, description="The next newer events; the id of the first one of a page."),
            OpenApiParameter("limit", int, description="1 to 200, default 50."),
        ],
        responses=serializers.EventOut(many=True),
    )
    def list(self, request: Request, slug: str) -> Response:
        filters = trail_filters.read(request.query_params, self.project)
        text = request.query_params.get("limit", "50")
        if not re.fullmatch("-?[0-9]{1,9}", text):
            filters.errors["limit"] = ["Give a whole number, 1 to 200."]
        if filters.errors:
            raise Invalid("Please correct what is marked.", errors=filters.errors)
        limit = min(max(int(text), 1), 200)
        found = history.page(self.project.pk, filters.wanted, limit=limit, with_changes=True)
        return Response(serializers.EventOut(found.entries, many=True).data)
