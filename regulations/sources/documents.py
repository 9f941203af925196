"""What accepted documents say, by the map in `documents.yaml`; and the documents themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from projects.models import Revision
from regulations.records import Record, Reference
from regulations.sources.collecting import source
from regulations.sources.reading import Rows, person, record

MAP = yaml.safe_load((Path(__file__).parent / "documents.yaml").read_text())
DAYS_OF_YEAR = Decimal("365.25")


def _accepted(rows: Rows) -> list[Revision]:
    return [revision for revision in rows.rows(Revision) if revision.state == Revision.State.ACCEPTED]


@source("document")
def documents(rows: Rows) -> Iterator[Record]:
    """Every accepted document of the process, with its files."""
    for revision in _accepted(rows):
        until, signed = revision.project.retained_until, revision.decided_at
        years = int((until - signed.date()).days / DAYS_OF_YEAR) if until and signed else None
        yield record(
            "document", revision, kind=MAP["documents"].get(revision.document.kind, "process-document"),
            title=revision.document.title, version=str(revision.number), signed_by=_signers(revision), signed_on=signed,
            retention_years=str(years) if years is not None else "", retain_until=until,
            location=revision.document.kind, to=tuple(_files(revision)),
        )  # fmt: skip


def _files(revision: Revision) -> Iterator[Reference]:
    for attachment in revision.attachments.all():
        yield Reference("evidence.blob", str(attachment.blob_id), attachment.blob.name, attachment.blob.sha256)


def _signers(revision: Revision) -> str:
    return ", ".join(f"{person(r.reviewer)} ({r.role})" for r in revision.reviews.all() if r.verdict != "rejected")


def mapped(rows: Rows, rule: Mapping[str, Any]) -> Iterator[Record]:
    """The records that a rule of the map makes."""
    for revision in _accepted(rows):
        if revision.document.kind != rule["in"] or not revision.fields.get(rule.get("needs"), "needs" not in rule):
            continue
        for number, row in enumerate(revision.fields.get(rule["each"], []) if "each" in rule else [{}], 1):
            if all(row.get(key) == value for key, value in rule.get("only", {}).items()):
                told = {key: _value(revision, row, place) for key, place in rule["fields"].items()}
                label = f"{revision}, row {number}" if "each" in rule else str(revision)
                yield record(rule["record"], revision, label, **told)


def _value(revision: Revision, row: Mapping[str, Any], place: Mapping[str, Any]) -> Any:
    match place:
        case {"says": text}:
            return text
        case {"field": key}:
            value = _joined(revision.fields, key)
        case {"column": key}:
            value = _joined(row, key)
        case {"reaches": [value, least]}:
            return _verdict(row.get(value), row.get(least))
        case {"when": "accepted_on"}:
            return revision.decided_at
        case {"when": "accepted_by"}:
            return _signers(revision)
        case {"when": "revision"}:
            return str(revision.number)
        case _:
            raise ValueError(f"documents.yaml knows no value like {dict(place)}.")
    return place.get("as", {}).get(value, value)


def _joined(values: Mapping[str, Any], key: str | list[str]) -> Any:
    if isinstance(key, str):
        return values.get(key)
    return "\n".join(str(values[each]) for each in key if values.get(each))


def _verdict(value: str | None, least: str | None) -> str:
    if not value or not least:
        return ""
    return "passed" if Decimal(value) >= Decimal(least) else "failed"


def _register(rule: Mapping[str, Any]) -> None:
    source(rule["record"])(lambda rows: mapped(rows, rule))


for _rule in MAP["records"]:
    _register(_rule)
