"""All sources by record type, and all records of a project from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from audit.governed import GovernedModel
from audit.past import Past, Present
from regulations.records import Record, Records, Reference

Rows = Past | Present
Source = Callable[[Rows], Iterator[Record]]
SOURCES: dict[str, list[Source]] = {}


def source(record_type: str) -> Callable[[Source], Source]:
    """Registers a source of the type; apps above this one may add some as well."""

    def add(read: Source) -> Source:
        SOURCES.setdefault(record_type, []).append(read)
        return read

    return add


def collect(rows: Rows) -> Records:
    """Every record of the project whose rows these are. Reads each model once."""
    return Records.from_list(record for sources in SOURCES.values() for read in sources for record in read(rows))


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
