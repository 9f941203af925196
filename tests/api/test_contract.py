"""The OpenAPI document says what the endpoints take and give, without a guess of the tool that writes it."""

from __future__ import annotations

from typing import Any

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator


@pytest.fixture(scope="module")
def contract() -> dict[str, Any]:
    GENERATOR_STATS.reset()
    return SchemaGenerator().get_schema(request=None, public=True)


def fields_of(contract: dict[str, Any], path: str) -> set[str]:
    """Names a POST to this path takes."""
    [content] = contract["paths"][path]["post"]["requestBody"]["content"].values()
    return set(contract["components"]["schemas"][content["schema"]["$ref"].rsplit("/", 1)[1]]["properties"])


def test_it_is_written_without_a_warning(contract: dict[str, Any]) -> None:
    told = [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]
    assert contract["paths"]
    assert told == []


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("runs/{number}/finish", {"metrics", "model", "note", "failed"}),
        ("tasks/{key}/hand-in", {"result"}),
        ("handovers/{id}/sign", {"answer"}),
        ("artefact-versions/{id}/answers", {"verdict", "note", "to_version", "to_announcement"}),
    ],
)
def test_a_command_is_described_by_what_it_takes(contract: dict[str, Any], path: str, fields: set[str]) -> None:
    assert fields_of(contract, f"/api/v1/projects/{{slug}}/{path}") == fields


def test_a_command_without_input_is_described_without_a_body(contract: dict[str, Any]) -> None:
    assert "requestBody" not in contract["paths"]["/api/v1/projects/{slug}/incidents/{number}/acknowledge"]["post"]
