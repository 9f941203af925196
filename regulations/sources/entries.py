"""Entries of the project: records of their own, or what completes the records that are read from rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from regulations.models import Entry
from regulations.records import Record, Reference
from regulations.sources.reading import Rows, reference

# Art. 3(49) and (61) of the EU AI Act; what is none of these is reported to nobody.
SERIOUS = {
    "death", "serious-harm-health", "critical-infrastructure", "fundamental-rights", "property-environment",
    "widespread-infringement",
}  # fmt: skip


def with_entries(records: Iterable[Record], rows: Rows) -> Iterator[Record]:
    """All records, those of rows completed, then those of entries.

    What a row tells is never overruled; of several entries about one row, the newest that tells something counts.
    """
    entries = [entry for entry in rows.rows(Entry) if entry.state == Entry.State.RECORDED]
    by_row: dict[tuple[str, str, str], list[Entry]] = {}
    for entry in reversed(entries):
        for row in entry.about:
            by_row.setdefault((entry.type, row["kind"], row["id"]), []).append(entry)
    used = set()
    for record in records:
        about = by_row.get((record.type, record.source.kind, record.source.id), [])
        used |= {entry.pk for entry in about}
        yield judged(_completed(record, about))
    for entry in entries:
        if entry.pk not in used:
            yield judged(_own(entry))


def _completed(record: Record, about: list[Entry]) -> Record:
    fields: dict[str, Any] = dict(record.fields)
    for entry in about:
        fields = {**entry.fields, **fields}
    return replace(record, fields=fields, points_to=(*record.points_to, *(to for e in about for to in _behind(e))))


def _own(entry: Entry) -> Record:
    about = tuple(Reference(row["kind"], row["id"], row["name"]) for row in entry.about)
    files = tuple(to for to in _behind(entry) if to.sha256)
    return Record(entry.type, entry.fields, reference(entry), (*about, *files))


def _behind(entry: Entry) -> Iterator[Reference]:
    yield reference(entry)
    if entry.blob:
        yield Reference("evidence.blob", str(entry.blob.pk), entry.blob.name, entry.blob.sha256)


def judged(record: Record) -> Record:
    """Whether an incident is serious follows from its kind."""
    kind = record.fields.get("kind")
    if record.type != "incident" or not kind:
        return record
    return replace(record, fields={**record.fields, "serious": "yes" if kind in SERIOUS else "no"})
