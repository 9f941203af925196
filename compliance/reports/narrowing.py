"""The records that speak of one record: of one data set, or of one incident."""

from __future__ import annotations

from regulations.records import Record, Records, Reference


def about(records: Records, subject: Record) -> Records:
    """All records but those that speak of another one of the subject's type.

    Which one a record speaks of is told by its links, or by the name it gives in a field called like that type. What
    names none is kept: nobody can say that it is about another one.
    """
    others = {_key(each.source) for each in records.of(subject.type)} - {_key(subject.source)}
    names = {name for each in records.of(subject.type) if each is not subject for name in _names(each)}
    kept = (
        record
        for found in records.by_type.values()
        for record in found
        if record is subject or (record.type != subject.type and not _is_of_others(record, subject, others, names))
    )
    return Records.from_list(kept)


def _is_of_others(record: Record, subject: Record, others: set[tuple[str, str]], names: set[str]) -> bool:
    linked = {_key(reference) for reference in record.points_to}
    if _key(subject.source) in linked:
        return False
    if linked & others:
        return True
    named = record.fields.get(subject.type)
    return named in names and named not in _names(subject)


def _key(reference: Reference) -> tuple[str, str]:
    return reference.kind, reference.id


def _names(record: Record) -> set[str]:
    return {record.source.label, str(record.fields.get("name") or record.source.label)}
