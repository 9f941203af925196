"""What waits for the caller, and what happened, over all projects."""

from __future__ import annotations

import re
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from api.serializers import EventOut, TaskOut
from api.views.base import Door
from crispmlq.errors import Invalid
from projects import activity, work_selectors
from projects.places import place_of


class MyTaskOut(TaskOut):
    project = drf.SlugRelatedField("slug", read_only=True)
    is_overdue = drf.SerializerMethodField()

    class Meta(TaskOut.Meta):
        fields = ["project", "key", "phase", "name", "state", "reason", "due_on", "is_overdue", "version"]

    def get_is_overdue(self, task: Any) -> bool:
        return work_selectors.is_overdue(task)


class WaitingOut(drf.Serializer):
    kind = drf.CharField(help_text="One of gate, document, task, method, criterion, waiver.")
    project = drf.SlugField(source="project.slug")
    id = drf.UUIDField(source="row.pk")
    name = drf.CharField(source="row")
    since = drf.DateTimeField()
    days = drf.IntegerField()
    by = drf.CharField(source="by.username")
    roles = drf.ListField(child=drf.CharField(), help_text="Roles in which the word would count.")
    url = drf.SerializerMethodField(help_text="Path of the page.")

    def get_url(self, waiting: work_selectors.Waiting) -> str:
        return place_of(waiting.row)


class HappenedOut(drf.Serializer):
    project = drf.SlugField(source="project.slug")
    url = drf.CharField(help_text="Path of the page of what was changed.")
    event = EventOut()


class Personal(Door):
    """A list that is not the rows of one table."""

    pagination_class = None

    def get_queryset(self) -> Any:
        return None


class MyWork(Personal):
    serializer_class = MyTaskOut

    @extend_schema(
        parameters=[OpenApiParameter("project", str), OpenApiParameter("state", str)],
        responses=MyTaskOut(many=True), filters=False,
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        """Unfinished tasks assigned to the caller, overdue first."""
        asked = request.query_params
        work = work_selectors.my_work(self.actor, asked.get("project", ""), asked.get("state", ""))
        return Response(MyTaskOut(work.tasks, many=True).data)


class Approvals(Personal):
    serializer_class = WaitingOut

    @extend_schema(responses=WaitingOut(many=True), filters=False)
    def list(self, request: Request) -> Response:
        """What waits for the caller's word, oldest first."""
        return Response(WaitingOut(work_selectors.approvals(self.actor), many=True).data)


class Activity(Personal):
    serializer_class = HappenedOut

    @extend_schema(
        parameters=[
            OpenApiParameter("project", str, description="Short name of one project."),
            OpenApiParameter("mine", OpenApiTypes.BOOL, description="true: what concerns one's roles and tasks."),
            OpenApiParameter("before", int, description="Only older events; the id of the last one of a page."),
        ],
        responses=HappenedOut(many=True), filters=False,
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        """The newest events of all projects the caller may see, without their changes."""
        before = request.query_params.get("before")
        if before is not None and not re.fullmatch("[0-9]{1,18}", before):
            raise Invalid("Give the id of an event.", errors={"before": ["Give the id of an event."]})
        found = activity.feed(
            self.actor, before=int(before) if before else None, slug=request.query_params.get("project", ""),
            only_mine=request.query_params.get("mine") == "true",
        )  # fmt: skip
        return Response(HappenedOut(found.entries, many=True).data)
