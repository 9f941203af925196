"""Incidents, reviews, decisions on updates, and what surrounds the system."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api import filters
from api import monitoring_inputs as takes
from api import monitoring_outputs as gives
from api.views.base import ProjectDoor, Rows, command, expected_version
from api.views.monitoring import changes_told
from monitoring import history, plans
from monitoring.models import (
    ExternalEvent,
    FeedbackLoop,
    Incident,
    MonitoringPlan,
    Observation,
    OperationReview,
    SystemUpdate,
    UpdateDecision,
)
from monitoring.services import incidents, operation, reviews, updates


class Incidents(Rows):
    serializer_class = gives.IncidentOut
    model = Incident
    noun = "incident"
    related = ("labelled_signal", "assignee")
    lookup_field = "number"
    filterset_class = filters.by(Incident, "state", "severity", "kind", "cause")

    @extend_schema(request=takes.NewIncident, responses={201: gives.IncidentOut})
    def create(self, request: Request, slug: str) -> Response:
        row = incidents.open_one(project=self.project, by=self.actor, **self.taken(takes.NewIncident))
        return self.answer(row, gives.IncidentOut, 201)

    @extend_schema(request=takes.IncidentChange)
    def partial_update(self, request: Request, **_: str) -> Response:
        """Add to what is known."""
        given = self.taken(takes.IncidentChange)
        row = incidents.add(incident=self.get_object(), by=self.actor, expected=expected_version(request), **given)
        return self.answer(row, gives.IncidentOut)

    acknowledge = command("acknowledge", incidents.acknowledge)
    explain = command("explain", incidents.explain, path="cause", takes=takes.Explanation)
    resolve = command("resolve", incidents.resolve, takes=takes.Course)
    close = command("close", incidents.close, takes=takes.Closing)

    @extend_schema(responses={200: None})
    @action(detail=True, methods=["get"], url_path="analysis", url_name="analysis")
    def analysis(self, request: Request, **_: Any) -> Response:
        """Where to look for the cause: versions in force, recent changes, feature signals that moved."""
        incident = self.get_object()
        moved = history.moved(self.project, incident.started_at, incident.detected_at)
        return Response(
            {
                "versions": incident.versions,
                "recent_changes": changes_told(self.project, incident.started_at),
                "moved": [
                    {"signal": each.signal.key, "feature": each.signal.feature, "segment": each.segment,
                     "before": each.before, "within": each.within}
                    for each in moved
                ],
            }
        )  # fmt: skip


class Reviews(Rows):
    serializer_class = gives.OperationReviewOut
    model = OperationReview
    noun = "review"
    related = ("decided_by",)
    lookup_field = "number"
    filterset_class = filters.by(OperationReview, "state", "trigger", "decision")

    @extend_schema(request=takes.NewReview, responses={201: gives.OperationReviewOut})
    def create(self, request: Request, slug: str) -> Response:
        row = reviews.ask(project=self.project, by=self.actor, **self.taken(takes.NewReview))
        return self.answer(row, gives.OperationReviewOut, 201)

    decide = command("decide", reviews.decide, takes=takes.ReviewDecision)


class Updates(Rows):
    serializer_class = gives.UpdateOut
    model = UpdateDecision
    noun = "update"
    related = ("decided_by",)
    lookup_field = "number"
    filterset_class = filters.by(UpdateDecision, "state", "decision", "approach")

    @extend_schema(request=takes.Trigger, responses={201: gives.UpdateOut})
    def create(self, request: Request, slug: str) -> Response:
        row = updates.ask(project=self.project, by=self.actor, **self.taken(takes.Trigger))
        return self.answer(row, gives.UpdateOut, 201)

    decide = command("decide", updates.decide, takes=takes.UpdateWeighing)


class Observations(Rows):
    serializer_class = gives.ObservationOut
    model = Observation
    related = ("review",)
    lookup_field = "pk"

    @extend_schema(request=takes.Served, responses={201: gives.ObservationOut})
    def create(self, request: Request, slug: str) -> Response:
        row = reviews.observe(project=self.project, by=self.actor, **self.taken(takes.Served))
        return self.answer(row, gives.ObservationOut, 201)


class Terms(ProjectDoor):
    """The terms of monitoring; the usual ones where none were set."""

    serializer_class = gives.PlanOut
    model = MonitoringPlan
    pagination_class = None

    def retrieve(self, request: Request, slug: str) -> Response:
        return Response(gives.PlanOut(plans.of(self.project)).data)

    @extend_schema(request=takes.Terms)
    def partial_update(self, request: Request, slug: str) -> Response:
        row = operation.set_terms(project=self.project, by=self.actor, **self.taken(takes.Terms))
        return self.answer(row, gives.PlanOut)


class ExternalEvents(Rows):
    serializer_class = gives.ExternalEventOut
    model = ExternalEvent
    related = ("recorded_by",)
    lookup_field = "pk"
    filterset_class = filters.by(ExternalEvent, "kind")

    @extend_schema(request=takes.NewExternalEvent, responses={201: gives.ExternalEventOut})
    def create(self, request: Request, slug: str) -> Response:
        row = operation.record_event(project=self.project, by=self.actor, **self.taken(takes.NewExternalEvent))
        return self.answer(row, gives.ExternalEventOut, 201)


class SystemUpdates(Rows):
    serializer_class = gives.SystemUpdateOut
    model = SystemUpdate
    related = ("task", "recorded_by")
    lookup_field = "pk"

    @extend_schema(request=takes.NewSystemUpdate, responses={201: gives.SystemUpdateOut})
    def create(self, request: Request, slug: str) -> Response:
        row = operation.record_update(project=self.project, by=self.actor, **self.taken(takes.NewSystemUpdate))
        return self.answer(row, gives.SystemUpdateOut, 201)


class FeedbackLoops(Rows):
    serializer_class = gives.LoopOut
    model = FeedbackLoop
    noun = "loop"
    related = ("indicator", "limits_by", "owner")
    lookup_field = "pk"

    @extend_schema(request=takes.NewLoop, responses={201: gives.LoopOut})
    def create(self, request: Request, slug: str) -> Response:
        row = operation.record_loop(project=self.project, by=self.actor, **self.taken(takes.NewLoop))
        return self.answer(row, gives.LoopOut, 201)

    change = command("change", operation.change_loop, takes=takes.LoopChange)
