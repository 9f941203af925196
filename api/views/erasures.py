"""Erasing personal data by program: an administrator's own session; tokens belong to one project and never may."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.request import Request
from rest_framework.response import Response

from api.fields import Input
from api.views.base import Door
from audit.erasing import Target
from projects import access
from projects.services import erasures


class Wanted(Input):
    text = drf.CharField(max_length=200)


class TargetIn(Input):
    event = drf.UUIDField()
    path = drf.CharField(max_length=160)


class ErasureIn(Input):
    targets = TargetIn(many=True, required=False, default=list)
    accounts = drf.ListField(child=drf.CharField(max_length=60), required=False, default=list)
    basis = drf.CharField()
    dry_run = drf.BooleanField(required=False, default=False)


class ErasedOut(drf.Serializer):
    values = drf.IntegerField()
    accounts = drf.IntegerField()
    dry_run = drf.BooleanField()


class MentionOut(drf.Serializer):
    event = drf.UUIDField(source="target.event")
    path = drf.CharField(source="target.path")
    act = drf.CharField()
    at = drf.DateTimeField()
    text = drf.CharField()
    is_erasable = drf.BooleanField()


class LineOut(drf.Serializer):
    event = drf.UUIDField(source="event_id")
    type = drf.CharField(source="obj_type")
    id = drf.UUIDField(source="obj_id")
    version = drf.IntegerField(source="obj_ver")


class FoundOut(drf.Serializer):
    accounts = drf.SerializerMethodField()
    values = MentionOut(source="mentions", many=True)
    out_of_reach = LineOut(source="lines", many=True)

    def get_accounts(self, found: erasures.Found) -> list[str]:
        return [user.username for user in found.accounts]


class Erasures(Door):
    def check_permissions(self, request: Request) -> None:
        """Also before an answer is repeated, and before the input is read."""
        super().check_permissions(request)
        access.require_erasing(self.actor)

    @extend_schema(request=Wanted, responses={200: FoundOut})
    def search(self, request: Request, **_: Any) -> Response:
        """Where a name or text stands in any trail. It comes by POST, so that it stands in no address."""
        given = Wanted(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(FoundOut(erasures.find(by=self.actor, **given.validated_data)).data)

    @extend_schema(request=ErasureIn, responses={200: ErasedOut})
    def create(self, request: Request, **_: Any) -> Response:
        """Erase values and accounts, all of them or none; with `dry_run`, only see whether that would be possible."""
        given = ErasureIn(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        made = erasures.erase(
            targets=[Target(**each) for each in data["targets"]], usernames=data["accounts"], basis=data["basis"],
            by=self.actor, dry_run=data["dry_run"],
        )  # fmt: skip
        return Response({**asdict(made), "dry_run": data["dry_run"]})
