"""The contract as a page: every endpoint from the OpenAPI schema, without foreign scripts."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")


@login_not_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "api/docs.html", _contract())


@cache
def _contract() -> dict[str, Any]:
    """Made once per process: the routes do not change while it runs, and making it takes long."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in schema["paths"].items():
        for method in METHODS:
            if method in operations:
                groups.setdefault(_group(path), []).append(_endpoint(schema, path, method, operations[method]))
    return {"groups": sorted(groups.items()), "info": schema["info"]}


def _group(path: str) -> str:
    parts = [part for part in path.split("/") if part and not part.startswith("{")]
    return parts[3] if len(parts) > 3 else parts[-1]


def _endpoint(schema: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {})
    body = next(iter(content.values()), {}).get("schema", {})
    return {
        "method": method.upper(),
        "path": path,
        "text": operation.get("description", ""),
        "query": [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"],
        "fields": _fields(schema, body),
    }


def _fields(schema: dict[str, Any], body: dict[str, Any]) -> list[dict[str, Any]]:
    """Fields of the body: name, type, whether needed, help."""
    if "$ref" in body:
        body = schema["components"]["schemas"][body["$ref"].rsplit("/", 1)[1]]
    required = body.get("required", [])
    return [
        {"name": name, "type": _type(field), "required": name in required, "help": field.get("description", "")}
        for name, field in body.get("properties", {}).items()
    ]


def _type(field: dict[str, Any]) -> str:
    kind = field.get("format") or field.get("type", "object")
    return " or ".join(kind) if isinstance(kind, list) else str(kind)
