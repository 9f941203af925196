"""The history taken away as a file: told in the trail, with what was asked and how much was handed out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import audit
from audit import SYSTEM_LOG, history, telling
from audit.canon import plain
from crispmlq.errors import Invalid
from projects import access, trail_filters
from ui.sheets import safe

if TYPE_CHECKING:
    from accounts.actors import Actor
    from audit.selectors import HistoryEntry
    from audit.telling import Told
    from projects.models import Project
    from projects.trail_filters import Filters

COLUMNS = ["time", "person", "door", "act", "sentence", "kind", "object", "reason", "changes", "event", "hash"]


def export(*, project: Project | None, filters: Filters, form: str, by: Actor) -> Iterator[str]:
    """The events of a project's history, or the site's, that fit, newest first, as lines of `csv` or `jsonl`.

    The event tells the number of rows before the first is handed out; what happens meanwhile is in none of them.

    Raises:
        NotFound: the actor may not see the history. Invalid: no such form.
    """
    if project is None:
        access.require_site_trail(by)
    else:
        access.project_for(by, project.slug)
    if form not in FORMS:
        raise Invalid("An export is made as csv or jsonl.", errors={"form": ["csv or jsonl"]})
    log_id = project.pk if project else SYSTEM_LOG
    wanted = replace(filters.wanted, before=history.newest_id(log_id) + 1, after=None)
    rows = history.count(log_id, wanted)
    asked = ", ".join(f"{chip.label} {chip.value}" for chip in trail_filters.chips(filters, project)) or "none"
    subject = project or ("audit.log", SYSTEM_LOG)
    with audit.act(
        "trail.history_exported", by=by.audit_by, subject=subject, reason=f"{rows} as {form}, filter: {asked}"
    ):
        return FORMS[form](history.walk(log_id, wanted))


def as_csv(parts: Iterator[list[HistoryEntry]]) -> Iterator[str]:
    yield _line(COLUMNS)
    for entry, told in _told(parts):
        cells = [
            plain(entry.at), entry.person, entry.door, entry.act, entry.sentence,
            telling.kind_name(entry.subject_type), entry.subject, entry.reason, "\n".join(map(str, told)),
            str(entry.uid), entry.leaf,
        ]  # fmt: skip
        yield _line([safe(cell) for cell in cells])


def as_json_lines(parts: Iterator[list[HistoryEntry]]) -> Iterator[str]:
    for entry, told in _told(parts):
        yield json.dumps({**_event(entry), "changes": [_change(each) for each in told]}, ensure_ascii=False) + "\n"


FORMS: dict[str, Callable[[Iterator[list[HistoryEntry]]], Iterator[str]]] = {"csv": as_csv, "jsonl": as_json_lines}


def _told(parts: Iterator[list[HistoryEntry]]) -> Iterator[tuple[HistoryEntry, list[Told]]]:
    for entries in parts:
        told = telling.told(entries)
        for entry in entries:
            yield entry, told[entry.uid]


def _event(entry: HistoryEntry) -> dict[str, Any]:
    return {
        "id": entry.id, "event": str(entry.uid), "at": plain(entry.at), "person": entry.person, "door": entry.door,
        "act": entry.act, "sentence": entry.sentence, "reason": entry.reason, "hash": entry.leaf,
        "subject": {"type": entry.subject_type, "id": str(entry.subject_id), "name": entry.subject},
    }  # fmt: skip


def _change(told: Told) -> dict[str, Any]:
    fields = [{"field": d.label, "before": str(d.before), "after": str(d.after)} for d in told.differences]
    return {"kind": told.kind, "id": str(told.obj_id), "name": told.name, "is_new": told.is_new, "fields": fields}


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
