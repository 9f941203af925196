"""The statements by which an act is stored.

Written as SQL, since the ORM's objects and compiler would double an act's time; sent together where nothing waits for
an answer, since on PostgreSQL the way there and back costs more than what the statement does.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connections

from audit.actors import ActorRef

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from audit.governed import GovernedModel

Statement = tuple[str, list[Any]]
Row = dict[str, Any]

# From so many rows on, PostgreSQL takes them as a stream.
WORTH_COPYING = 20


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
    fields, table, columns = _parts(model, names)
    values = ([f.get_db_prep_save(row[f.name], using) for f in fields] for row in rows)
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
    return _insertion(model, names), _prepared(model, names, row.values())


def rewriting(row: GovernedModel, names: tuple[str, ...], line: Row) -> tuple[Statement, Statement]:
    """Lock the row and insert the `line` (of `Change`) of its next version; write the fields `names` of the row.

    If the row's last change is not the one the instance knows, both write nothing.
    """
    from audit.trail import Change

    model = type(row)
    telling, writing = _rewriting(model, names, tuple(line), _connection().vendor)
    is_as_read = _prepared(model, ("id", "audit_head"), (row.pk, row.audit_head))
    told = _prepared(Change, tuple(line), line.values())
    fields, _, _ = _parts(model, names)
    written = _prepared(model, names, [getattr(row, f.attname) for f in fields])
    marks = _prepared(model, ("audit_ver", "audit_head"), (line["obj_ver"], line["leaf"]))
    return (telling, [*told, *is_as_read]), (writing, [*written, *marks, *is_as_read])


def knowing(by: ActorRef) -> Statement:
    """Keep the name behind a reference when it acts for the first time. Read first: an upsert would make all wait."""
    from audit.trail import Actor

    row = {"ref": by.ref, "kind": by.kind, "display": by.display, "account_id": by.account}
    values = _prepared(Actor, tuple(row), row.values())
    _, table, columns = _parts(Actor, tuple(row))
    unknown = f"NOT EXISTS (SELECT 1 FROM {table} WHERE ref = %s)"
    return (
        f"INSERT INTO {table} ({columns}) SELECT {_places(row)} WHERE {unknown} ON CONFLICT DO NOTHING",
        [*values, values[0]],
    )


def _connection() -> BaseDatabaseWrapper:
    """The connection itself: each look through `django.db.connection` searches the thread's storage."""
    return connections[DEFAULT_DB_ALIAS]


def _prepared(model: Any, names: tuple[str, ...], values: Any) -> list[Any]:
    using = _connection()
    return [f.get_db_prep_save(v, using) for f, v in zip(_parts(model, names)[0], values, strict=True)]


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
