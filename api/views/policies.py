"""The policies of the organisation: read by everybody who is signed in, set by administrators."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Input
from api.serializers import person
from api.views.base import Door, expected_version
from policies import selectors, services
from policies.models import PolicySet


class PolicySetOut(serializers.ModelSerializer):
    set_by = person()

    class Meta:
        model = PolicySet
        fields = ["number", "values", "reason", "set_by", "set_at"]


class InForceOut(serializers.Serializer):
    version = serializers.IntegerField(help_text="0 before any was set; it is also the ETag.")
    values = serializers.DictField()


class PolicyChange(Input):
    values = serializers.DictField(help_text="Those to change; the others stay.")
    reason = serializers.CharField()


class Policies(mixins.ListModelMixin, Door):
    """Every version, newest first."""

    serializer_class = PolicySetOut
    model = PolicySet

    def get_queryset(self) -> QuerySet[PolicySet]:
        return PolicySet.objects.select_related("set_by")


class InForce(Door):
    """What holds now."""

    @extend_schema(responses=InForceOut)
    def retrieve(self, request: Request) -> Response:
        now = selectors.in_force()
        return Response(InForceOut(now).data, headers={"ETag": f'"{now.version}"'})

    @extend_schema(request=PolicyChange, responses=InForceOut)
    def partial_update(self, request: Request) -> Response:
        """Set some of them for every project, as a new version."""
        given = PolicyChange(data=request.data)
        given.is_valid(raise_exception=True)
        services.change(by=self.actor, expected=expected_version(request), **given.validated_data)
        return self.retrieve(request)
