"""Changes in plain words: the row by its name, the field by its label, values as people write them.

Everything comes from the models and the trail; what is left to say is the data below.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.dateparse import parse_date, parse_datetime

from audit import lines
from audit.selectors import FieldChange, HistoryEntry, RowChange
from audit.trail import Actor
from ui.templatetags.ui import number, words

# What tells a reader nothing: where a row stands in a list.
UNTOLD = {"position"}
# Structures whose keys are labels enough.
SPEAKING = {"fields"}
KEY = re.compile(r"[a-z]+([-_][a-z]+)+")
LONG = 240  # characters of a text that are shown at once
MANY = 6  # rows of a list that are shown at once
EMPTY = (None, "", [], {}, False)

Known = dict[tuple[str, UUID], str]


@dataclass(frozen=True)
class Value:
    """A value to be read: a text, or rows; with `ticks`, rows that are done or not."""

    text: str = ""
    rows: list[str] = field(default_factory=list)
    ticks: list[bool] = field(default_factory=list)
    is_code: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.text and not self.rows

    @property
    def short(self) -> str:
        """The beginning, if the text is long; else nothing."""
        return self.text[:LONG].rsplit(" ", 1)[0] + " …" if len(self.text) > LONG else ""

    @property
    def lines(self) -> list[tuple[str, bool | None]]:
        """Rows, each with whether it is done, or None where there is nothing to do."""
        return [(row, self.ticks[at] if self.ticks else None) for at, row in enumerate(self.rows)]

    @property
    def first_lines(self) -> list[tuple[str, bool | None]]:
        return self.lines[:MANY]

    @property
    def more(self) -> int:
        return max(len(self.rows) - MANY, 0)

    def __str__(self) -> str:
        marks = {True: "☑ ", False: "☐ ", None: ""}
        return self.text or "; ".join(f"{marks[done]}{row}" for row, done in self.lines) or "–"


@dataclass(frozen=True)
class Difference:
    label: str
    help: str
    before: Value
    after: Value


@dataclass(frozen=True)
class Told:
    """What an act did to one row."""

    kind: str
    name: str
    obj_id: UUID
    is_new: bool
    differences: list[Difference]

    def __str__(self) -> str:
        if self.is_new:
            said = "; ".join(f"{each.label}: {each.after}" for each in self.differences)
        else:
            said = "; ".join(f"{each.label}: {each.before} → {each.after}" for each in self.differences)
        return f"{self.kind} “{self.name}”: {said}" if said else f"{self.kind} “{self.name}”"


def told(entries: Iterable[HistoryEntry]) -> dict[UUID, list[Told]]:
    """Event -> what it did to each row it carries; one query for each kind of row that is named, one for people."""
    entries = list(entries)
    changes = [change for entry in entries for change in entry.changes]
    known = _known(changes)
    return {entry.uid: [_told(change, entry.log_id, known) for change in entry.changes] for entry in entries}


def names(wanted: Iterable[tuple[str, UUID]]) -> Known:
    """Names of rows by (type, id), as they are today; one query for each type."""
    by_type: dict[str, set[UUID]] = defaultdict(set)
    for kind, key in wanted:
        by_type[kind].add(key)
    found: Known = {}
    for kind in sorted(by_type):
        model = _model(kind)
        if model is not None:
            found |= {(kind, row.pk): str(row) for row in _light(model).filter(pk__in=by_type[kind])}
    return found


def kind_name(kind: str) -> str:
    """The noun of a kind of row: `projects.qamethod` -> `QA method`."""
    model = _model(kind)
    return label(model._meta.verbose_name if model else kind.rpartition(".")[2])


def _model(kind: str) -> type[models.Model] | None:
    try:
        return apps.get_model(kind)
    except LookupError:
        return None


def _light(model: type[models.Model]) -> models.QuerySet:
    """Rows with the relations a name may be made of, without the structures it never is."""
    relations = [f for f in model._meta.concrete_fields if f.is_relation]
    heavy = [f.name for f in model._meta.concrete_fields if isinstance(f, models.JSONField)]
    heavy += [
        f"{relation.name}__{f.name}"
        for relation in relations
        for f in relation.related_model._meta.concrete_fields
        if isinstance(f, models.JSONField)
    ]
    return model._base_manager.select_related(*[f.name for f in relations]).defer(*heavy)


def _known(changes: list[RowChange]) -> Known:
    wanted = {(change.obj_type, change.obj_id) for change in changes}
    people: set[UUID] = set()
    for change in changes:
        for each in change.fields:
            model_field = _field(change.obj_type, each.field)
            for value in (each.before, each.after):
                if model_field is not None and model_field.is_relation:
                    key = _uuid(value)
                    wanted |= {(model_field.related_model._meta.label_lower, key)} if key else set()
                elif isinstance(value, list):
                    people |= {key for item in value if (key := _uuid(item))}
    known = names(wanted)
    for ref, display in Actor.objects.filter(ref__in=people).values_list("ref", "display") if people else ():
        known["", ref] = display or ""
    return known


def _told(change: RowChange, log_id: UUID, known: Known) -> Told:
    is_new = change.op == "create"
    name = known.get((change.obj_type, change.obj_id)) or str(change.obj_id)[:8]
    ordered = sorted(change.fields, key=lambda each: _order(change.obj_type, each.field))
    if change.op == "restate":  # all it is, and none of it new
        ordered = []
    found = [difference for each in ordered for difference in _differences(change, each, log_id, known)]
    return Told(kind_name(change.obj_type), name, change.obj_id, is_new, found)


def _order(kind: str, name: str) -> int:
    """Fields in the order their model names them."""
    model_field = _field(kind, name)
    return model_field.creation_counter if model_field is not None else 0


def _differences(change: RowChange, each: FieldChange, log_id: UUID, known: Known) -> Iterator[Difference]:
    """None for what says nothing, such as whose log it is; of a structure with keys, one for each key that differs."""
    model_field = _field(change.obj_type, each.field)
    is_new = change.op == "create"
    if each.field in UNTOLD or (is_new and (each.after in EMPTY or each.after == str(log_id))):
        return
    said = label(model_field.verbose_name if model_field else each.field)
    told_help = str(model_field.help_text) if model_field else ""
    before, after = each.before, each.after
    if _is_structure(before) or _is_structure(after):
        before, after = (value if _is_structure(value) else {} for value in (before, after))
        for key in [*after, *(key for key in before if key not in after)]:
            old, new = before.get(key), after.get(key)
            if old != new and not (is_new and new in EMPTY):
                shown = label(key) if each.field in SPEAKING else f"{said}: {words(key)}"
                yield Difference(shown, told_help, _value(None, old, known), _value(None, new, known))
        return
    yield Difference(said, told_help, _value(model_field, before, known), _value(model_field, after, known))


def _is_structure(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and not lines.is_folded(value)


def _value(model_field: models.Field | None, value: Any, known: Known) -> Value:
    if value in (None, "", [], {}):
        return Value()
    if isinstance(value, bool):
        return Value("Yes" if value else "No")
    if model_field is not None and model_field.is_relation:
        key = _uuid(value)
        return Value(known.get((model_field.related_model._meta.label_lower, key), str(value)))
    choices = dict(model_field.flatchoices) if model_field is not None else {}
    if isinstance(value, str | int) and value in choices:
        return Value(str(choices[value]))
    match value:
        case int() | Decimal():
            return Value(number(value))
        case list():
            return _rows(value, known)
        case dict() if lines.is_folded(value):
            return Value(f"a value of {value['len']} bytes, SHA-256 {value['sha256'][:12]}…")
        case dict():
            return Value(rows=[f"{words(key)}: {_value(None, each, known)}" for key, each in value.items()])
    return _text(model_field, str(value))


def _text(model_field: models.Field | None, text: str) -> Value:
    if isinstance(model_field, models.DecimalField):
        return Value(number(text))
    if isinstance(model_field, models.DateTimeField) and (at := parse_datetime(text)):
        return Value(when(at))
    if isinstance(model_field, models.DateField) and (day := parse_date(text)):
        return Value(when(day))
    if KEY.fullmatch(text) and not isinstance(model_field, models.SlugField):
        return Value(words(text))
    return Value(text, is_code=re.fullmatch("[0-9a-f]{64}", text) is not None)


def _rows(items: list[Any], known: Known) -> Value:
    if all(isinstance(item, dict) and {"text", "done"} <= set(item) for item in items):
        return Value(rows=[str(item["text"]) for item in items], ticks=[bool(item["done"]) for item in items])
    return Value(rows=[_row(item, known) for item in items])


def _row(item: Any, known: Known) -> str:
    """One row of a list: people by name, keys as words, rows of tables as `label: value`."""
    if isinstance(item, dict):
        return ", ".join(
            f"{words(key)}: {_value(None, each, known)}" for key, each in item.items() if each not in EMPTY
        )
    key = _uuid(item)
    if key is not None:
        return known.get(("", key), str(item))
    return str(_value(None, item, known))


def when(at: datetime | date) -> str:
    """`24 Nov 2026, 18:36 UTC`, or the day alone."""
    day = f"{at.day} {at:%b %Y}"
    return f"{day}, {at:%H:%M} UTC" if isinstance(at, datetime) else day


def _field(kind: str, name: str) -> models.Field | None:
    model = _model(kind)
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


def label(text: Any) -> str:
    said = words(text)
    return said[:1].upper() + said[1:]


def _uuid(value: Any) -> UUID | None:
    if not isinstance(value, str) or len(value) != 36:
        return None
    try:
        return UUID(value)
    except ValueError:
        return None
