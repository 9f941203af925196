"""What the API gives out of monitoring."""

from __future__ import annotations

from rest_framework import serializers

from api.fields import Number
from api.serializers import person
from monitoring.models import (
    Alarm,
    Delivery,
    ExternalEvent,
    FeedbackLoop,
    Incident,
    MonitoringPlan,
    Observation,
    OperationReview,
    Signal,
    SystemUpdate,
    UpdateDecision,
)


def by_key() -> serializers.SlugRelatedField:
    return serializers.SlugRelatedField("key", read_only=True)


class SignalOut(serializers.ModelSerializer):
    owner = person()
    criterion = by_key()
    watches = by_key()
    baseline = Number()
    etag = serializers.IntegerField(source="audit_ver", read_only=True)

    class Meta:
        model = Signal
        fields = [
            "key", "name", "group", "state", "version", "metric", "unit", "is_labelled", "environment", "feature",
            "criterion", "watches", "owner",
            "response_plan", "source", "interval_minutes", "baseline", "baseline_source",
            "baseline_version", "rules", "check_reason", "change_reason", "changed_at", "etag",
        ]  # fmt: skip


class DeliveryOut(serializers.ModelSerializer):
    signal = by_key()
    delivered_by = person()

    class Meta:
        model = Delivery
        fields = [
            "id", "signal", "count", "sha256", "control_expected", "control_found", "delivered_by", "delivered_at",
        ]  # fmt: skip


class AlarmOut(serializers.ModelSerializer):
    signal = by_key()
    incident = serializers.SlugRelatedField("number", read_only=True)
    task = by_key()
    acknowledged_by = person()
    closed_by = person()
    response_plan = serializers.CharField(source="signal.response_plan", read_only=True)

    class Meta:
        model = Alarm
        fields = [
            "id", "signal", "rule", "signal_version", "environment", "segment", "state", "because", "samples", "at",
            "raised_at", "acknowledged_by", "acknowledged_at", "closed_by", "closed_at", "note", "told", "told_at",
            "incident", "task", "response_plan",
        ]  # fmt: skip


class IncidentOut(serializers.ModelSerializer):
    labelled_signal = by_key()
    assignee = person()
    loss_estimate = Number()
    minutes_to_detect = serializers.SerializerMethodField()
    minutes_to_resolve = serializers.SerializerMethodField()
    etag = serializers.IntegerField(source="audit_ver", read_only=True)

    class Meta:
        model = Incident
        fields = [
            "number", "title", "kind", "severity", "state", "description", "labelled_signal", "found_in_phase",
            "started_at", "detected_at", "respond_by", "resolve_by", "acknowledged_at", "resolved_at", "closed_at",
            "minutes_to_detect", "minutes_to_resolve", "downtime_minutes", "escalation", "assignee", "cause",
            "root_cause", "course_of_action", "prevention", "affected_persons", "affected_systems",
            "affected_decisions", "loss_estimate", "loss_unit", "versions", "etag",
        ]  # fmt: skip

    def get_minutes_to_detect(self, row: Incident) -> int:
        return round(row.time_to_detect.total_seconds() / 60)

    def get_minutes_to_resolve(self, row: Incident) -> int | None:
        time = row.time_to_resolve
        return None if time is None else round(time.total_seconds() / 60)


class PlanOut(serializers.ModelSerializer):
    class Meta:
        model = MonitoringPlan
        fields = [
            "use", "ground_truth", "label_delay_days", "substitutes", "loops", "no_loops_reason", "review_every_days",
            "answer_hours", "observe_days", "observe_minutes", "trained_from", "trained_until", "regime",
            "approved_scope",
        ]  # fmt: skip


class ExternalEventOut(serializers.ModelSerializer):
    recorded_by = person()

    class Meta:
        model = ExternalEvent
        fields = ["id", "kind", "title", "happened_on", "note", "recorded_by", "recorded_at"]


class SystemUpdateOut(serializers.ModelSerializer):
    task = by_key()
    recorded_by = person()

    class Meta:
        model = SystemUpdate
        fields = ["id", "title", "what", "happened_at", "signals", "task", "recorded_by", "recorded_at"]


class LoopOut(serializers.ModelSerializer):
    indicator = by_key()
    limits_by = by_key()
    owner = person()
    limit = Number()

    class Meta:
        model = FeedbackLoop
        fields = [
            "id", "name", "kind", "description", "indicator", "limit", "severity", "likelihood", "owner", "limits_by",
            "is_over",
        ]  # fmt: skip


class OperationReviewOut(serializers.ModelSerializer):
    decided_by = person()

    class Meta:
        model = OperationReview
        fields = [
            "number", "state", "trigger", "occasion", "due_on", "proposed_phase", "decision", "reason", "findings",
            "decided_by", "decided_at",
        ]  # fmt: skip


class UpdateOut(serializers.ModelSerializer):
    alarm = serializers.PrimaryKeyRelatedField(read_only=True)
    cost_of_update = Number()
    cost_of_staying = Number()
    cost_of_labels = Number()
    decided_by = person()
    keeps_at_a_loss = serializers.SerializerMethodField()

    class Meta:
        model = UpdateDecision
        fields = [
            "number", "state", "trigger", "alarm", "due_at", "decision", "cost_of_update", "cost_of_staying",
            "cost_unit", "approach", "approach_reason", "cost_of_labels", "reason", "keeps_at_a_loss", "decided_by",
            "decided_at",
        ]  # fmt: skip

    def get_keeps_at_a_loss(self, row: UpdateDecision) -> bool:
        return row.keeps_at_a_loss


class ObservationOut(serializers.ModelSerializer):
    review = serializers.SlugRelatedField("number", read_only=True)

    class Meta:
        model = Observation
        fields = ["id", "served", "started_at", "ends_on", "interval_minutes", "review", "is_open"]
