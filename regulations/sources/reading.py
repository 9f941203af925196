"""What sources share: the rows they read, and how a row becomes a record."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from audit.governed import GovernedModel
from audit.past import Past, Present
from regulations.records import Record, Reference

Rows = Past | Present


def reference(row: GovernedModel, label: str = "") -> Reference:
    return Reference(row._meta.label_lower, str(row.pk), label or str(row))


def record(of: str, row: GovernedModel, label: str = "", to: tuple[Reference, ...] = (), **fields: Any) -> Record:
    """A record read from a row; what is not known is left out."""
    told = {key: plain(value) for key, value in fields.items() if value not in (None, "", [], {})}
    return Record(of, told, reference(row, label), to)


def plain(value: Any) -> Any:
    """Times as ISO texts, all else as it is in JSON."""
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def person(user: Any) -> str:
    return str(user) if user is not None else ""


def lines(*told: tuple[str, Any]) -> str:
    """“Name: value” for all that is there, one a line."""
    return "\n".join(f"{name}: {value}" for name, value in told if value not in (None, "", []))
