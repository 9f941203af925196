"""What the API takes for monitoring. Each input is the arguments of one service."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.fields import Input, Number
from monitoring.services.updates import Weighing


class RuleIn(serializers.JSONField):
    """A rule as `GET …/signal-rules` describes; the service says what is wrong with it."""


class Settings(Input):
    name = serializers.CharField(required=False)
    group = serializers.CharField(required=False)
    metric = serializers.CharField(required=False)
    unit = serializers.CharField(required=False)
    is_labelled = serializers.BooleanField(required=False, help_text="It compares predictions with ground truth.")
    environment = serializers.CharField(required=False, help_text="Where its rules are applied.")
    feature = serializers.CharField(required=False, allow_blank=True)
    criterion = serializers.CharField(required=False, allow_null=True, help_text="Key of a criterion.")
    watches = serializers.CharField(required=False, allow_null=True, help_text="Key of an artefact, as a label source.")
    owner = serializers.CharField(required=False, allow_null=True, help_text="User name of a member.")
    response_plan = serializers.CharField(required=False, allow_blank=True)
    source = serializers.CharField(required=False, allow_blank=True)
    interval_minutes = serializers.IntegerField(required=False, allow_null=True)
    baseline = Number(required=False, allow_null=True)
    baseline_source = serializers.CharField(required=False, allow_blank=True)
    baseline_version = serializers.CharField(required=False, allow_blank=True)
    rules = serializers.ListField(child=RuleIn(), required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """{"settings": ..., and what is none}, the way the services take it."""
        beside = {name: given.pop(name) for name in ("key", "reason") if name in given}
        return {**beside, "settings": given}


class NewSignal(Settings):
    key = serializers.CharField()


class SignalChange(Settings):
    reason = serializers.CharField(required=False, default="", allow_blank=True)


class Finding(Input):
    finding = serializers.CharField()


class Readings(Input):
    readings = serializers.JSONField(
        help_text="1 to 10,000 objects of value, at and environment; segment, lower, upper, kind and count as needed."
    )
    control_expected = serializers.CharField(required=False, allow_blank=True, help_text="Hash as sent.")
    control_found = serializers.CharField(required=False, allow_blank=True, help_text="Hash as received.")


class Details(Input):
    description = serializers.CharField(required=False, allow_blank=True)
    labelled_signal = serializers.CharField(required=False, allow_null=True, help_text="Key of a signal.")
    found_in_phase = serializers.IntegerField(required=False)
    downtime_minutes = serializers.IntegerField(required=False)
    affected_persons = serializers.CharField(required=False, allow_blank=True)
    affected_systems = serializers.CharField(required=False, allow_blank=True)
    affected_decisions = serializers.CharField(required=False, allow_blank=True)
    loss_estimate = Number(required=False, allow_null=True)
    loss_unit = serializers.CharField(required=False, allow_blank=True, max_length=20)
    prevention = serializers.CharField(required=False, allow_blank=True)


class NewIncident(Details):
    title = serializers.CharField()
    kind = serializers.CharField()
    severity = serializers.CharField()
    started_at = serializers.DateTimeField(required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        own = {n: given.pop(n) for n in ("title", "kind", "severity", "started_at") if n in given}
        return {**own, "details": given}


class IncidentChange(Details):
    title = serializers.CharField(required=False)
    kind = serializers.CharField(required=False)
    severity = serializers.CharField(required=False)
    started_at = serializers.DateTimeField(required=False)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"details": given}


class Explanation(Input):
    cause = serializers.CharField()
    root_cause = serializers.CharField()


class Course(Input):
    course_of_action = serializers.CharField()
    downtime_minutes = serializers.IntegerField(required=False)


class Closing(Input):
    prevention = serializers.CharField(required=False, default="", allow_blank=True)
    affected_persons = serializers.CharField(required=False, default="", allow_blank=True)


class Terms(Input):
    use = serializers.CharField(required=False)
    ground_truth = serializers.CharField(required=False)
    label_delay_days = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=3650)
    substitutes = serializers.ListField(child=serializers.CharField(), required=False)
    loops = serializers.CharField(required=False)
    no_loops_reason = serializers.CharField(required=False, allow_blank=True)
    review_every_days = serializers.IntegerField(required=False)
    answer_hours = serializers.IntegerField(required=False)
    observe_days = serializers.IntegerField(required=False)
    observe_minutes = serializers.IntegerField(required=False)
    trained_from = serializers.DateField(required=False, allow_null=True)
    trained_until = serializers.DateField(required=False, allow_null=True)
    regime = serializers.CharField(required=False, allow_blank=True)
    approved_scope = serializers.CharField(required=False, allow_blank=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"terms": given}


class NewExternalEvent(Input):
    kind = serializers.CharField()
    title = serializers.CharField()
    happened_on = serializers.DateField()
    note = serializers.CharField(required=False, allow_blank=True)
    starts_review = serializers.BooleanField(required=False)


class NewSystemUpdate(Input):
    title = serializers.CharField()
    what = serializers.CharField()
    happened_at = serializers.DateTimeField()
    signals = serializers.ListField(child=serializers.CharField(), help_text="Keys of the signals it may affect.")


class LoopChange(Input):
    name = serializers.CharField(required=False)
    kind = serializers.CharField(required=False)
    description = serializers.CharField(required=False)
    indicator = serializers.CharField(required=False, allow_null=True, help_text="Key of a signal.")
    limit = Number(required=False, allow_null=True)
    severity = serializers.CharField(required=False)
    likelihood = serializers.CharField(required=False)
    owner = serializers.CharField(required=False, allow_null=True)
    limits_by = serializers.CharField(required=False, allow_null=True, help_text="Key of a QA method.")
    is_over = serializers.BooleanField(required=False)
    reason = serializers.CharField()

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"reason": given.pop("reason"), "changes": given}


class NewLoop(LoopChange):
    reason = None
    name = serializers.CharField()
    kind = serializers.CharField()
    description = serializers.CharField()
    severity = serializers.CharField()
    likelihood = serializers.CharField()

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"loop": given}


class NewReview(Input):
    occasion = serializers.CharField()
    due_on = serializers.DateField()


class ReviewDecision(Input):
    decision = serializers.CharField()
    reason = serializers.CharField()


class Trigger(Input):
    trigger = serializers.CharField()


class UpdateWeighing(Input):
    decision = serializers.CharField()
    reason = serializers.CharField(required=False, default="", allow_blank=True)
    cost_of_update = Number(required=False, allow_null=True, default=None)
    cost_of_staying = Number(required=False, allow_null=True, default=None)
    cost_unit = serializers.CharField(required=False, default="", allow_blank=True)
    approach = serializers.CharField(required=False, default="", allow_blank=True)
    approach_reason = serializers.CharField(required=False, default="", allow_blank=True)
    cost_of_labels = Number(required=False, allow_null=True, default=None)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"weighing": Weighing(**given)}


class Served(Input):
    served = serializers.CharField(help_text="The version that was released.")
