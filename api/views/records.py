"""Compliance records: what a project has recorded in the words of the regulations, and entries of its own."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.as_of import moment
from api.fields import Input
from api.parsers import StrictJSONParser
from api.serializers import person
from api.views.base import AS_OF, ProjectDoor, Rows, command
from audit.past import Past, Present
from crispmlq.errors import Invalid, NotFound
from evidence.services import blobs
from regulations import selectors
from regulations.models import Entry
from regulations.services import entries
from regulations.sources import collect

TYPE = OpenApiParameter("type", OpenApiTypes.STR, description="Only records of this type.")


class EntryIn(Input):
    type = serializers.CharField()
    fields = serializers.DictField(help_text="Values by field of the type.")
    about = serializers.ListField(
        child=serializers.CharField(), required=False, default=list,
        help_text="Rows of the project, as <kind>/<id>: it completes those of its type, and is linked to others.",
    )  # fmt: skip


class ReplacementIn(Input):
    fields = serializers.DictField(help_text="All values by field of the type.")
    about = serializers.ListField(child=serializers.CharField(), required=False, default=list)
    reason = serializers.CharField()

    def validate(self, attrs: dict) -> dict:
        return {"draft": entries.Draft(attrs["fields"], tuple(attrs["about"])), "reason": attrs["reason"]}


class WithdrawalIn(Input):
    reason = serializers.CharField()


class EntryOut(serializers.ModelSerializer):
    recorded_by, withdrawn_by = person(), person()
    file = serializers.SerializerMethodField()

    class Meta:
        model = Entry
        fields = [
            "id", "type", "title", "fields", "about", "file", "state", "replaces", "reason", "recorded_by",
            "by_machine", "recorded_at", "withdrawn_by", "withdrawn_at", "withdrawal_reason",
        ]  # fmt: skip

    def get_file(self, entry: Entry) -> dict[str, str] | None:
        return {"name": entry.blob.name, "sha256": entry.blob.sha256} if entry.blob else None


class ReferenceOut(serializers.Serializer):
    kind = serializers.CharField()
    id = serializers.CharField()
    name = serializers.CharField(source="label")
    sha256 = serializers.CharField(help_text="Of a file.")


class RecordOut(serializers.Serializer):
    type = serializers.CharField()
    fields = serializers.DictField()
    source = ReferenceOut(help_text="The row it is read from.")
    points_to = ReferenceOut(many=True)


class RecordTypeOut(serializers.Serializer):
    id = serializers.CharField()
    name = serializers.CharField()
    meaning = serializers.CharField()
    phases = serializers.ListField(child=serializers.IntegerField())
    fields = serializers.ListField(child=serializers.DictField())


class RecordTypes(ProjectDoor):
    model = Entry
    filter_backends = ()

    @extend_schema(responses=RecordTypeOut(many=True))
    def list(self, request: Request, slug: str) -> Response:
        """Types of records that the regulations in force ask for, with their fields."""
        return Response([asdict(each) for each in selectors.record_types_in_force().values()])


class Records(ProjectDoor):
    """What the project has recorded, in the words of the regulations."""

    serializer_class = RecordOut
    model = Entry

    @extend_schema(parameters=[TYPE, AS_OF], responses=RecordOut(many=True))
    def list(self, request: Request, slug: str) -> Response:
        """Records read from rows and entries, now or as they were; all of them, or those of a type."""
        types, wanted, at = selectors.record_types_in_force(), request.query_params.get("type"), moment(request)
        if wanted is not None and wanted not in types:
            raise NotFound(f"There is no record type “{wanted}”.")
        found = collect(Past(self.project.pk, at) if at else Present(self.project.pk))
        rows = [record for kind in types for record in found.of(kind) if wanted in {None, kind}]
        page = self.paginate_queryset(rows)
        told = RecordOut(rows if page is None else page, many=True).data
        return Response(told) if page is None else self.get_paginated_response(told)


class Entries(Rows):
    """What is recorded by hand or by program, because nothing else of the project holds it."""

    serializer_class = EntryOut
    model = Entry
    noun = "entry"
    related = ("blob", "recorded_by", "withdrawn_by")
    lookup_field = "pk"
    parser_classes = (StrictJSONParser, MultiPartParser)

    @extend_schema(
        request={
            "application/json": EntryIn,
            "multipart/form-data": {"type": "object", "properties": {
                "entry": {"type": "string", "description": "The same as JSON."},
                "file": {"type": "string", "format": "binary"},
                "sha256": {"type": "string", "description": "Refused if the bytes that arrive have another hash."},
            }, "required": ["entry", "file"]},
        },
        responses={201: EntryOut},
    )  # fmt: skip
    def create(self, request: Request, slug: str) -> Response:
        """Record an entry, with a file if it is sent in parts."""
        given = EntryIn(data=_entry(request))
        given.is_valid(raise_exception=True)
        values = given.validated_data
        draft = entries.Draft(values["fields"], tuple(values["about"]), _file(request))
        row = entries.record(project=self.project, kind=values["type"], draft=draft, by=self.actor)
        return self.answer(row, EntryOut, 201)

    replace = command("replace", entries.replace, takes=ReplacementIn, status=201, conditional=True)
    withdraw = command("withdraw", entries.withdraw, takes=WithdrawalIn, conditional=True)


def _entry(request: Request) -> Any:
    """Raises: Invalid: the part “entry” is no JSON."""
    if "entry" not in request.data or not isinstance(request.data["entry"], str):
        return request.data
    try:
        return json.loads(request.data["entry"])
    except ValueError:
        raise Invalid("The part “entry” is no JSON.", errors={"entry": ["Send JSON."]}) from None


def _file(request: Request) -> entries.File | None:
    given = request.FILES.get("file")
    if given is None:
        return None
    media_type = given.content_type or "application/octet-stream"
    return entries.File(given.name, media_type, blobs.received(given), request.data.get("sha256"))
