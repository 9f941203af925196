"""Rows of every table as lines of JSON, the same for SQLite and PostgreSQL."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models

from audit.storing import insert

CHUNK = 500
LEFT_OUT = {"sessions.session"}  # people sign in again; nobody gets into an account with a stolen backup
MADE_BY_MIGRATIONS = {"auth.permission", "contenttypes.contenttype"}


def all_models() -> dict[str, type[models.Model]]:
    """The models whose rows a backup holds, by label, sorted."""
    found = apps.get_models(include_auto_created=True)
    labels = {m._meta.label_lower: m for m in found if m._meta.managed and not m._meta.proxy}
    return {label: labels[label] for label in sorted(labels) if label not in LEFT_OUT}


def lines(model: type[models.Model]) -> Iterator[bytes]:
    """The names of the columns, then the rows by primary key, each a line."""
    names = [field.attname for field in model._meta.local_concrete_fields]
    yield _line(names)
    for row in model._base_manager.order_by("pk").values_list(*names).iterator(CHUNK):
        yield _line([_told(value) for value in row])


def load(model: type[models.Model], told: Iterable[bytes]) -> int:
    """Insert what `lines` gave; the number of rows. Raises: ValueError: a line is not one of this table."""
    rows = iter(told)
    fields = {field.attname: field for field in model._meta.local_concrete_fields}
    names = json.loads(next(rows, b"[]"))
    if set(names) != set(fields):
        raise ValueError(f"its columns are not those of {model._meta.label}")
    count = 0
    while batch := list(islice(rows, CHUNK)):
        insert(model, [_row(fields, names, json.loads(line)) for line in batch])
        count += len(batch)
    return count


def with_rows() -> list[str]:
    """Labels of the tables that are not empty, apart from what migrations fill."""
    return [label for label, m in all_models().items() if label not in MADE_BY_MIGRATIONS and m._base_manager.exists()]


def empty_those_of_migrations() -> None:
    with connection.cursor() as cursor:
        for label in sorted(MADE_BY_MIGRATIONS):
            cursor.execute(f'DELETE FROM "{apps.get_model(label)._meta.db_table}"')


def set_counters() -> None:
    """The next automatic number of each table is above those that were inserted."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(all_models().values())):
            cursor.execute(statement)


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False, sort_keys=True).encode() + b"\n"


def _told(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, date):  # and times
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value


def _row(fields: dict[str, Any], names: list[str], values: list[Any]) -> dict[str, Any]:
    return {fields[name].name: _value(fields[name], value) for name, value in zip(names, values, strict=True)}


def _value(field: Any, told: Any) -> Any:
    if told is None or isinstance(field, models.JSONField):
        return told
    if isinstance(field, models.BinaryField):
        return base64.b64decode(told, validate=True)
    return field.to_python(told)
