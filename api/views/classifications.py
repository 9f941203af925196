"""Classifications of a project, and what another text of a regulation would change."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api import inputs
from api.fields import Input
from api.serializers import person
from api.views.base import Door, Rows, command, expected_version
from api.views.regulations import PackOut
from projects import access
from regulations import impacts, selectors
from regulations.models import Classification, PackVersion
from regulations.services import classifications, packs


class ClassificationOut(serializers.ModelSerializer):
    pack_version = serializers.CharField(source="pack_version.version", read_only=True)
    classes = serializers.ListField(source="labels", child=serializers.CharField(), read_only=True)
    begun_by = person()
    signed_by = person()
    version = serializers.IntegerField(source="audit_ver", read_only=True)

    class Meta:
        model = Classification
        fields = [
            "number", "regulation", "pack_version", "state", "roles", "role_shifts", "answers", "reasons", "result",
            "classes", "purpose", "begun_by", "begun_at", "reasoning", "signed_by", "signed_role", "signed_at",
            "withdrawn_because", "version",
        ]  # fmt: skip


class NewClassification(Input):
    regulation = serializers.CharField(required=False, default="eu-ai-act")


class Answer(Input):
    value = serializers.JSONField(required=False, allow_null=True, help_text="true, false, a text, or null: not known.")
    reason = serializers.CharField(required=False, allow_blank=True)


class Answers(Input):
    """Answers by fact; a fact without `value` keeps the one it has. Without any, those given are confirmed."""

    answers = serializers.DictField(child=Answer())


class OperatorRoles(Input):
    roles = serializers.ListField(child=serializers.CharField())
    role_shifts = serializers.ListField(child=serializers.CharField(), required=False, default=list)


class Reasoning(Input):
    reasoning = serializers.CharField()


class Classifications(Rows):
    serializer_class = ClassificationOut
    model = Classification
    noun = "classification"
    related = ("pack_version", "begun_by", "signed_by")
    lookup_field = "number"

    def get_queryset(self) -> Any:
        return super().get_queryset().defer("pack_version__body")

    @extend_schema(request=NewClassification, responses={201: ClassificationOut})
    def create(self, request: Request, slug: str) -> Response:
        """Begin a draft, with the answers of the last one."""
        row = classifications.begin(project=self.project, by=self.actor, **self.taken(NewClassification))
        return self.answer(row, ClassificationOut, 201)

    @extend_schema(request=Answers)
    def partial_update(self, request: Request, **_: str) -> Response:
        """Answer questions of a draft."""
        row = classifications.answer(
            classification=self.get_object(), by=self.actor, expected=expected_version(request), **self.taken(Answers)
        )
        return self.answer(row, ClassificationOut)

    set_roles = command("set_roles", classifications.set_roles, path="roles", takes=OperatorRoles, conditional=True)
    sign = command("sign", classifications.sign, takes=Reasoning, conditional=True)
    withdraw = command("withdraw", classifications.withdraw, takes=inputs.Reason)


class ObligationChangeOut(serializers.Serializer):
    kind = serializers.CharField(help_text="new, gone, date moved or changed")
    obligation = serializers.CharField(source="obligation.id")
    ref = serializers.CharField(source="obligation.ref")
    was = serializers.CharField()
    becomes = serializers.CharField()


class ImpactOut(serializers.Serializer):
    """On one project, with the answers it has signed."""

    project = serializers.CharField(source="classification.project.slug")
    classification = serializers.IntegerField(source="classification.number")
    before = serializers.ListField(source="impact.before", child=serializers.CharField())
    after = serializers.ListField(source="impact.after", child=serializers.CharField())
    new_questions = serializers.ListField(source="impact.new_questions", child=serializers.CharField())
    gone_questions = serializers.ListField(source="impact.gone_questions", child=serializers.CharField())
    changes = ObligationChangeOut(source="impact.changes", many=True)


class PackDetail(PackOut):
    body = serializers.JSONField(read_only=True, help_text="The whole text as data.")

    class Meta(PackOut.Meta):
        fields = [*PackOut.Meta.fields, "body"]


class Regulation(Door):
    """One version of a regulation."""

    serializer_class = PackDetail
    queryset = PackVersion.objects.none()

    def retrieve(self, request: Request, key: str, version: str) -> Response:
        return Response(PackDetail(selectors.version(key, version)).data)

    @extend_schema(responses=ImpactOut(many=True))
    def impact(self, request: Request, key: str, version: str) -> Response:
        """What it would change for every project one may see that is classified by this regulation."""
        row = selectors.version(key, version)
        page = self.paginate_queryset(impacts.of_projects(row, access.visible(self.actor)))
        found = ImpactOut([impacts.of_classification(each, row) for each in page], many=True)
        return self.get_paginated_response(found.data)

    @extend_schema(request=inputs.Reason, responses=PackOut)
    def put_in_force(self, request: Request, key: str, version: str) -> Response:
        given = inputs.Reason(data=request.data)
        given.is_valid(raise_exception=True)
        row = packs.put_in_force(row=selectors.version(key, version), by=self.actor, **given.validated_data)
        return Response(PackOut(row).data)
