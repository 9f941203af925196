"""JSON as this API takes it: texts that can be told back, finite numbers, every key once."""

from __future__ import annotations

import json
import re
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

DEEPEST = 64
SURROGATE = re.compile("[\ud800-\udfff]")


class StrictJSONParser(BaseParser):
    """Refuses NaN and infinity, keys that stand twice, half characters, and nesting beyond measure."""

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
    if isinstance(value, str):
        if SURROGATE.search(value):
            raise ValueError("a text holds half of a surrogate pair")
    elif isinstance(value, dict):
        for key, each in value.items():
            _check(key, depth + 1)
            _check(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            _check(each, depth + 1)
