"""Runs and the use of test sets."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api import filters
from api.fields import Input
from api.serializers import person
from api.views.base import Rows, command
from crispmlq.errors import Invalid
from experiments import selectors
from experiments.models import Handover, Run, TestSetUse
from experiments.services import runs, test_sets
from ui.numbers import whole


def version() -> serializers.StringRelatedField:
    """`<artefact>@<version>`"""
    return serializers.StringRelatedField()


class Metric(Input):
    metric = serializers.CharField()
    value = serializers.CharField()
    split = serializers.ChoiceField(runs.SPLITS)


class OutcomeIn(Input):
    metrics = Metric(many=True, required=False, default=list)
    model = serializers.CharField(required=False, default="", allow_blank=True, help_text="<artefact>@<version>")
    note = serializers.CharField(required=False, default="", allow_blank=True)
    failed = serializers.BooleanField(required=False, default=False)

    def validate(self, attrs: dict) -> dict:
        return {"outcome": runs.Outcome(**attrs)}


class RunIn(Input):
    modification = serializers.CharField(help_text="What differs from the run before.")
    cause = serializers.CharField(help_text="Why it was changed, and what is expected of it.")
    dataset = serializers.CharField(help_text="<artefact>@<version>")
    code = serializers.CharField(help_text="<artefact>@<version>")
    configuration = serializers.CharField(required=False, default="", allow_blank=True)
    parameters = serializers.DictField(child=serializers.CharField(), required=False, default=dict)
    seed = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=0, max_value=2**53 - 1)
    parent = serializers.IntegerField(required=False, allow_null=True, default=None, help_text="Number of a run.")
    is_baseline = serializers.BooleanField(required=False, default=False)
    started_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    outcome = OutcomeIn(required=False, help_text="Of a run that has ended already.")

    def validate(self, attrs: dict) -> dict:
        outcome = attrs.pop("outcome", {}).get("outcome")
        return {"run": runs.NewRun(**attrs), "outcome": outcome}


class Judgement(Input):
    verdict = serializers.ChoiceField(["chosen", "rejected"])
    reason = serializers.CharField()


class RunOut(serializers.ModelSerializer):
    parent = serializers.SlugRelatedField("number", read_only=True)
    dataset, code, configuration, model = version(), version(), version(), version()
    recorded_by, judged_by = person(), person()

    class Meta:
        model = Run
        fields = [
            "number", "parent", "is_baseline", "modification", "cause", "iteration", "dataset", "code", "configuration",
            "parameters", "seed", "state", "metrics", "model", "note", "verdict", "verdict_reason", "judged_by",
            "started_at", "finished_at", "recorded_by", "by_machine",
        ]  # fmt: skip


class ComparedLineOut(serializers.Serializer):
    name = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField())
    differs = serializers.BooleanField()


class RunComparisonOut(serializers.Serializer):
    runs = serializers.SerializerMethodField(help_text="Their numbers, in the order of the values.")
    settings = ComparedLineOut(many=True)
    metrics = ComparedLineOut(many=True)

    def get_runs(self, found: selectors.Comparison) -> list[int]:
        return [run.number for run in found.runs]


class RankOut(serializers.Serializer):
    run = serializers.IntegerField()
    score = serializers.DecimalField(max_digits=8, decimal_places=4, allow_null=True)
    is_best_of_its_kind = serializers.BooleanField(help_text="No other candidate beats it in everything.")


class UseIn(Input):
    test_set = serializers.CharField(help_text="<artefact>@<version> of a dataset whose role is test")
    model = serializers.CharField(help_text="<artefact>@<version>")
    purpose = serializers.CharField()
    disjointness = serializers.CharField(help_text="How it was shown that no sample was seen in training.")


class UseOut(serializers.ModelSerializer):
    test_set, model = version(), version()
    used_by = person()

    class Meta:
        model = TestSetUse
        fields = [
            "id", "test_set", "model", "number", "purpose", "disjointness", "iteration", "used_at", "used_by",
            "by_machine",
        ]  # fmt: skip


class HandoverIn(Input):
    test_set = serializers.CharField(help_text="<artefact>@<version>")
    recipient = serializers.CharField()
    reason = serializers.CharField()


class HandoverAnswerIn(Input):
    answer = serializers.CharField()


class HandoverOut(serializers.ModelSerializer):
    test_set = version()
    requested_by, answered_by = person(), person()

    class Meta:
        model = Handover
        fields = [
            "id", "test_set", "recipient", "reason", "state", "requested_by", "requested_at", "answered_by",
            "answered_at", "answer",
        ]  # fmt: skip


class Runs(Rows):
    serializer_class = RunOut
    model = Run
    noun = "run"
    lookup_field = "number"
    related = (*selectors.RELATED, "recorded_by")
    filterset_class = filters.by(Run, "state", "verdict", "is_baseline", "iteration")

    @extend_schema(request=RunIn, responses={201: RunOut})
    def create(self, request: Request, slug: str) -> Response:
        """Enter a run that begins, or with `outcome` one that has ended."""
        return self.answer(runs.log(project=self.project, by=self.actor, **self.taken(RunIn)), RunOut, 201)

    finish = command("finish", runs.finish, takes=OutcomeIn)
    judge = command("judge", runs.judge, path="verdict", takes=Judgement)

    @extend_schema(
        parameters=[OpenApiParameter("run", int, many=True, description="Numbers of runs.")],
        responses=RunComparisonOut, filters=False,
    )  # fmt: skip
    def compare(self, request: Request, slug: str) -> Response:
        """Settings and metrics of some runs side by side."""
        numbers = [whole(text) for text in request.query_params.getlist("run")]
        if None in numbers:
            raise Invalid("Name runs by their numbers.", errors={"run": ["Give whole numbers."]})
        found = selectors.comparison(self.project, numbers[:20])
        return Response(RunComparisonOut(found).data)

    @extend_schema(responses=RankOut(many=True), filters=False)
    def ranking(self, request: Request, slug: str) -> Response:
        """Candidates by the weights of the accepted plan of measures, and which of them no other beats."""
        ranked = selectors.ranking(self.project, list(selectors.runs(self.project)[:500]))
        rows = [{"run": number, **vars(rank)} for number, rank in ranked.items()]
        return Response(RankOut(rows, many=True).data)


class TestSetUses(Rows):
    __test__ = False
    serializer_class = UseOut
    model = TestSetUse
    noun = "use"
    lookup_field = "pk"
    related = ("test_set", "model", "used_by")

    @extend_schema(request=UseIn, responses={201: UseOut})
    def create(self, request: Request, slug: str) -> Response:
        """Enter that a model is evaluated on a test set; `warnings` tell when it is not the first use."""
        row = test_sets.use(project=self.project, by=self.actor, **self.taken(UseIn))
        answer = self.answer(row, UseOut, 201)
        answer.data["warnings"] = row.warnings
        return answer


class Handovers(Rows):
    serializer_class = HandoverOut
    model = Handover
    noun = "handover"
    lookup_field = "pk"
    related = ("test_set", "requested_by", "answered_by")
    filterset_class = filters.by(Handover, "state")

    @extend_schema(request=HandoverIn, responses={201: HandoverOut})
    def create(self, request: Request, slug: str) -> Response:
        """Ask to give a test set to somebody outside."""
        row = test_sets.ask_for_handover(project=self.project, by=self.actor, **self.taken(HandoverIn))
        return self.answer(row, HandoverOut, 201)

    sign = command("sign", test_sets.sign_handover, takes=HandoverAnswerIn)
    refuse = command("refuse", test_sets.refuse_handover, takes=HandoverAnswerIn)
