"""Regulations: which versions there are, and what follows from facts under one of them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Input
from api.serializers import person
from api.views.base import Door
from regulations import selectors, told
from regulations.models import PackVersion


class PackOut(serializers.ModelSerializer):
    name = serializers.CharField(source="pack.name")
    text_version = serializers.CharField(source="pack.text_version")
    text_line = serializers.CharField(source="pack.text_line")
    put_in_force_by = person()

    class Meta:
        model = PackVersion
        fields = [
            "key", "version", "name", "text_version", "text_line", "sha256", "loaded_at", "in_force_since",
            "put_in_force_by",
        ]  # fmt: skip


class FactsIn(Input):
    """Facts of a system; those left out are false, null is unknown."""

    facts = serializers.DictField(child=serializers.JSONField(allow_null=True))
    roles = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Whose obligations; without, those of all roles."
    )
    role_shifts = serializers.ListField(child=serializers.CharField(), required=False, default=list)
    regulation = serializers.CharField(required=False, default="eu-ai-act")
    version = serializers.CharField(
        required=False, default="", allow_blank=True, help_text="Without, the one in force."
    )


class ClassOut(serializers.Serializer):
    regulation = serializers.CharField()
    version = serializers.CharField()
    text_line = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    outcomes = serializers.ListField(
        child=serializers.CharField(),
        help_text="Highest rank first; “undetermined” alone while an open answer could lead to a higher class.",
    )
    given_so_far = serializers.ListField(child=serializers.CharField())
    decided_by = serializers.ListField(child=serializers.CharField(), help_text="Rules that fired, in their order.")
    open_facts = serializers.ListField(child=serializers.CharField(), help_text="Unknown facts that can still decide.")
    contradictions = serializers.ListField(child=serializers.CharField())
    obligations = serializers.ListField(child=serializers.CharField())
    due = serializers.DictField(child=serializers.DateField(), help_text="Date by obligation.")
    lifted = serializers.DictField(child=serializers.CharField(), help_text="Transitional rule by obligation.")
    open_obligations = serializers.ListField(child=serializers.CharField())


class Regulations(mixins.ListModelMixin, Door):
    """Every version that was loaded."""

    serializer_class = PackOut
    model = PackVersion

    def get_queryset(self) -> QuerySet[PackVersion]:
        return PackVersion.objects.defer("body").select_related("put_in_force_by")


class Evaluations(Door):
    """What follows from facts; nothing is stored, so a token that may only read does too."""

    @extend_schema(request=FactsIn, responses=ClassOut)
    def evaluate(self, request: Request) -> Response:
        """Classes, deciding rules and obligations that follow from these facts."""
        given = FactsIn(data=request.data)
        given.is_valid(raise_exception=True)
        values: dict[str, Any] = given.validated_data
        pack = selectors.version(values["regulation"], values["version"]).pack
        found = told.evaluation(pack, values["facts"], values.get("roles"), values["role_shifts"])
        return Response(found)
