"""Signals with their values, alarms, and how the system stands."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api import filters, inputs
from api import monitoring_inputs as takes
from api import monitoring_outputs as gives
from api.views.base import ProjectDoor, Rows, command, expected_version
from audit.canon import plain
from crispmlq.errors import Invalid
from monitoring import changes, history, metrics, rules, serving, status, upstream
from monitoring.models import Alarm, Delivery, Environment, Signal
from monitoring.services import alarms, readings, signals
from projects.models import Project


class Signals(Rows):
    serializer_class = gives.SignalOut
    model = Signal
    noun = "signal"
    related = ("owner", "criterion", "watches")
    lookup_field = "key"
    filterset_class = filters.by(Signal, "group", "state", "environment", "feature")

    @extend_schema(request=takes.NewSignal, responses={201: gives.SignalOut})
    def create(self, request: Request, slug: str) -> Response:
        row = signals.propose(project=self.project, by=self.actor, **self.taken(takes.NewSignal))
        return self.answer(row, gives.SignalOut, 201)

    @extend_schema(request=takes.SignalChange)
    def partial_update(self, request: Request, **_: str) -> Response:
        """Other settings, as a new version."""
        given = self.taken(takes.SignalChange)
        row = signals.change(signal=self.get_object(), by=self.actor, expected=expected_version(request), **given)
        return self.answer(row, gives.SignalOut)

    activate = command("activate", signals.activate, conditional=True)
    retire = command("retire", signals.retire, takes=inputs.Reason)
    confirm_check = command("confirm_check", signals.confirm_check, path="check", takes=takes.Finding)
    deliver = command(
        "deliver", readings.deliver, path="readings", takes=takes.Readings, gives=gives.DeliveryOut, status=201
    )

    @extend_schema(
        parameters=[
            OpenApiParameter("environment", str, description="One environment; else every one."),
            OpenApiParameter("range", str, description="day, week, month, quarter, year or all."),
        ],
        responses={200: None},
    )
    @action(detail=True, methods=["get"], url_path="history", url_name="history")
    def history(self, request: Request, **_: Any) -> Response:
        """Its values over time by series, never more than 180 rows of each however many there are."""
        signal = self.get_object()
        wanted, environment = request.query_params.get("range", "month"), request.query_params.get("environment")
        _require(wanted, tuple(history.RANGES), "range")
        series = list(signal.series.all())
        if environment is not None:
            _require(environment, tuple(Environment.values), "environment")
            series = [one for one in series if one.environment == environment]
        over = history.span(series, wanted)
        found = history.buckets(series, over)
        rows = [
            {
                "environment": one.environment, "segment": one.segment, "kind": one.kind, "count": one.count,
                "last_at": plain(one.last_at), "buckets": [vars(bucket) for bucket in found.get(one.pk, [])],
            }
            for one in series
        ]  # fmt: skip
        marks = [{"name": mark.name, "at": mark.at} for mark in history.marks(self.project, over)]
        stages = [vars(stage) for stage in history.stages(signal, series)]
        return Response({"signal": signal.key, "series": rows, "marks": marks, "stages": stages})


class Deliveries(Rows):
    serializer_class = gives.DeliveryOut
    model = Delivery
    related = ("signal", "delivered_by")
    lookup_field = "pk"
    filterset_class = filters.by(Delivery, signal="signal__key")

    def get_queryset(self) -> Any:
        return super().get_queryset().defer("readings")


class Alarms(Rows):
    serializer_class = gives.AlarmOut
    model = Alarm
    noun = "alarm"
    related = ("signal", "incident", "task", "acknowledged_by", "closed_by")
    lookup_field = "pk"
    filterset_class = filters.by(Alarm, "state", "segment", "environment", signal="signal__key")

    acknowledge = command("acknowledge", alarms.acknowledge, takes=inputs.Note)
    close = command("close", alarms.close, takes=inputs.Reason)

    @extend_schema(responses={200: None})
    @action(detail=True, methods=["get"], url_path="recent-changes", url_name="recent-changes")
    def recent_changes(self, request: Request, **_: Any) -> Response:
        """What changed in the two weeks before: data, code, configuration and systems."""
        return Response(changes_told(self.project, self.get_object().raised_at))

    @extend_schema(responses={200: None})
    @action(detail=True, methods=["get"], url_path="marked", url_name="marked")
    def marked(self, request: Request, **_: Any) -> Response:
        """Versions to be looked at again, since they were made from what the signal watches."""
        found = upstream.marked_by(self.get_object().signal)
        return Response([{"ref": version.ref, "kind": version.artefact.kind} for version in found])


class Monitoring(ProjectDoor):
    """How the system stands, and what one may choose from."""

    model = Project
    noun = "project"
    lookup_field = "slug"
    pagination_class = None

    def get_object(self) -> Project:
        return self.project

    @extend_schema(responses={200: None})
    def retrieve(self, request: Request, slug: str) -> Response:
        """Each signal with its state and newest values, the figures of incidents, and the statement on trust."""
        now = timezone.now()
        views = status.board(self.project, now)
        trust = status.trust(self.project, views, now)
        return Response(
            {
                "trusted": trust.is_trusted,
                "statements": [{"statement": text, "holds": holds} for text, holds in trust.statements],
                "signals": [_told(view) for view in views],
                "figures": status.figures(self.project),
                "findings": status.findings(self.project, now),
                "served": serving.current(self.project),
                "upstream_incidents": [vars(each) for each in upstream.incidents_above(self.project, self.actor)],
            }
        )


class SignalRules(ProjectDoor):
    model = Project
    pagination_class = None

    @extend_schema(responses={200: None})
    def list(self, request: Request, slug: str) -> Response:
        """Kinds of rules with what they take, and reactions."""
        kinds = [
            {"kind": name, "label": kind.label, "takes": dict(kind.takes), "is_threshold": kind.is_threshold}
            for name, kind in rules.KINDS.items()
        ]
        return Response({"kinds": kinds, "reactions": rules.REACTIONS})


class Metrics(ProjectDoor):
    model = Project
    pagination_class = None

    @extend_schema(
        parameters=[OpenApiParameter("type", str, description="classification, regression, ranking or other.")],
        responses={200: None},
    )
    def list(self, request: Request, slug: str) -> Response:
        """Metrics by type of problem, with the direction in which they are better; own ones are possible."""
        wanted = request.query_params.get("type")
        if wanted is not None:
            _require(wanted, metrics.TYPES, "type")
        found = metrics.METRICS if wanted is None else metrics.for_type(wanted)
        return Response([vars(metric) for metric in found])


def changes_told(project: Project, moment: Any) -> list[dict[str, Any]]:
    return [
        {
            "what": change.what, "at": plain(change.entry.at), "act": change.entry.act,
            "by": change.entry.actor_display, "sentence": change.entry.sentence, "event": str(change.entry.uid),
        }
        for change in changes.before(project, moment)
    ]  # fmt: skip


def _told(view: status.SignalView) -> dict[str, Any]:
    shown = view.shown
    return {
        "key": view.signal.key, "name": view.signal.name, "group": view.signal.group, "state": view.state,
        "segment": shown.segment if shown else None, "newest": shown.last[1] if shown and shown.last else None,
        "last_at": plain(view.last_at), "alarms": [str(alarm.pk) for alarm in view.alarms],
        "check_reason": view.signal.check_reason, "labels_overdue_since": plain(view.labels_overdue_since),
    }  # fmt: skip


def _require(given: str, known: tuple[str, ...], name: str) -> None:
    if given not in known:
        sentence = f"One of {', '.join(known)}."
        raise Invalid(sentence, errors={name: [sentence]})
