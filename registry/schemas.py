"""What changed between two versions of a schema, and whether it breaks those who rely on the older one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Field = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """A field that was added, removed or changed. `breaks`: who reads by the older schema may fail."""

    kind: str  # added, removed or changed
    name: str
    what: str
    breaks: bool


def compare(old: list[Field], new: list[Field]) -> list[Change]:
    """Removed fields, then changed, then added ones; each group in the order of its schema.

    It breaks when a field is gone or has another type, when it may be empty or leave its range or categories now.
    """
    before, after = {row["name"]: row for row in old}, {row["name"]: row for row in new}
    changes = [Change("removed", name, f"was {row['type']}", True) for name, row in before.items() if name not in after]
    for name, row in before.items():
        if name in after and (said := _differences(row, after[name])):
            what = "; ".join(text for text, _ in said)
            changes.append(Change("changed", name, what, any(breaks for _, breaks in said)))
    return changes + [Change("added", name, row["type"], False) for name, row in after.items() if name not in before]


def breaks(changes: list[Change]) -> bool:
    return any(change.breaks for change in changes)


def _differences(old: Field, new: Field) -> list[tuple[str, bool]]:
    """Sentences about one field, each with whether it breaks."""
    said = []
    if old["type"] != new["type"]:
        said.append((f"type {old['type']} → {new['type']}", True))
    if old["nullable"] != new["nullable"]:
        may_be_empty = new["nullable"] == "yes"
        said.append(("may be empty now" if may_be_empty else "is never empty now", may_be_empty))
    for bound, word, is_wider in (("min", "least", _is_lower), ("max", "most", _is_higher)):
        if old.get(bound) != new.get(bound):
            wider = is_wider(old.get(bound), new.get(bound))
            said.append((f"{word} {old.get(bound, 'open')} → {new.get(bound, 'open')}", wider))
    if _categories(old) != _categories(new):
        fresh = _categories(new) - _categories(old)
        gone = _categories(old) - _categories(new)
        words = [f"with {', '.join(sorted(fresh))}"] if fresh else []
        words += [f"without {', '.join(sorted(gone))}"] if gone else []
        said.append((f"categories {' and '.join(words)}", bool(fresh) or not _categories(new)))
    return said


def _is_lower(old: str | None, new: str | None) -> bool:
    return old is not None and (new is None or Decimal(new) < Decimal(old))


def _is_higher(old: str | None, new: str | None) -> bool:
    return old is not None and (new is None or Decimal(new) > Decimal(old))


def _categories(field: Field) -> set[str]:
    return {text.strip() for text in field.get("categories", "").split(",")} - {""}
