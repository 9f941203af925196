"""Canonical bytes: what is stored is what is hashed.

A JSON profile in which sorting keys is enough to equal RFC 8785: ASCII keys, no floats, integers within 2^53 - 1.
Whatever lies outside the profile is refused, never rounded.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from typing import Any
from uuid import UUID

GREATEST_INTEGER = 2**53 - 1
# The default precision of 28 digits would round numbers of 18 digits before and 12 after the point.
_WIDE = Context(prec=100)
# Made once: `json.dumps` would make an encoder for every value.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


class NotCanonical(ValueError):
    """A value that has no canonical form."""


def canonical(value: Any) -> bytes:
    """The bytes of `value`.

    Raises:
        NotCanonical: a float, an integer beyond 2^53 - 1, a lone surrogate, a NUL, a key that is not ASCII.
    """
    _check(value)
    return _encode(value).encode()


def plain(value: Any) -> Any:
    """`value` in types of the profile: decimals without trailing zeros, times in UTC to the microsecond, hex for bytes.

    Raises:
        NotCanonical: a type that has no form, or a time without zone.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return decimal_text(value)
        case datetime():
            if value.tzinfo is None:
                raise NotCanonical(f"A time without zone: {value}")
            return value.astimezone(UTC).isoformat(timespec="microseconds")[: -len("+00:00")] + "Z"
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case dict():
            return {key: plain(each) for key, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
    raise NotCanonical(f"{type(value).__name__} has no canonical form: {value!r}")


def decimal_text(value: Decimal) -> str:
    """Plain digits, no exponent, no trailing zeros, no negative zero.

    Raises:
        NotCanonical: NaN or infinity.
    """
    if not value.is_finite():
        raise NotCanonical(f"Not a number: {value}")
    if not value:
        return "0"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def decimal_of(text: str) -> Decimal:
    """The number that ASCII digits say, with a point and an exponent of at most three digits.

    Raises: ValueError: anything else, such as NaN, digits of other scripts, or underscores.
    """
    if not re.fullmatch(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?", text, re.ASCII):
        raise ValueError(f"Not a number: {text[:40]!r}")
    return Decimal(text)


def rounded(value: Decimal, places: int) -> Decimal:
    """`value` to so many places; exact for every number a column can hold, whatever the thread's precision is."""
    return value.quantize(Decimal(1).scaleb(-places), context=_WIDE)


def _check(value: Any) -> None:
    if isinstance(value, str):  # the most frequent first
        if "\0" in value:
            raise NotCanonical("A text holds a NUL character.")
        try:
            value.isascii() or value.encode()
        except UnicodeEncodeError as error:
            raise NotCanonical("A text holds half of a surrogate pair.") from error
    elif isinstance(value, dict):
        for key, each in value.items():
            if not isinstance(key, str) or not key.isascii() or "\0" in key:
                raise NotCanonical(f"A key that is not ASCII text: {key!r}")
            _check(each)
    elif isinstance(value, list):
        for each in value:
            _check(each)
    elif isinstance(value, int):
        if abs(value) > GREATEST_INTEGER:
            raise NotCanonical(f"Integer beyond 2^53 - 1: {value}")
    elif value is not None:
        raise NotCanonical(f"{type(value).__name__} is outside the profile: {value!r}")
