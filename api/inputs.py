"""What the API takes. Each input is the arguments of one service."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.fields import Input, Number
from projects.services.criteria import Demand
from projects.services.gates import Resolution
from projects.services.measurements import Reading


class Reason(Input):
    reason = serializers.CharField()


class Note(Input):
    note = serializers.CharField(required=False, default="", allow_blank=True)


class NewProject(Input):
    slug = serializers.CharField()
    name = serializers.CharField()
    purpose = serializers.CharField()
    kind = serializers.CharField(required=False)
    running_since = serializers.DateField(
        required=False, allow_null=True, help_text="Of a system that runs already: what is entered is recorded later."
    )
    answers = serializers.DictField(child=serializers.CharField(), required=False)
    like = serializers.CharField(required=False, help_text="Short name of a project to take over from.")
    template = serializers.CharField(required=False, help_text="Id of a template to take over from.")


class ProjectChange(Input):
    name = serializers.CharField(required=False)
    purpose = serializers.CharField(required=False)


class Hold(Input):
    reason = serializers.CharField()
    condition = serializers.CharField()
    code = serializers.CharField(required=False, help_text="data, feasibility, resources, law or other.")
    expected_on = serializers.DateField(required=False, help_text="When the condition is expected to hold.")


class Retention(Input):
    until = serializers.DateField()


class Roles(Input):
    roles = serializers.ListField(child=serializers.CharField())


class Confirmation(Input):
    note = serializers.CharField()


class Confirmations(Input):
    keys = serializers.ListField(child=serializers.CharField(), allow_empty=False)
    note = serializers.CharField()


class InPhase(Input):
    phase = serializers.IntegerField(min_value=1, max_value=6, help_text="Number of the phase.")


class NewRequirement(InPhase):
    kind = serializers.CharField()
    text = serializers.CharField()


class NewTask(InPhase):
    name = serializers.CharField()
    aim = serializers.CharField()


class NewRisk(InPhase):
    name = serializers.CharField()
    what_goes_wrong = serializers.CharField()
    category = serializers.CharField()
    severity = serializers.CharField()
    likelihood = serializers.CharField()
    task = serializers.CharField(required=False, allow_null=True, help_text="Key of the task it belongs to.")


class NewMethod(InPhase):
    name = serializers.CharField()
    what_it_does = serializers.CharField()
    mitigates = serializers.ListField(child=serializers.CharField(), help_text="Keys of the risks it lowers.")
    task = serializers.CharField(required=False, allow_null=True, help_text="Key of the task it belongs to.")


class Checklist(Input):
    done = serializers.ListField(child=serializers.BooleanField(), help_text="One entry per row, in order.")


class Result(Input):
    result = serializers.CharField()


class Assignment(Input):
    assignee = serializers.CharField(allow_null=True, help_text="User name of a member.")
    due_on = serializers.DateField(allow_null=True, required=False, default=None)


class Assignments(Input):
    keys = serializers.ListField(child=serializers.CharField(), allow_empty=False)
    assignee = serializers.CharField(required=False, default=None, allow_null=True, help_text="None: stays as it is.")
    due_on = serializers.DateField(required=False, default=None, allow_null=True, help_text="None: stays as it is.")


class Keys(Input):
    keys = serializers.ListField(child=serializers.CharField(), allow_empty=False)


class RatingIn(Input):
    severity = serializers.CharField()
    likelihood = serializers.CharField()
    reason = serializers.CharField(required=False, default="", allow_blank=True)


class Ratings(Input):
    keys = serializers.ListField(child=serializers.CharField(), allow_empty=False)
    severity = serializers.CharField()
    likelihood = serializers.CharField()
    reason = serializers.CharField()


class Acceptance(Input):
    reason = serializers.CharField()
    until = serializers.DateField()


class Performance(Input):
    finding = serializers.CharField()
    evidence_kinds = serializers.ListField(child=serializers.CharField())


class DemandIn(Input):
    metric = serializers.CharField()
    unit = serializers.CharField(help_text='"1" for a plain ratio.')
    direction = serializers.CharField()
    threshold = Number()
    upper = Number(required=False, allow_null=True)
    floor = Number(required=False, allow_null=True)
    baseline = Number(required=False, allow_null=True)
    method = serializers.CharField()
    owner_name = serializers.CharField()
    justification = serializers.CharField(required=False, allow_blank=True)
    supports = serializers.CharField(required=False, allow_null=True, help_text="Key of a business criterion.")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """{"demand": ..., and what is not part of it}, the way the services take it."""
        demand = {name: given.pop(name) for name in list(given) if name in Demand.__dataclass_fields__}
        return {**given, "demand": Demand(**demand)}


class NewCriterion(DemandIn):
    key = serializers.CharField()
    level = serializers.CharField()
    name = serializers.CharField()


class CriterionRevision(DemandIn):
    reason = serializers.CharField()
    lesson = serializers.CharField(
        required=False, allow_null=True, help_text="Kind of the document in which the change was learned."
    )


class Measures(Input):
    keys = serializers.ListField(child=serializers.CharField(), help_text="Keys of tasks and QA methods.")
    reason = serializers.CharField()


class ReadingIn(Input):
    value = Number()
    unit = serializers.CharField()
    environment = serializers.CharField()
    measured_at = serializers.DateTimeField()
    lower = Number(required=False, allow_null=True)
    upper = Number(required=False, allow_null=True)
    subject_version = serializers.CharField(required=False, allow_blank=True, help_text="<artefact>@<version>")
    dataset = serializers.CharField(
        required=False, allow_blank=True, help_text="<artefact>@<version>; needed in the blind test."
    )
    note = serializers.CharField(required=False, allow_blank=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"reading": Reading(**given)}


class RevisionValues(Input):
    VALUES = "Values by field key, as the catalogue's kind says."
    values = serializers.DictField(help_text=VALUES)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"fields": given.pop("values"), **given}


class Validity(Input):
    valid_from = serializers.DateField(allow_null=True, required=False, default=None)
    valid_until = serializers.DateField(allow_null=True, required=False, default=None)


class NewRevision(RevisionValues):
    values = serializers.DictField(required=False, default=dict, help_text=RevisionValues.VALUES)
    kind = serializers.CharField()
    fill = serializers.BooleanField(required=False, help_text="Add what records of the project say, as far as they do.")
    change_reason = serializers.CharField(required=False, allow_blank=True)


class Waiving(Input):
    reason = serializers.CharField()
    expires_on = serializers.DateField()


class SignatureIn(Input):
    role = serializers.CharField()
    approves = serializers.BooleanField(default=True)
    note = serializers.CharField(required=False, default="", allow_blank=True)


class DecisionIn(Input):
    outcome = serializers.CharField()
    reason = serializers.CharField()
    to_phase = serializers.IntegerField(required=False, allow_null=True)
    tasks = serializers.ListField(child=serializers.CharField(), required=False)
    origin = serializers.CharField(required=False)
    condition = serializers.CharField(required=False, allow_blank=True)
    code = serializers.CharField(required=False, help_text="Of a hold: data, feasibility, resources, law or other.")
    expected_on = serializers.DateField(required=False, allow_null=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"resolution": Resolution(**given)}


class WayBack(Input):
    to_phase = serializers.IntegerField()
    tasks = serializers.ListField(child=serializers.CharField(), help_text="Keys of tasks to be done again.")
    origin = serializers.CharField()
    reason = serializers.CharField()

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"task_keys": given.pop("tasks"), **given}
