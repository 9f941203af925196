"""Change lines: what an act did to one row, as bytes."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import models

from audit import tree
from audit.canon import canonical, plain, rounded

if TYPE_CHECKING:
    from audit.governed import GovernedModel

BOOKKEEPING = {"audit_ver", "audit_head"}
LONGEST_LINE = 65_535
# Values longer than the first are kept beside the line; the second is for lines still too long after that.
LONGEST_VALUES = (4_096, 256)


class TooLong(ValueError):
    """A change that does not fit into a line even with its long values kept beside it."""


class PrivateValue(NamedTuple):
    field: str
    salt: bytes | None
    value: str


class Line(NamedTuple):
    version: int
    body: bytes
    leaf: bytes
    private: list[PrivateValue]


def value_of(model_field: models.Field, value: Any) -> Any:
    """A field's value in the canonical profile; equal for the value given and the value read back."""
    value = model_field.to_python(value)
    if isinstance(value, Decimal) and isinstance(model_field, models.DecimalField):
        value = rounded(value, model_field.decimal_places)
    return plain(value)


@cache
def told_fields(model: type[GovernedModel]) -> list[models.Field]:
    """The fields the trail tells: all but key and bookkeeping."""
    return [f for f in model._meta.concrete_fields if not f.primary_key and f.name not in BOOKKEEPING]


def values_of(row: GovernedModel) -> dict[str, Any]:
    """Values by field name (a relation by the name without `_id`)."""
    return {f.name: value_of(f, getattr(row, f.attname)) for f in told_fields(type(row))}


def differences(row: GovernedModel, names: set[str], before: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Field -> [before, after] of those in `names` that differ from `before`, which is by column attribute."""
    found = {}
    for f in told_fields(type(row)):
        if f.name in names or f.attname in names:
            old, new = before[f.attname], getattr(row, f.attname)
            if type(old) is type(new) and old == new:
                continue
            both = [value_of(f, old), value_of(f, new)]
            if both[0] != both[1]:
                found[f.name] = both
    return found


def creation(row: GovernedModel) -> Line:
    """Raises: TooLong: see there."""
    return _shortened(row, "create", 1, b"", {name: [None, value] for name, value in values_of(row).items()})


def update(row: GovernedModel, changes: dict[str, list[Any]]) -> Line:
    """The line for `changes` (field -> [before, after]).

    Raises:
        TooLong: see there.
    """
    return _shortened(row, "update", row.audit_ver + 1, bytes(row.audit_head), changes)


def restatement(row: GovernedModel) -> Line:
    """The line that states all values of a stored row anew. Raises: TooLong: see there."""
    held = {name: [value, value] for name, value in values_of(row).items()}
    return _shortened(row, "restate", row.audit_ver + 1, bytes(row.audit_head), held)


def _shortened(row: GovernedModel, op: str, version: int, previous: bytes, changes: dict[str, list[Any]]) -> Line:
    for longest in LONGEST_VALUES:
        made = _line(row, op, version, previous, changes, longest)
        if len(made.body) <= LONGEST_LINE:
            return made
    raise TooLong(f"The change of {row._meta.label} {row.pk} has {len(made.body)} bytes, at most {LONGEST_LINE} fit.")


def _line(
    row: GovernedModel, op: str, version: int, previous: bytes, changes: dict[str, list[Any]], longest: int
) -> Line:
    shown: dict[str, Any] = {}
    hidden: dict[str, Any] = {}
    private: list[PrivateValue] = []
    for name, (before, after) in changes.items():
        if name in row.audit_secret:
            continue
        if name in row.audit_hidden and not (op == "create" and after in ("", None)):
            salt, value = secrets.token_bytes(16), canonical(after)
            hidden[name] = {"c": tree.commitment(salt, value)}
            private.append(PrivateValue(name, salt, value.decode()))
            continue
        if not surely_short(after, longest) and len(value := canonical(after)) > longest:
            private.append(PrivateValue(name, None, value.decode()))
        shown[name] = [folded(before, longest), folded(after, longest)]
    body: dict[str, Any] = {
        "op": op,
        "type": row._meta.label_lower,
        "id": str(row.pk),
        "ver": version,
        "prev": previous.hex(),
        "set": shown,
    }
    if hidden:
        body["hid"] = hidden
    secret = sorted(set(changes) & row.audit_secret)
    if secret:
        body["sec"] = secret
    encoded = canonical(body)
    return Line(version, encoded, tree.leaf(encoded), private)


def folded(value: Any, longest: int = LONGEST_VALUES[0]) -> Any:
    """The value itself, or digest and length of its canonical bytes when those are more than `longest`."""
    if surely_short(value, longest) or len(encoded := canonical(value)) <= longest:
        return value
    return {"sha256": hashlib.sha256(encoded).hexdigest(), "len": len(encoded)}


def is_folded(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"sha256", "len"}


def surely_short(value: Any, longest: int) -> bool:
    """Told without encoding the value: a character takes at most six bytes, a number in the profile 17."""
    return value is None or isinstance(value, int) or (isinstance(value, str) and 6 * len(value) + 2 <= longest)
