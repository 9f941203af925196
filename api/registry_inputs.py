"""What the API takes for the registry. Each input is the arguments of one service."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.fields import Input
from registry.services.artefacts import Saying
from registry.services.references import Input as Reference
from registry.services.versions import Draft


class SayingIn(Input):
    """`name`, `owner`, `description` and `fields` of a Saying, as far as they are given."""

    name = serializers.CharField(required=False)
    owner = serializers.CharField(required=False, allow_blank=True, help_text="User name of a member.")
    description = serializers.CharField(required=False, allow_blank=True)
    values = serializers.DictField(required=False, help_text="Values by field key of the kind.")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        names = {"name": "name", "owner": "owner", "description": "description", "values": "fields"}
        said = {ours: given.pop(theirs) for theirs, ours in names.items() if theirs in given}
        return {"said": said, **given}


class NewArtefact(SayingIn):
    name = serializers.CharField()
    kind = serializers.CharField()
    key = serializers.CharField()

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        given = super().validate(given)
        return {"saying": Saying(**given.pop("said")), **given}


class ArtefactChange(SayingIn):
    """What is left out stays as it is."""

    reason = serializers.CharField()


class ReferenceIn(Input):
    ref = serializers.CharField(help_text="key@label; of another project project/key@label.")
    features = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), required=False,
        help_text="Feature of the result → names in this input it comes from.",
    )  # fmt: skip


class NewArtefactVersion(Input):
    label = serializers.CharField()
    sha256 = serializers.CharField(required=False, allow_blank=True)
    location = serializers.CharField(required=False, allow_blank=True)
    parent = serializers.CharField(required=False, allow_blank=True, help_text="Label of the version it changes.")
    reason = serializers.CharField(required=False, allow_blank=True)
    values = serializers.DictField(required=False, help_text="Values by field key of the kind.")
    inputs = ReferenceIn(many=True, required=False)
    step = serializers.CharField(required=False, allow_blank=True, help_text="The step or run that made it.")
    step_mode = serializers.CharField(required=False, allow_blank=True, help_text="automated or manual")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        inputs = [Reference(**each) for each in given.pop("inputs", [])]
        return {"draft": Draft(fields=given.pop("values", {}), inputs=inputs, **given)}


class NewInput(ReferenceIn):
    reason = serializers.CharField()

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        reason = given.pop("reason")
        return {"source": Reference(**given), "reason": reason}


class CheckIn(Input):
    result = serializers.CharField(help_text="passed or failed")
    note = serializers.CharField(required=False, allow_blank=True)


class ProfileIn(Input):
    stage = serializers.CharField()
    statistics = serializers.ListField(child=serializers.DictField(), required=False)
    checks = serializers.ListField(child=serializers.DictField(), required=False)


class AnnouncementIn(Input):
    text = serializers.CharField()
    effective_on = serializers.DateField()


class AnswerIn(Input):
    verdict = serializers.CharField(help_text="confirmed or objected")
    note = serializers.CharField()
    to_version = serializers.UUIDField(required=False)
    to_announcement = serializers.UUIDField(required=False)
