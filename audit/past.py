"""Rows of a log in memory, joined with each other: as they were at a past time, or as the tables have them now.

What reads rows from a `Past` reads them from a `Present` as well: one way to answer, about now and about then.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.apps import apps
from django.db import models
from django.utils import timezone

from audit import selectors
from audit.actors import SYSTEM_LOG
from audit.canon import plain
from audit.governed import GovernedModel
from audit.guards import governed_models
from audit.trail import Change, Private
from crispmlq.errors import NotFound

Row = TypeVar("Row", bound=GovernedModel)


class BeforePruning(NotFound):
    code, title = "pruned", "Not kept any more"


class Past:
    """All rows of a log at a time, as unsaved instances that know each other.

    Relations among them, forward and backward (`.all()`), are those of that time. Rows of other logs, such as accounts,
    are those of today. Nothing can be filtered or saved. Three queries, one for each kind of row outside the log, and
    time that grows with the changes before `at`. Erased values are empty.

    Raises: BeforePruning: what was known then was deleted after the retention date.
    """

    def __init__(self, log_id: UUID, at: datetime) -> None:
        pruned = selectors.pruning_of(log_id)
        if pruned and at < pruned.pruned_at:
            raise BeforePruning(
                f"The trail before {pruned.pruned_at:%Y-%m-%d %H:%M} UTC was deleted after the retention date. "
                "Choose a later time.",
                pruned_at=plain(pruned.pruned_at),
            )
        self.at = at
        self._rows: dict[type[GovernedModel], dict[UUID, GovernedModel]] = defaultdict(dict)
        values, kept = _folded(log_id, at)
        _open(values, kept)
        for (kind, key), found in values.items():
            model = apps.get_model(kind)
            self._rows[model][key] = instance(model, key, found)
        self._join()

    def rows(self, model: type[Row]) -> list[Row]:
        """In the model's own order."""
        return _in_order(model, self._rows.get(model, {}).values())

    def everything(self) -> list[GovernedModel]:
        """All rows, by kind and id."""
        kinds = sorted(self._rows, key=lambda model: model._meta.label_lower)
        return [row for model in kinds for _, row in sorted(self._rows[model].items())]

    def get(self, model: type[Row], key: UUID) -> Row | None:
        return self._rows.get(model, {}).get(key)

    def _join(self) -> None:
        """Link relations forward, then give each row those that point at it: a list, empty ones too, or the one."""
        relations = [(model, field) for model in governed_models() for field in _relations(model)]
        for model, field in relations:
            rows = self._rows.get(model, {}).values()
            target = field.related_model
            others = _elsewhere(target, self._rows.get(target, {}), field, rows)
            for row in rows:
                field.set_cached_value(row, others.get(getattr(row, field.attname)))
        for model, field in relations:
            if targets := self._rows.get(field.related_model):
                _turn_back(field, targets.values(), self.rows(model))


class Present:
    """All rows of a log as the tables have them, with the interface of `Past`.

    A model is read whole, by one query, when its rows or a relation to them are first asked for; those of other logs,
    such as accounts, by one query for each relation to them.
    """

    def __init__(self, log_id: UUID) -> None:
        self.at = timezone.now()
        self._log_id = log_id
        self._rows: dict[type[GovernedModel], dict[UUID, GovernedModel]] = {}

    def rows(self, model: type[Row]) -> list[Row]:
        """In the model's own order."""
        return _in_order(model, self._known(model).values())

    def get(self, model: type[Row], key: UUID) -> Row | None:
        return self._known(model).get(key)

    def _known(self, model: type[GovernedModel]) -> dict[UUID, Any]:
        if model not in self._rows:
            found = {row.pk: row for row in self._read(model)}
            for row in found.values():
                row._state.fields_cache = _WhenAsked(lambda name: self._link(model, name))
                row._prefetched_objects_cache = _WhenAsked(lambda name: self._link_back(model, name))
            self._rows[model] = found
        return self._rows[model]

    def _read(self, model: type[GovernedModel]) -> Iterable[GovernedModel]:
        rows = model._base_manager.defer(*model.audit_bulky).order_by("pk")
        if model.audit_log_field:
            return rows.filter(**{model.audit_log_field: self._log_id})
        return rows if self._log_id == SYSTEM_LOG else ()

    def _link(self, model: type[GovernedModel], name: str) -> None:
        """Fill in the relation of this name for all rows of the model."""
        field = model._meta.get_field(name)
        if not field.concrete:  # one that points here
            self._link_back(model, name)
            return
        target, rows = field.related_model, self._known(model).values()
        known = self._known(target) if issubclass(target, GovernedModel) else {}
        others = _elsewhere(target, known, field, rows)
        for row in rows:
            field.set_cached_value(row, others.get(getattr(row, field.attname)))

    def _link_back(self, model: type[GovernedModel], accessor: str) -> None:
        governed = [each for each in model._meta.related_objects if issubclass(each.related_model, GovernedModel)]
        relation = next((each for each in governed if each.get_accessor_name() == accessor), None)
        if relation is None:
            raise KeyError(accessor)  # none of the trail; the row reads it by a query of its own
        _turn_back(relation.field, self._known(model).values(), self.rows(relation.related_model))


class _WhenAsked(dict):
    """What a row knows of others by name; what is not there is filled in when it is first asked for."""

    def __init__(self, fill: Callable[[str], None]) -> None:
        super().__init__()
        self._fill = fill

    def __missing__(self, name: str) -> Any:
        self._fill(name)
        return self.get(name)


def _relations(model: type[GovernedModel]) -> Iterator[models.ForeignKey]:
    return (field for field in model._meta.concrete_fields if field.is_relation)


def _elsewhere(
    target: type[models.Model], known: dict[UUID, Any], field: models.ForeignKey, rows: Iterable[GovernedModel]
) -> dict[UUID, Any]:
    """Those known, and what the field names besides, which belongs to other logs: as it is today."""
    missing = {getattr(row, field.attname) for row in rows} - {None} - known.keys()
    return {**known, **target._base_manager.in_bulk(missing)} if missing else known


def _turn_back(field: models.ForeignKey, targets: Iterable[GovernedModel], rows: Iterable[GovernedModel]) -> None:
    """Give each target what points at it by this field, in the order of the rows."""
    accessor = field.remote_field.get_accessor_name()
    if not accessor or accessor.endswith("+"):
        return
    found: dict[UUID, list[GovernedModel]] = defaultdict(list)
    for row in rows:
        found[getattr(row, field.attname)].append(row)
    for target in targets:
        if field.unique:
            field.remote_field.set_cached_value(target, found[target.pk][0] if found[target.pk] else None)
        else:
            target.__dict__.setdefault("_prefetched_objects_cache", {})[accessor] = found[target.pk]


def _in_order(model: type[Row], rows: Iterable[Row]) -> list[Row]:
    """As the model orders them; equal ones by id."""
    found = list(rows)
    for path, is_reversed in reversed(list(_ordering(model))):
        found.sort(key=lambda row: _sort_key(row, path), reverse=is_reversed)
    return found


def _ordering(model: type[models.Model]) -> Iterator[tuple[str, bool]]:
    """Paths to sort by, and whether backwards. A relation stands for the order of what it leads to."""
    for name in model._meta.ordering or ["pk"]:
        path, is_reversed = name.removeprefix("-"), name.startswith("-")
        field = None if "__" in path or path == "pk" else model._meta.get_field(path)
        if field is None or not field.is_relation:
            yield path, is_reversed
            continue
        for further, is_turned in _ordering(field.related_model):
            yield f"{path}__{further}", is_reversed != is_turned


Values = dict[tuple[str, UUID], dict[str, Any]]
Kept = dict[tuple[UUID, str], tuple[tuple[str, UUID], str]]  # (event, path) -> (row, field)


def _folded(log_id: UUID, at: datetime) -> tuple[Values, Kept]:
    """Values by row, and where those lie that their lines do not hold."""
    values: Values = {}
    beside: dict[tuple[tuple[str, UUID], str], tuple[UUID, str]] = {}
    found = Change.objects.filter(event__log_id=log_id, event__at__lte=at).order_by("obj_id", "obj_ver")
    for uid, n, body in found.values_list("event_id", "n", "body").iterator(2000):
        line = json.loads(bytes(body))
        key = (line["type"], UUID(line["id"]))
        row = values.setdefault(key, {"audit_ver": 0})
        row |= {"audit_ver": line["ver"]}
        for name, (_, after) in line["set"].items():
            row[name] = after
            beside.pop((key, name), None)
            if isinstance(after, dict) and set(after) == {"sha256", "len"}:
                beside[key, name] = (uid, f"/{n}/{name}")
        for name in line.get("hid", {}):
            row[name] = None
            beside[key, name] = (uid, f"/{n}/{name}")
    return values, {place: target for target, place in beside.items()}


def _open(values: Values, kept: Kept) -> None:
    """Put in the values that lie beside their lines; what was erased stays empty."""
    uids = list({uid for uid, _ in kept})
    for at in range(0, len(uids), 500):
        found = Private.objects.filter(event_uid__in=uids[at : at + 500]).exclude(value=None)
        for uid, path, value in found.values_list("event_uid", "path", "value"):
            if (uid, path) in kept:
                key, name = kept[uid, path]
                values[key][name] = json.loads(value)


def instance(model: type[GovernedModel], key: UUID, values: dict[str, Any]) -> GovernedModel:
    """An unsaved row of these values, as a change line holds them."""
    row = model(pk=key, audit_ver=values["audit_ver"])
    for field in model._meta.concrete_fields:
        if field.name in values and not field.primary_key and field.name != "audit_ver":
            value = values[field.name]
            setattr(row, field.attname, "" if value is None and not field.null else field.to_python(value))
    row._state.adding = False
    return row


def _sort_key(row: Any, path: str) -> tuple[bool, Any]:
    value = row
    for name in path.split("__"):
        value = getattr(value, name) if value is not None else None
    return value is not None, value
