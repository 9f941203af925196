"""Rows of a table into a project: tried, or imported all at once."""

from __future__ import annotations

import json
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as drf
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.views.base import ProjectDoor
from crispmlq.errors import Invalid
from projects.services import imports
from ui import sheet_files


class FaultOut(drf.Serializer):
    row = drf.IntegerField(help_text="As a spreadsheet numbers it.")
    column = drf.CharField()
    message = drf.CharField()


class OutcomeOut(drf.Serializer):
    rows = drf.IntegerField()
    made = drf.IntegerField()
    faults = FaultOut(many=True)
    mapping = drf.DictField(child=drf.CharField())
    ignored = drf.ListField(child=drf.CharField(), help_text="Columns nothing is read from.")


TABLE = {
    "multipart/form-data": {
        "type": "object",
        "properties": {
            "file": {"type": "string", "format": "binary", "description": "CSV, XLSX, YAML or JSON."},
            "mapping": {"type": "string", "description": "JSON: key of a column to heading in the file."},
            "dry_run": {"type": "boolean", "description": "Try it, store nothing, and tell every fault."},
        },
        "required": ["file"],
    }
}


class RowImports(ProjectDoor):
    serializer_class = OutcomeOut
    parser_classes = [MultiPartParser]

    def get_queryset(self) -> Any:
        return None

    @extend_schema(
        request=TABLE, responses={200: OutcomeOut, 201: OutcomeOut},
        parameters=[OpenApiParameter("name", str, "path", description=f"One of {', '.join(imports.KINDS)}.")],
    )  # fmt: skip
    def create(self, request: Request, slug: str, name: str) -> Response:
        """All rows of a file in one transaction, or none: each by the rules a person would meet."""
        dry_run = str(request.data.get("dry_run", "false")).lower() in {"true", "1", "yes"}
        outcome = imports.bring_in(
            project=self.project, kind=name, table=_table(request), mapping=_mapping(request), dry_run=dry_run,
            by=self.actor,
        )  # fmt: skip
        return Response(OutcomeOut(outcome).data, status=200 if dry_run else 201)


def _table(request: Request) -> sheet_files.Table:
    file = request.FILES.get("file")
    if file is None:
        raise Invalid("Send the file as the part “file”.", errors={"file": ["Send the file as the part “file”."]})
    try:
        return sheet_files.read(file.name, file.read(sheet_files.LARGEST + 1))
    except sheet_files.Unreadable as fault:
        raise Invalid(str(fault), errors={"file": [str(fault)]}) from None


def _mapping(request: Request) -> dict[str, str] | None:
    text = request.data.get("mapping")
    if not text:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise Invalid("Give the mapping as a JSON object of texts.", errors={"mapping": ["A JSON object of texts."]})
    return found
