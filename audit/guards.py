"""Triggers by which the database itself refuses what the application must never do.

Installed again after every migration, since remaking a table drops its triggers. On PostgreSQL they fire ALWAYS, also
for a session that plays the replica.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import models

from audit.governed import GovernedModel
from audit.trail import Actor, Anchor, Change, Checkpoint, Entry, Event, Private, Seal, Tile

NEVER_CHANGED = (Event, Change, Entry, Checkpoint, Seal, Anchor)
GUARDED = (*NEVER_CHANGED, Private, Tile, Actor)
PREFIX = "audit_guard_"


def governed_models() -> list[type[GovernedModel]]:
    return [model for model in apps.get_models() if issubclass(model, GovernedModel)]


def install(connection: object) -> None:
    """Drop and create every guard whose table exists."""
    tables = set(connection.introspection.table_names())
    wanted = [model for model in (*GUARDED, *governed_models()) if model._meta.db_table in tables]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for statement in _POSTGRESQL_FUNCTIONS:
                cursor.execute(statement)
        for model in wanted:
            for statement in _statements(connection.vendor, model):
                cursor.execute(statement)


def remove(connection: object) -> None:
    """Drop every guard; for the owner of the tables, in tests that have to empty them."""
    with connection.cursor() as cursor:
        for name, table in installed(connection):
            on_table = f' ON "{table}"' if connection.vendor == "postgresql" else ""
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on_table}')


@contextmanager
def lifted(connection: object, *guarded: type[models.Model]) -> Iterator[None]:
    """Inside a transaction, by the owner of the tables: no guard on these until the block ends. A roll-back brings them
    back as well.
    """
    with connection.cursor() as cursor:
        for model in guarded:
            on_table = f' ON "{model._meta.db_table}"' if connection.vendor == "postgresql" else ""
            for name in names(connection.vendor, model):
                cursor.execute(f'DROP TRIGGER "{name}"{on_table}')
        yield
        connection.check_constraints()  # PostgreSQL takes no triggers while references wait for their check
        for model in guarded:
            for statement in _statements(connection.vendor, model):
                cursor.execute(statement)


def installed(connection: object) -> list[tuple[str, str]]:
    """(trigger, table) of every guard that is there and, on PostgreSQL, fires ALWAYS."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE t.tgname LIKE %s AND t.tgenabled = 'A' AND n.nspname = current_schema()",
                [PREFIX.replace("_", r"\_") + "%"],
            )
        else:
            cursor.execute(
                "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s",
                [PREFIX + "%"],
            )
        return cursor.fetchall()


def missing(connection: object) -> list[str]:
    """Names of the guards that should be there and are not, for tables that exist."""
    tables = set(connection.introspection.table_names())
    there = {name for name, _ in installed(connection)}
    wanted = {
        name
        for model in (*GUARDED, *governed_models())
        if model._meta.db_table in tables
        for name in names(connection.vendor, model)
    }
    return sorted(wanted - there)


def names(vendor: str, model: type[models.Model]) -> list[str]:
    return [name for name, _ in _triggers(vendor, model)]


def _statements(vendor: str, model: type[models.Model]) -> Iterator[str]:
    table = model._meta.db_table
    for name, body in _triggers(vendor, model):
        if vendor == "postgresql":
            yield f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"'
            yield f'CREATE TRIGGER "{name}" {body}'
            yield f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{name}"'
        else:
            yield f'DROP TRIGGER IF EXISTS "{name}"'
            yield f'CREATE TRIGGER "{name}" {body}'


def _triggers(vendor: str, model: type[models.Model]) -> list[tuple[str, str]]:
    make = _postgresql if vendor == "postgresql" else _sqlite
    return [(f"{PREFIX}{model._meta.db_table}_{suffix}", body) for suffix, body in make(model)]


def _sqlite(model: type[models.Model]) -> Iterator[tuple[str, str]]:
    table = model._meta.db_table
    if issubclass(model, GovernedModel):
        told = (
            f"EXISTS (SELECT 1 FROM audit_change c WHERE c.obj_type = '{model._meta.label_lower}' "
            "AND c.obj_id = NEW.id AND c.obj_ver = NEW.audit_ver AND c.leaf = NEW.audit_head)"
        )
        replaced = f'EXISTS (SELECT 1 FROM "{table}" old WHERE old.id = NEW.id)'
        yield (
            "insert",
            _raise(table, "INSERT", "written outside an act", f"NEW.audit_ver <> 1 OR {replaced} OR NOT {told}"),
        )
        moved = "NEW.id <> OLD.id OR NEW.audit_ver <> OLD.audit_ver + 1"
        yield "update", _raise(table, "UPDATE", "written outside an act", f"{moved} OR NOT {told}")
        yield "delete", _raise(table, "DELETE", "never deleted")
        yield "replace", _raise(table, "INSERT", "never replaced", " OR ".join(_clashes(model)))
        return
    yield "delete", _raise(table, "DELETE", "never deleted")
    yield "insert", _raise(table, "INSERT", "never replaced", " OR ".join(_clashes(model)))
    if model is Private:
        yield (
            "update",
            _raise(table, "UPDATE", "only erased, once", f"NOT ({_ERASED.replace(' IS NOT DISTINCT FROM ', ' IS ')})"),
        )
    elif model is Actor:
        yield (
            "update",
            _raise(table, "UPDATE", "only erased", f"NOT ({_NAMELESS.replace(' IS NOT DISTINCT FROM ', ' IS ')})"),
        )
    elif model is Tile:
        grown = "length(OLD.data) < 8192 AND substr(NEW.data, 1, length(OLD.data)) = OLD.data"
        yield "update", _raise(table, "UPDATE", "only extended", f"NOT ({_SAME_TILE} AND {grown})")
    else:
        yield "update", _raise(table, "UPDATE", "never changed")
    if model is Change:
        stored = "EXISTS (SELECT 1 FROM audit_event e WHERE e.uid = NEW.event_uid)"
        yield "late", _raise(table, "INSERT", "stored before their event", stored)
    if model is Event:
        yield "pending", f'AFTER INSERT ON "{table}" BEGIN INSERT INTO audit_pending (event_id) VALUES (NEW.id); END'


def _raise(table: str, operation: str, why: str, when: str = "1") -> str:
    return f"BEFORE {operation} ON \"{table}\" WHEN {when} BEGIN SELECT RAISE(ABORT, '{table}: rows are {why}'); END"


def _clashes(model: type[models.Model]) -> Iterator[str]:
    """Conditions under which INSERT OR REPLACE would overwrite a row unseen."""
    table = model._meta.db_table
    unique = [(f.column,) for f in model._meta.concrete_fields if f.unique]
    for constraint in model._meta.total_unique_constraints:
        unique.append(tuple(model._meta.get_field(name).column for name in constraint.fields))
    for columns in unique:
        same = " AND ".join(f'old."{column}" = NEW."{column}"' for column in columns)
        yield f'EXISTS (SELECT 1 FROM "{table}" old WHERE {same})'


def _postgresql(model: type[models.Model]) -> Iterator[tuple[str, str]]:
    table = model._meta.db_table
    yield "truncate", f'BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION audit_guard_refuse()'
    if issubclass(model, GovernedModel):
        call = f"audit_guard_governed('{model._meta.label_lower}')"
        yield "write", f'BEFORE INSERT OR UPDATE OR DELETE ON "{table}" FOR EACH ROW EXECUTE FUNCTION {call}'
    elif model is Private:
        yield "delete", f'BEFORE DELETE ON "{table}" FOR EACH ROW EXECUTE FUNCTION audit_guard_refuse()'
        yield (
            "update",
            (f'BEFORE UPDATE ON "{table}" FOR EACH ROW WHEN (NOT ({_ERASED})) EXECUTE FUNCTION audit_guard_refuse()'),
        )
    elif model is Actor:
        yield "delete", f'BEFORE DELETE ON "{table}" FOR EACH ROW EXECUTE FUNCTION audit_guard_refuse()'
        when = f"NOT ({_NAMELESS})"
        yield "update", f'BEFORE UPDATE ON "{table}" FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION audit_guard_refuse()'
    elif model is Tile:
        yield "delete", f'BEFORE DELETE ON "{table}" FOR EACH ROW EXECUTE FUNCTION audit_guard_refuse()'
        grown = "length(OLD.data) < 8192 AND substring(NEW.data from 1 for length(OLD.data)) = OLD.data"
        when = f"NOT ({_SAME_TILE} AND {grown})"
        yield "update", f'BEFORE UPDATE ON "{table}" FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION audit_guard_refuse()'
    else:
        yield "change", f'BEFORE UPDATE OR DELETE ON "{table}" FOR EACH ROW EXECUTE FUNCTION audit_guard_refuse()'
    if model is Change:
        yield "late", f'BEFORE INSERT ON "{table}" FOR EACH ROW EXECUTE FUNCTION audit_guard_late()'
    if model is Event:
        yield "pending", f'AFTER INSERT ON "{table}" FOR EACH ROW EXECUTE FUNCTION audit_guard_pending()'


_NAMELESS = (
    "NEW.ref = OLD.ref AND NEW.kind = OLD.kind AND NEW.account_id IS NOT DISTINCT FROM OLD.account_id "
    "AND NEW.display IS NULL AND NEW.email IS NULL"
)
_SAME_TILE = "NEW.id = OLD.id AND NEW.log_id = OLD.log_id AND NEW.level = OLD.level AND NEW.idx = OLD.idx"
_ERASED = (
    "NEW.id = OLD.id AND NEW.event_uid = OLD.event_uid AND NEW.path = OLD.path "
    "AND NEW.salt IS NULL AND NEW.value IS NULL AND OLD.value IS NOT NULL "
    "AND NEW.subject_ref IS NOT DISTINCT FROM OLD.subject_ref"
)

_POSTGRESQL_FUNCTIONS: Iterable[str] = (
    """
    CREATE OR REPLACE FUNCTION audit_guard_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '%: rows are never changed, replaced or deleted', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE OR REPLACE FUNCTION audit_guard_late() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM audit_event e WHERE e.uid = NEW.event_uid) THEN
            RAISE EXCEPTION '%: a stored event takes no further change', TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE OR REPLACE FUNCTION audit_guard_pending() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO audit_pending (event_id) VALUES (NEW.id);
        RETURN NULL;
    END $$
    """,
    """
    CREATE OR REPLACE FUNCTION audit_guard_governed() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        told record;
    BEGIN
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION '%: rows are never deleted', TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        -- The order leaves the planner but one index; for the version itself it might walk all changes of the row.
        SELECT c.obj_ver, c.leaf INTO told FROM audit_change c
            WHERE c.obj_type = TG_ARGV[0] AND c.obj_id = NEW.id ORDER BY c.obj_ver DESC LIMIT 1;
        IF (TG_OP = 'INSERT' AND NEW.audit_ver <> 1)
            OR (TG_OP = 'UPDATE' AND (NEW.id <> OLD.id OR NEW.audit_ver <> OLD.audit_ver + 1))
            OR told.obj_ver IS DISTINCT FROM NEW.audit_ver OR told.leaf IS DISTINCT FROM NEW.audit_head THEN
            RAISE EXCEPTION '%: rows are written outside an act', TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
)
