"""What the API gives out of gates: readiness, submissions, signatures, decisions, waivers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers import Dated, person
from projects.models import Decision, Evaluation, Gate, Signature, Waiver


class SignatureOut(serializers.ModelSerializer):
    signer = person()

    class Meta:
        model = Signature
        fields = [
            "signer", "role", "is_further_role", "verdict", "note", "model_version", "facts_sha256", "signed_at",
        ]  # fmt: skip


class DecisionOut(Dated):
    entered_at = "decided_at"
    gate = serializers.SlugRelatedField("key", read_only=True)
    decided_by = person()
    facts_sha256 = serializers.CharField(source="facts.sha256", read_only=True)

    class Meta:
        model = Decision
        fields = [
            "id", "gate", "iteration", "outcome", "to_phase", "reason", "condition", "verdicts", "rules_version",
            "criteria", "facts_sha256", "decided_by", "decided_at", "recorded_later",
        ]  # fmt: skip


class EvaluationOut(serializers.ModelSerializer):
    gate = serializers.SlugRelatedField("key", read_only=True)
    submitted_by = person()
    facts_sha256 = serializers.CharField(source="facts.sha256", read_only=True)
    signatures = SignatureOut(many=True, read_only=True)

    class Meta:
        model = Evaluation
        fields = [
            "id", "gate", "iteration", "state", "verdicts", "rules_version", "policy_version", "deciders",
            "model_version", "facts_sha256", "note", "submitted_by", "submitted_at", "signatures",
        ]  # fmt: skip


class WaiverOut(serializers.ModelSerializer):
    requested_by = person()
    decided_by = person()
    gate = serializers.SlugRelatedField("key", read_only=True)
    check = serializers.CharField(source="check_key", read_only=True)

    class Meta:
        model = Waiver
        fields = [
            "id",
            "gate",
            "check",
            "state",
            "reason",
            "expires_on",
            "requested_by",
            "requested_at",
            "decided_by",
            "decided_at",
        ]


class GateCriterionOut(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.CharField()
    level = serializers.CharField()
    status = serializers.CharField(help_text="on_track, at_risk or missed at this gate.")
    measures = serializers.ListField(child=serializers.CharField())


class ChangedCriterionOut(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.CharField()
    before = serializers.IntegerField(help_text="Version the gate was passed with.")
    now = serializers.IntegerField(help_text="Version that is approved now.")


class GateOut(serializers.ModelSerializer):
    phase = serializers.SlugRelatedField("number", read_only=True)

    class Meta:
        model = Gate
        fields = ["key", "name", "phase", "state"]


class ChangeOut(serializers.Serializer):
    kind = serializers.CharField(help_text="document, criterion, requirement, task or risk.")
    key = serializers.CharField()
    name = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class SinceOut(serializers.Serializer):
    decision = serializers.UUIDField(source="decision.pk", default=None)
    outcome = serializers.CharField(source="decision.outcome", default=None)
    decided_at = serializers.DateTimeField(source="decision.decided_at", default=None)
    changes = ChangeOut(many=True)


class VerdictOut(serializers.Serializer):
    check = serializers.CharField()
    text = serializers.CharField()
    verdict = serializers.CharField()
    because = serializers.CharField()
    blocking = serializers.BooleanField()
    blocks = serializers.BooleanField()
    waivable = serializers.BooleanField()
    when = serializers.CharField()
    links = serializers.ListField(child=serializers.DictField())
    mend_roles = serializers.ListField(child=serializers.CharField())


class ReadinessOut(serializers.Serializer):
    gate = serializers.CharField(source="gate.key")
    state = serializers.CharField(source="gate.state")
    is_ready = serializers.BooleanField(
        help_text="Nothing stops the next step: to submit an open gate, to pass a submitted one; a passed one holds."
    )
    missing_roles = serializers.ListField(child=serializers.CharField(), help_text="Deciding roles yet to sign.")
    outcomes = serializers.SerializerMethodField(help_text="How it may end now.")
    is_out_of_date = serializers.BooleanField(help_text="It was passed, but on today's records it would not be.")
    criteria = GateCriterionOut(many=True)
    changed_criteria = ChangedCriterionOut(many=True)
    verdicts = VerdictOut(many=True)

    def get_outcomes(self, view: Any) -> list[str]:
        return [outcome["outcome"] for outcome in view.outcomes]
