"""Rows as they were at a past time, rebuilt from the changes of a log."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.apps import apps
from django.db import models

from audit import selectors
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
        found = list(self._rows.get(model, {}).values())
        for name in reversed(model._meta.ordering or ["pk"]):
            found.sort(key=lambda row: _sort_key(row, name.removeprefix("-")), reverse=name.startswith("-"))
        return found

    def everything(self) -> list[GovernedModel]:
        """All rows, by kind and id."""
        kinds = sorted(self._rows, key=lambda model: model._meta.label_lower)
        return [row for model in kinds for _, row in sorted(self._rows[model].items())]

    def get(self, model: type[Row], key: UUID) -> Row | None:
        return self._rows.get(model, {}).get(key)

    def _join(self) -> None:
        """Link relations forward, and give each row the list of those that point at it, empty ones too."""
        for model in governed_models():
            for field in model._meta.concrete_fields:
                if field.is_relation:
                    self._link(field, list(self._rows.get(model, {}).values()))

    def _link(self, field: models.ForeignKey, rows: list[GovernedModel]) -> None:
        target = field.related_model
        known = dict(self._rows.get(target, {}))
        if elsewhere := {getattr(row, field.attname) for row in rows} - {None} - known.keys():
            known |= target._base_manager.in_bulk(elsewhere)
        accessor = field.remote_field.get_accessor_name()
        lists = not field.unique and accessor and not accessor.endswith("+") and target in self._rows
        for other in self._rows[target].values() if lists else ():
            other.__dict__.setdefault("_prefetched_objects_cache", {}).setdefault(accessor, [])
        for row in rows:
            other = known.get(getattr(row, field.attname))
            field.set_cached_value(row, other)
            if other is not None and lists and other.pk in self._rows[target]:
                other._prefetched_objects_cache[accessor].append(row)
            elif other is not None and field.unique and target in self._rows:
                field.remote_field.set_cached_value(other, row)


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
