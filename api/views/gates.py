"""Gates: readiness, submission, signatures, decision, waivers."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api import filters, inputs
from api import gate_serializers as serializers
from api.views.base import Rows, command, handed_out
from projects.gates import standing
from projects.models import Decision, Evaluation, Gate, Waiver
from projects.services import downloads, gates, waivers


class Gates(Rows):
    serializer_class = serializers.GateOut
    model = Gate
    noun = "gate"
    related = ("phase", "project__catalogue")
    lookup_field = "key"

    @extend_schema(responses=serializers.ReadinessOut)
    @action(detail=True, methods=["get"])
    def readiness(self, request: Request, **_: Any) -> Response:
        """Every check: on the facts as they are now, of a submitted gate on those it was submitted with."""
        return Response(serializers.ReadinessOut(standing.readiness(self.get_object())).data)

    @extend_schema(responses=serializers.SinceOut)
    @action(detail=True, methods=["get"])
    def changes(self, request: Request, **_: Any) -> Response:
        """What is different today from what the gate was decided on last."""
        return Response(serializers.SinceOut(standing.changed_since(self.get_object())).data)

    submit = command(
        "submit", gates.submit, path="submissions", takes=inputs.Note, gives=serializers.EvaluationOut, status=201
    )

    @extend_schema(request=inputs.Waiving, responses={201: serializers.WaiverOut})
    @action(detail=True, methods=["post"], url_path=r"checks/(?P<check>[\w-]+)/waivers")
    def request_waiver(self, request: Request, check: str, **_: Any) -> Response:
        row = waivers.request(gate=self.get_object(), check_key=check, by=self.actor, **self.taken(inputs.Waiving))
        return self.answer(row, serializers.WaiverOut, 201)


class JudgedRows(Rows):
    """Rows that rest on frozen facts."""

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT})
    @action(detail=True, methods=["get"])
    def facts(self, request: Request, **_: Any) -> HttpResponse:
        """The file whose hash is `facts_sha256`: all that was judged. The download is told in the trail."""
        blob = self.get_object().facts
        return handed_out(blob, downloads.evidence(blob=blob, project=self.project, by=self.actor))


class Submissions(JudgedRows):
    serializer_class = serializers.EvaluationOut
    model = Evaluation
    noun = "evaluation"
    related = ("gate", "submitted_by", "facts")
    prefetched = ("signatures__signer",)
    lookup_field = "pk"
    filterset_class = filters.by(Evaluation, "state", "iteration", gate="gate__key")

    sign = command(
        "sign", gates.sign, path="signatures", takes=inputs.SignatureIn, gives=serializers.SignatureOut, status=201
    )
    decide = command(
        "decide", gates.decide, path="decision", takes=inputs.DecisionIn, gives=serializers.DecisionOut, status=201
    )
    withdraw = command("withdraw", gates.withdraw, takes=inputs.Reason)


class Decisions(JudgedRows):
    serializer_class = serializers.DecisionOut
    model = Decision
    related = ("gate", "decided_by", "facts")
    lookup_field = "pk"
    filterset_class = filters.by(Decision, "outcome", "iteration", gate="gate__key")


class Waivers(Rows):
    serializer_class = serializers.WaiverOut
    model = Waiver
    noun = "waiver"
    related = ("gate", "requested_by", "decided_by")
    lookup_field = "pk"
    filterset_class = filters.by(Waiver, "state", gate="gate__key")

    grant = command("grant", waivers.grant)
    refuse = command("refuse", waivers.refuse, takes=inputs.Reason)
