"""What the API gives out of the registry. Versions of projects one may not read are told without their names."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from api.serializers import person
from registry.models import Announcement, Answer, Artefact, ArtefactVersion, Edge, Profile


class RelatedVersionOut(serializers.Serializer):
    """A version as seen from another: with a name, if one may read its project."""

    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    kind = serializers.CharField(allow_null=True)

    def to_representation(self, version: ArtefactVersion) -> dict[str, Any]:
        naming = self.context["naming"]
        seen = naming.may_see(version)
        return {
            "id": str(version.pk) if seen else None,
            "name": naming.name(version),
            "kind": version.artefact.kind if seen else None,
        }


class InputOut(serializers.ModelSerializer):
    version = RelatedVersionOut(source="source", read_only=True)

    class Meta:
        model = Edge
        fields = ["version", "features"]


class ArtefactVersionOut(serializers.ModelSerializer):
    artefact = serializers.SlugRelatedField("key", read_only=True)
    kind = serializers.CharField(source="artefact.kind", read_only=True)
    parent = serializers.SlugRelatedField("label", read_only=True)
    values = serializers.JSONField(source="fields", read_only=True)
    inputs = InputOut(source="incoming", many=True, read_only=True)
    author = person()
    version = serializers.IntegerField(source="audit_ver", read_only=True)

    class Meta:
        model = ArtefactVersion
        fields = [
            "id", "ref", "artefact", "kind", "label", "number", "state", "state_reason", "sha256", "location",
            "parent", "reason", "values", "inputs", "step", "step_mode", "check_result", "check_note",
            "concerns_users", "author", "by_machine", "registered_at", "version",
        ]  # fmt: skip


class ArtefactOut(serializers.ModelSerializer):
    owner = person()
    values = serializers.JSONField(source="fields", read_only=True)
    versions = serializers.SlugRelatedField("label", many=True, read_only=True, help_text="Labels, oldest first.")
    registered_by = person()
    version = serializers.IntegerField(source="audit_ver", read_only=True)

    class Meta:
        model = Artefact
        fields = [
            "key", "kind", "name", "owner", "description", "values", "versions", "registered_by", "registered_at",
            "version",
        ]  # fmt: skip


class FoundVersionOut(serializers.ModelSerializer):
    """A line of the register over all projects."""

    project = serializers.SlugRelatedField("slug", read_only=True)
    artefact = serializers.SlugRelatedField("key", read_only=True)
    name = serializers.CharField(source="artefact.name", read_only=True)
    kind = serializers.CharField(source="artefact.kind", read_only=True)
    owner = serializers.SlugRelatedField("username", source="artefact.owner", read_only=True)
    uses = serializers.IntegerField(read_only=True, help_text="Versions made directly from it.")

    class Meta:
        model = ArtefactVersion
        fields = [
            "id", "project", "artefact", "name", "kind", "label", "ref", "state", "owner", "sha256", "registered_at",
            "uses",
        ]  # fmt: skip


class ProfileOut(serializers.ModelSerializer):
    of = serializers.SlugRelatedField("ref", source="version", read_only=True)
    recorded_by = person()

    class Meta:
        model = Profile
        fields = ["id", "of", "stage", "statistics", "checks", "recorded_by", "by_machine", "recorded_at"]


class AnnouncementOut(serializers.ModelSerializer):
    artefact = serializers.SlugRelatedField("key", read_only=True)
    announced_by = person()
    confirmed = serializers.SerializerMethodField(help_text="How many of those who depend on it confirmed.")
    objections = serializers.SerializerMethodField(help_text="Notes of those who object.")

    class Meta:
        model = Announcement
        fields = ["id", "artefact", "text", "effective_on", "announced_by", "announced_at", "confirmed", "objections"]

    def get_confirmed(self, row: Announcement) -> int:
        return sum(answer.verdict == Answer.Verdict.CONFIRMED for answer in row.answers.all())

    def get_objections(self, row: Announcement) -> list[str]:
        return [answer.note for answer in row.answers.all() if answer.verdict == Answer.Verdict.OBJECTED]


class AnswerOut(serializers.ModelSerializer):
    of = serializers.SlugRelatedField("ref", source="version", read_only=True)
    to_version = RelatedVersionOut(read_only=True)
    answered_by = person()

    class Meta:
        model = Answer
        fields = ["id", "of", "to_version", "to_announcement", "verdict", "note", "answered_by", "answered_at"]


class MarkOut(serializers.Serializer):
    kind = serializers.CharField()
    label = serializers.CharField()
    cause = RelatedVersionOut(allow_null=True)
    announcement = serializers.UUIDField(source="announcement.pk", allow_null=True, default=None)
    awaits_answer = serializers.BooleanField()


class VersionStandingOut(serializers.Serializer):
    """Whether a version can be relied on as it stands."""

    marks = MarkOut(many=True)
    missing = serializers.ListField(child=serializers.CharField(), help_text="What it lacks to be made again.")


class NodeOut(serializers.Serializer):
    version = RelatedVersionOut()
    step = serializers.CharField()
    marks = serializers.ListField(child=serializers.CharField())


class GraphOut(serializers.Serializer):
    nodes = NodeOut(many=True)
    edges = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()),
                                  help_text="[from, to], as places in `nodes`.")  # fmt: skip


class WayOut(serializers.Serializer):
    version = RelatedVersionOut()
    name = serializers.CharField()


class SchemaChangeOut(serializers.Serializer):
    kind = serializers.CharField(help_text="added, removed or changed")
    name = serializers.CharField()
    what = serializers.CharField()
    breaks = serializers.BooleanField()


class ComparisonOut(serializers.Serializer):
    feature = serializers.CharField()
    segment = serializers.CharField()
    by_stage = serializers.DictField()
    distance = serializers.DictField()
    missing = serializers.ListField(child=serializers.CharField())
    apart = serializers.ListField(child=serializers.CharField())


class ChecksOut(serializers.Serializer):
    feature = serializers.CharField()
    is_unchecked = serializers.BooleanField()
    failed = serializers.IntegerField()
    results = serializers.ListField(help_text="[failed, looked at] by check, or null where it was not done.")


class ProfilesOut(serializers.Serializer):
    stages = serializers.ListField(child=serializers.CharField())
    statistics = ComparisonOut(many=True)
    checks = serializers.ListField(child=serializers.CharField(), help_text="Names of the checks.")
    features = ChecksOut(many=True)
