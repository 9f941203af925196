"""JSON as this API takes it; what a text may hold is for the fields to say."""

from __future__ import annotations

import json
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

DEEPEST = 64


class StrictJSONParser(BaseParser):
    """Refuses NaN and infinity, keys that stand twice or can not be told back, and nesting beyond measure."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        """Raises: ParseError, which says what is wrong."""
        try:
            value = json.loads(stream.read(), object_pairs_hook=_once, parse_constant=_no_constant)
            _check(value, 0)
        except RecursionError:
            raise ParseError(f"The JSON is nested deeper than {DEEPEST} levels.") from None
        except ValueError as error:  # also what is no UTF-8
            raise ParseError(f"This is no JSON that can be taken: {error}") from None
        return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise ValueError(f"nested deeper than {DEEPEST} levels")
    if isinstance(value, dict):
        for key, each in value.items():
            if any("\ud800" <= character <= "\udfff" for character in key):
                raise ValueError("a key holds half of a surrogate pair")
            _check(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            _check(each, depth + 1)
