"""What a project has recorded, in the words of a regulation: records of types such as `dataset`, `risk` or `incident`.

The types and their fields are those of a pack's `record_types`. Which rows of the product they are read from is told in
`regulations/sources/`; what has no other home is kept as an `Entry` of the project (`regulations/models.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reference:
    """The row a statement rests on. `kind` is its model, `projects.risk`; `sha256` that of a file, if it is one."""

    kind: str
    id: str
    label: str
    sha256: str = ""


@dataclass(frozen=True)
class Record:
    """One record. `fields` hold plain JSON values; a field that is not recorded is missing or empty."""

    type: str
    fields: Mapping[str, Any]
    source: Reference
    points_to: tuple[Reference, ...] = ()  # records it is linked with


@dataclass(frozen=True)
class Records:
    """All records of a project at one time, by type, each list in the order in which they were made."""

    by_type: Mapping[str, tuple[Record, ...]] = field(default_factory=dict)

    def of(self, record_type: str, where: Mapping[str, Any] | None = None) -> tuple[Record, ...]:
        """Records of a type; with `where`, those whose fields have these values."""
        found = self.by_type.get(record_type, ())
        return tuple(r for r in found if all(r.fields.get(k) == v for k, v in (where or {}).items()))

    @classmethod
    def from_list(cls, records: Iterable[Record]) -> Records:
        by_type: dict[str, list[Record]] = {}
        for record in records:
            by_type.setdefault(record.type, []).append(record)
        return cls({kind: tuple(found) for kind, found in by_type.items()})
