"""All sources by record type, and all records of a project from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from regulations.records import Record, Records
from regulations.sources.entries import with_entries as completed
from regulations.sources.reading import Rows

Source = Callable[[Rows], Iterator[Record]]
SOURCES: dict[str, list[Source]] = {}


def source(record_type: str) -> Callable[[Source], Source]:
    """Registers a source of the type; apps above this one may add some as well."""

    def add(read: Source) -> Source:
        SOURCES.setdefault(record_type, []).append(read)
        return read

    return add


def collect(rows: Rows, *, with_entries: bool = True) -> Records:
    """Every record of the project whose rows these are. Reads each model once."""
    found = (record for sources in SOURCES.values() for read in sources for record in read(rows))
    return Records.from_list(completed(found, rows) if with_entries else found)
