"""The caller's own notices. Nobody else's are there."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Input
from api.views.base import Door
from crispmlq.errors import NotFound
from notices import services
from notices.models import Delivery, Notice
from projects import access


class NoticeOut(drf.ModelSerializer):
    class Meta:
        model = Notice
        fields = ["id", "text", "url", "project_id", "made_at", "seen_at"]


class SeenOut(drf.Serializer):
    seen = drf.IntegerField(help_text="How many were new until now.")


class PreferenceIO(Input):
    delivery = drf.CharField(help_text=f"By mail: one of {', '.join(Delivery.values)}.")


class Notices(mixins.ListModelMixin, Door):
    serializer_class = NoticeOut

    def get_queryset(self) -> QuerySet[Notice]:
        if getattr(self, "swagger_fake_view", False):
            return Notice.objects.none()
        found = Notice.objects.filter(to=self.request.user)
        return found.filter(seen_at=None) if self.request.query_params.get("new") == "true" else found

    @extend_schema(parameters=[OpenApiParameter("new", OpenApiTypes.BOOL, description="true: those not seen yet.")])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Newest first."""
        return super().list(request, *args, **kwargs)

    @extend_schema(request=None, responses=SeenOut, operation_id="notices_seen_all")
    def see_all(self, request: Request) -> Response:
        """Mark all as seen."""
        access.require_write_scope(self.actor)
        return Response({"seen": services.see(user=request.user)})

    @extend_schema(request=None, responses=SeenOut)
    def see(self, request: Request, pk: Any) -> Response:
        """Mark one as seen."""
        access.require_write_scope(self.actor)
        if not Notice.objects.filter(to=request.user, pk=pk).exists():
            raise NotFound("There is no such notice, or it is not yours.")
        return Response({"seen": services.see(user=request.user, notices=[pk])})


class NoticePreference(Door):
    serializer_class = PreferenceIO

    @extend_schema(responses=PreferenceIO)
    def retrieve(self, request: Request) -> Response:
        """How the caller's notices come by mail."""
        return Response({"delivery": services.preferred(request.user)})

    @extend_schema(request=PreferenceIO, responses=PreferenceIO)
    def update(self, request: Request) -> Response:
        """Choose it, for notices from now on."""
        access.require_write_scope(self.actor)
        given = PreferenceIO(data=request.data)
        given.is_valid(raise_exception=True)
        return Response({"delivery": services.prefer(user=request.user, **given.validated_data).delivery})
