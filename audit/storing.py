"""The statements by which an act is stored.

Written as SQL, since the ORM's objects and compiler would double an act's time; sent together where nothing waits for
an answer, since on PostgreSQL the way there and back costs more than what the statement does.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models

from audit.actors import ActorRef

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from audit.governed import GovernedModel

Statement = tuple[str, list[Any]]
Row = dict[str, Any]

# From so many rows on, PostgreSQL takes them as a stream.
WORTH_COPYING = 20
# What both drivers take as it is, by kind of field; to ask the field costs more than the rest of a large act.
AS_IS: dict[type[models.Field], type] = {
    models.BinaryField: bytes,
    models.CharField: str,
    models.TextField: str,
    models.IntegerField: int,
    models.PositiveIntegerField: int,
    models.BigIntegerField: int,
}
AS_IS_ON_POSTGRESQL = {models.UUIDField: UUID}


def send(*statements: Statement) -> int:
    """Execute them in this order, on PostgreSQL as one message. Gives back how many rows the first one wrote."""
    using = _connection()
    if using.vendor == "postgresql":
        statements = (("; ".join(sql for sql, _ in statements), [each for _, values in statements for each in values]),)
    with using.cursor() as cursor:
        cursor.execute(*statements[0])
        written = cursor.rowcount
        for statement in statements[1:]:
            cursor.execute(*statement)
    return written


def insert(model: Any, rows: list[Row]) -> None:
    """Insert rows, all with the same fields."""
    if not rows:
        return
    using = _connection()
    names = tuple(rows[0])
    _, table, columns = _parts(model, names)
    values = (_prepared(using, model, names, row.values()) for row in rows)
    with using.cursor() as cursor:
        if using.vendor == "postgresql" and len(rows) >= WORTH_COPYING:
            with using.wrap_database_errors, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as stream:
                for each in values:
                    stream.write_row(each)
        elif len(rows) == 1:
            cursor.execute(_insertion(model, names), next(values))
        else:
            cursor.executemany(_insertion(model, names), list(values))


def insertion(model: Any, row: Row) -> Statement:
    """The statement that inserts one row."""
    names = tuple(row)
    return _insertion(model, names), _prepared(_connection(), model, names, row.values())


def columns_of(row: GovernedModel) -> Row:
    return {f.name: getattr(row, f.attname) for f in row._meta.concrete_fields}


def rewriting(row: GovernedModel, names: tuple[str, ...], line: Row) -> tuple[Statement, Statement]:
    """Lock the row and insert the `line` (of `Change`) of its next version; write the fields `names` of the row.

    If the row's last change is not the one the instance knows, both write nothing.
    """
    from audit.trail import Change

    using, model, of_line = _connection(), type(row), tuple(line)
    telling, writing = _rewriting(model, names, of_line, using.vendor)
    as_read = _prepared(using, model, ("id", "audit_head"), (row.pk, row.audit_head))
    told = _prepared(using, Change, of_line, line.values())
    marks = {"audit_ver": line["obj_ver"], "audit_head": line["leaf"]}
    values = [getattr(row, f.attname) for f in _parts(model, names)[0]]
    written = _prepared(using, model, (*names, *marks), (*values, *marks.values()))
    return (telling, [*told, *as_read]), (writing, [*written, *as_read])


def knowing(by: ActorRef) -> Statement:
    """Keep the name behind a reference when it acts for the first time."""
    from audit.trail import Actor

    using = _connection()
    row = {"ref": by.ref, "kind": by.kind, "display": by.display, "account_id": by.account}
    values = _prepared(using, Actor, tuple(row), row.values())
    if using.vendor == "postgresql":
        return _insertion(Actor, tuple(row)) + " ON CONFLICT DO NOTHING", values
    _, table, columns = _parts(Actor, tuple(row))  # the guard sees every insertion, also one of nothing
    unknown = f"NOT EXISTS (SELECT 1 FROM {table} WHERE ref = %s)"
    return f"INSERT INTO {table} ({columns}) SELECT {_places(row)} WHERE {unknown}", [*values, values[0]]


def _connection() -> BaseDatabaseWrapper:
    """The connection itself: each look through `django.db.connection` searches the thread's storage."""
    return connections[DEFAULT_DB_ALIAS]


def _prepared(using: BaseDatabaseWrapper, model: Any, names: tuple[str, ...], values: Iterable[Any]) -> list[Any]:
    """The values as the driver takes them."""
    fields = _as_is(model, names, using.vendor)
    return [
        v if v is None or type(v) is as_is else f.get_db_prep_save(v, using)
        for (f, as_is), v in zip(fields, values, strict=True)
    ]


@cache
def _as_is(model: Any, names: tuple[str, ...], vendor: str) -> list[tuple[models.Field, type | None]]:
    fields = _parts(model, names)[0]
    known = AS_IS | AS_IS_ON_POSTGRESQL if vendor == "postgresql" else AS_IS
    return [(f, known.get(type(f.target_field if f.is_relation else f))) for f in fields]


@cache
def _parts(model: Any, names: tuple[str, ...]) -> tuple[list[Any], str, str]:
    """Fields, quoted table and quoted columns; both databases quote alike."""
    fields = [model._meta.get_field(name) for name in names]
    return fields, f'"{model._meta.db_table}"', ", ".join(f'"{f.column}"' for f in fields)


@cache
def _insertion(model: Any, names: tuple[str, ...]) -> str:
    _, table, columns = _parts(model, names)
    return f"INSERT INTO {table} ({columns}) VALUES ({_places(names)})"


@cache
def _rewriting(model: Any, names: tuple[str, ...], of_line: tuple[str, ...], vendor: str) -> tuple[str, str]:
    from audit.trail import Change

    _, changes, columns = _parts(Change, of_line)
    fields, table, _ = _parts(model, (*names, "audit_ver", "audit_head"))
    is_as_read = '"id" = %s AND "audit_head" = %s'
    lock = " FOR UPDATE" if vendor == "postgresql" else ""
    written = ", ".join(f'"{f.column}" = %s' for f in fields)
    return (
        f"INSERT INTO {changes} ({columns}) SELECT {_places(of_line)} FROM {table} WHERE {is_as_read}{lock}",
        f"UPDATE {table} SET {written} WHERE {is_as_read}",
    )


def _places(names: Any) -> str:
    return ", ".join(["%s"] * len(names))
