"""What the API gives out. Keys and states are the same words as in pages and reports."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from api.fields import Number
from catalogue.definitions import Catalogue, of
from jobs.models import Job
from projects.models import (
    Attachment,
    Criterion,
    CriterionVersion,
    Document,
    Hold,
    Iteration,
    Measurement,
    Membership,
    Phase,
    Project,
    QAMethod,
    Requirement,
    Review,
    Revision,
    Risk,
    Task,
)


def person() -> serializers.SlugRelatedField:
    return serializers.SlugRelatedField("username", read_only=True)


class ProjectOut(serializers.ModelSerializer):
    catalogue = serializers.StringRelatedField()
    created_by = person()
    version = serializers.IntegerField(source="audit_ver", read_only=True)

    class Meta:
        model = Project
        fields = [
            "id", "slug", "name", "purpose", "kind", "state", "iteration", "catalogue", "answers", "hold_reason",
            "hold_condition", "stop_reason", "running_since", "caught_up_at", "retained_until", "created_by",
            "created_at", "version",
        ]  # fmt: skip


class MembershipOut(serializers.ModelSerializer):
    user = person()
    display_name = serializers.CharField(source="user.display_name", read_only=True)

    class Meta:
        model = Membership
        fields = ["user", "display_name", "roles"]


class OfProcess(serializers.ModelSerializer):
    """What the process itself says of a row is told along with it."""

    @property
    def template(self) -> Catalogue:
        return of(self.context["view"].project.catalogue)


class PhaseOut(OfProcess):
    gate = serializers.SlugRelatedField("key", read_only=True)
    aliases = serializers.SerializerMethodField(help_text="Further names of the phase in the literature.")
    source = serializers.SerializerMethodField(help_text="Where the process says so.")

    class Meta:
        model = Phase
        fields = ["number", "key", "name", "aliases", "state", "opened_at", "passed_at", "gate", "source"]

    def get_aliases(self, phase: Phase) -> list[str]:
        return list(self.template.phase(phase.number).aliases)

    def get_source(self, phase: Phase) -> str:
        return self.template.phase(phase.number).source


class IterationOut(serializers.ModelSerializer):
    opened_by = person()

    class Meta:
        model = Iteration
        fields = [
            "number", "kind", "origin", "from_phase", "to_phase", "reason", "reopened_tasks", "previous_version",
            "opened_by", "opened_at",
        ]  # fmt: skip


class ProgressOut(serializers.Serializer):
    done = serializers.IntegerField(help_text="Finished required tasks; those that do not apply count nowhere.")
    required = serializers.IntegerField()
    percent = serializers.IntegerField()


class PhaseProgressOut(ProgressOut):
    number = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.CharField()


class DebtOut(serializers.Serializer):
    on = serializers.DateField()
    waivers = serializers.IntegerField()
    accepted_risks = serializers.IntegerField()
    overdue_tasks = serializers.IntegerField()
    missing_evidence = serializers.IntegerField()
    total = serializers.IntegerField()


class StandingOut(serializers.Serializer):
    overall = ProgressOut()
    phases = PhaseProgressOut(many=True)
    debt = DebtOut(many=True, help_text="Week by week, oldest first; the last is today.")


class HoldOut(serializers.ModelSerializer):
    held_by = person()
    ended_by = person()
    days = serializers.SerializerMethodField(help_text="Days on hold, up to today for one that lasts.")

    class Meta:
        model = Hold
        fields = [
            "id", "code", "reason", "condition", "expected_on", "held_by", "held_at", "ended_by", "ended_at",
            "end_reason", "days",
        ]  # fmt: skip

    def get_days(self, hold: Hold) -> int:
        return hold.days(timezone.localdate())


class Dated(serializers.ModelSerializer):
    """An entry with the mark of a project that was taken in late; `entered_at` names its time of entry."""

    entered_at = "created_at"
    recorded_later = serializers.SerializerMethodField(help_text="Entered for a system that was running already.")

    def get_recorded_later(self, row: Any) -> bool:
        return self.context["view"].project.is_recorded_later(getattr(row, self.entered_at))


class ItemOut(OfProcess):
    phase = serializers.SlugRelatedField("number", read_only=True)
    source = serializers.SerializerMethodField(help_text="Where the process says so; empty for the project's own.")
    version = serializers.IntegerField(source="audit_ver", read_only=True)

    def get_source(self, row: Any) -> str:
        return self.template.sources.get(row.key, "")


class RequirementOut(ItemOut):
    confirmed_by = person()

    class Meta:
        model = Requirement
        fields = [
            "key", "phase", "kind", "text", "state", "note", "confirmed_by", "confirmed_at", "is_own", "source",
            "version",
        ]  # fmt: skip


class TaskOut(ItemOut, Dated):
    entered_at = "finished_at"
    assignee = person()
    handed_in_by = person()

    class Meta:
        model = Task
        fields = [
            "key", "phase", "group", "name", "aim", "why", "is_required", "applies_when", "depends_on",
            "document_kinds", "checklist", "state", "reason", "result", "iteration", "assignee", "due_on",
            "handed_in_by", "finished_at", "recorded_later", "is_own", "source", "version",
        ]  # fmt: skip


class RiskOut(ItemOut):
    task = serializers.SlugRelatedField("key", read_only=True)
    accepted_by = person()

    class Meta:
        model = Risk
        fields = [
            "key", "phase", "task", "name", "what_goes_wrong", "category", "default_severity", "default_likelihood",
            "state", "severity", "likelihood", "rating", "rated_at", "accepted_by", "accepted_as",
            "acceptance_reason", "accepted_until", "is_own", "source", "version",
        ]  # fmt: skip


class QAMethodOut(ItemOut):
    task = serializers.SlugRelatedField("key", read_only=True)
    performed_by = person()
    reviewed_by = person()

    class Meta:
        model = QAMethod
        fields = [
            "key", "phase", "task", "name", "what_it_does", "mitigates", "evidence_expected", "state", "finding",
            "evidence_kinds", "performed_by", "performed_at", "reviewed_by", "reviewed_at", "review_note", "is_own",
            "source", "version",
        ]  # fmt: skip


class CriterionVersionOut(serializers.ModelSerializer):
    threshold = Number(read_only=True)
    upper = Number(read_only=True)
    floor = Number(read_only=True)
    baseline = Number(read_only=True)
    supports = serializers.SlugRelatedField("key", read_only=True)
    lesson = serializers.StringRelatedField(help_text="Document in which the change was learned.")
    author = person()
    approved_by = person()
    version = serializers.IntegerField(source="audit_ver", read_only=True)

    class Meta:
        model = CriterionVersion
        fields = [
            "number", "state", "metric", "unit", "direction", "threshold", "upper", "floor", "baseline", "method",
            "justification", "owner_name", "supports", "change_reason", "lesson", "author", "created_at",
            "approved_by", "approved_as", "approved_at", "version",
        ]  # fmt: skip


class CriterionOut(serializers.ModelSerializer):
    versions = CriterionVersionOut(many=True, read_only=True)
    version = serializers.IntegerField(source="audit_ver", read_only=True)

    class Meta:
        model = Criterion
        fields = ["key", "level", "name", "measures", "versions", "version"]


class CriterionStatusOut(serializers.Serializer):
    key = serializers.CharField(source="criterion.key")
    name = serializers.CharField(source="criterion.name")
    level = serializers.CharField(source="criterion.level")
    threshold = Number(source="version.threshold")
    value = Number(source="current.value", default=None)
    environment = serializers.CharField(source="current.environment", default=None)
    status = serializers.CharField(help_text="on_track, at_risk or missed, in the furthest phase that was reached.")
    measures = serializers.ListField(source="criterion.measures", child=serializers.CharField())
    needs_measure = serializers.BooleanField(help_text="At risk or missed, and nothing is done about it.")


class MeasurementOut(Dated):
    entered_at = "recorded_at"
    criterion = serializers.SlugField(source="version.criterion.key", read_only=True)
    criterion_version = serializers.IntegerField(source="version.number", read_only=True)
    value = Number(read_only=True)
    lower = Number(read_only=True)
    upper = Number(read_only=True)
    recorded_by = person()

    class Meta:
        model = Measurement
        fields = [
            "id", "criterion", "criterion_version", "value", "lower", "upper", "environment", "iteration",
            "measured_at", "recorded_at", "recorded_later", "recorded_by", "by_machine", "subject_version",
            "dataset", "note",
        ]  # fmt: skip


class ReviewOut(serializers.ModelSerializer):
    reviewer = person()

    class Meta:
        model = Review
        fields = ["reviewer", "role", "verdict", "note", "iteration", "reviewed_at"]


class AttachmentOut(serializers.ModelSerializer):
    name = serializers.CharField(source="blob.name", read_only=True)
    sha256 = serializers.CharField(source="blob.sha256", read_only=True)
    size = serializers.IntegerField(source="blob.size", read_only=True)
    media_type = serializers.CharField(source="blob.media_type", read_only=True)

    class Meta:
        model = Attachment
        fields = ["id", "name", "sha256", "size", "media_type", "readers"]


class RevisionOut(Dated):
    kind = serializers.CharField(source="document.kind", read_only=True)
    values = serializers.JSONField(source="fields", read_only=True)
    author = person()
    reviews = ReviewOut(many=True, read_only=True)
    attachments = AttachmentOut(many=True, read_only=True)
    version = serializers.IntegerField(source="audit_ver", read_only=True)

    class Meta:
        model = Revision
        fields = [
            "kind", "number", "state", "values", "change_reason", "iteration", "author", "created_at", "submitted_at",
            "decided_at", "valid_from", "valid_until", "recorded_later", "reviews", "attachments", "version",
        ]  # fmt: skip


class DocumentKindOut(serializers.Serializer):
    """What a kind of document asks, for machines that write it."""

    key = serializers.CharField()
    name = serializers.CharField()
    phase = serializers.IntegerField()
    tasks = serializers.ListField(child=serializers.CharField())
    review_roles = serializers.ListField(help_text="Groups of roles; one acceptance from each.")
    evidence = serializers.ListField(
        help_text="As what evidence a QA method may rest on it; of a field once filled in."
    )
    fields_ = serializers.ListField(help_text="Its fields, with columns, conditions and formulas.")
    consequences = serializers.ListField(help_text="What follows when it is accepted.")
    source = serializers.CharField()

    def get_fields(self) -> dict[str, serializers.Field]:
        return {name.rstrip("_"): field for name, field in super().get_fields().items()}


class DocumentOut(serializers.ModelSerializer):
    phase = serializers.SlugRelatedField("number", read_only=True)
    revisions = RevisionOut(many=True, read_only=True)

    class Meta:
        model = Document
        fields = ["kind", "title", "phase", "revisions"]


class FieldChangeOut(serializers.Serializer):
    field = serializers.CharField()
    before = serializers.JSONField()
    after = serializers.JSONField()


class RowChangeOut(serializers.Serializer):
    op = serializers.CharField()
    obj_type = serializers.CharField()
    obj_id = serializers.UUIDField()
    version = serializers.IntegerField()
    fields_ = FieldChangeOut(many=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        return {("fields" if name == "fields_" else name): field for name, field in fields.items()}


class EventOut(serializers.Serializer):
    id = serializers.IntegerField()
    uid = serializers.UUIDField()
    act = serializers.CharField()
    at = serializers.DateTimeField()
    actor = serializers.CharField(source="actor_display")
    via = serializers.CharField()
    subject_type = serializers.CharField()
    subject_id = serializers.UUIDField()
    sentence = serializers.CharField()
    reason = serializers.CharField()
    leaf = serializers.CharField(help_text="Hash of the event, hex.")
    changes = RowChangeOut(many=True)


class JobOut(serializers.ModelSerializer):
    class Meta:
        model = Job
        fields = ["id", "kind", "state", "progress", "message", "result", "created_at", "finished_at"]
