"""`act`: one deed of one actor, with all its changes, in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.utils import timezone

from audit import lines, tree
from audit.actors import SYSTEM_LOG, ActorRef
from audit.canon import canonical, plain
from audit.ids import uuid7
from crispmlq import __version__
from crispmlq.errors import Stale

if TYPE_CHECKING:
    from audit.governed import GovernedModel

REFUSED = "act.refused"

# Identifier of the request that is being answered, if any.
request_id: ContextVar[UUID | None] = ContextVar("audit_request_id", default=None)
_open: ContextVar[Act | None] = ContextVar("audit_open_act", default=None)
_sentences: dict[str, str] = {REFUSED: "was refused: {reason}"}
_changeless: set[str] = {REFUSED}


class AuditError(RuntimeError):
    """A fault in the program, never in the input."""


class OutsideAct(AuditError):
    """A governed row was written without an act."""


class NestedAct(AuditError):
    """An act was opened inside another."""


class UnknownAct(AuditError):
    """An act whose name nobody registered."""


class NothingChanged(AuditError):
    """An act ended without a change, and is not registered as one that has none."""


Subject = "GovernedModel | tuple[str, UUID]"


def register_acts(sentences: dict[str, str], changeless: Iterable[str] = ()) -> None:
    """Make acts known, each with the sentence people read after the actor's name (`{subject}`, `{reason}`)."""
    _sentences.update(sentences)
    _changeless.update(changeless)


def registered() -> dict[str, str]:
    return dict(_sentences)


def required() -> Act:
    """The open act.

    Raises:
        OutsideAct: there is none.
    """
    current = _open.get()
    if current is None:
        raise OutsideAct("This row is governed: write it inside `with audit.act(...)`.")
    return current


@contextmanager
def act(name: str, *, by: ActorRef, subject: Any, reason: str = "", log_id: UUID | None = None) -> Iterator[Act]:
    """Open a transaction in which governed rows may be written; at its end the event is stored, or nothing is.

    `subject` is a governed row, which also names the log, or (type, id) with `log_id` (default: the system log).

    Raises:
        NestedAct, UnknownAct, NothingChanged: faults in the program.
    """
    if name not in _sentences:
        raise UnknownAct(f"Nobody registered the act “{name}”.")
    if _open.get() is not None:
        raise NestedAct(f"“{name}” was opened inside “{_open.get().name}”.")
    with transaction.atomic():
        current = Act(name, by, subject, reason, log_id)
        token = _open.set(current)
        try:
            yield current
            if not current.lines and name not in _changeless:
                raise NothingChanged(f"“{name}” ended without a change.")
            current.store()
        except BaseException:
            current.take_back()
            raise
        finally:
            _open.reset(token)


def refused(tried: str, *, by: ActorRef, subject: tuple[str, UUID], reason: str, log_id: UUID = SYSTEM_LOG) -> None:
    """Record that `tried` was refused. To be called after the roll-back, in a transaction of its own."""
    with act(REFUSED, by=by, subject=subject, reason=f"{tried}: {reason}", log_id=log_id):
        pass


class Act:
    """The open act: collects change lines, and is stored as one event."""

    def __init__(self, name: str, by: ActorRef, subject: Any, reason: str, log_id: UUID | None) -> None:
        self.name, self.by, self.reason = name, by, reason
        self.uid, self.at = uuid7(), timezone.now()
        self.subject = subject
        self.log_id = log_id or (SYSTEM_LOG if isinstance(subject, tuple) else subject.audit_log_id)
        self.lines: list[lines.Line] = []
        self.fields_of_last_change: set[str] = set()
        self._before: list[tuple[GovernedModel, int, bytes]] = []

    def create(self, rows: list[GovernedModel]) -> None:
        """Record new rows; the caller inserts them."""
        for row in rows:
            fresh = {name: [None, value] for name, value in lines.values_of(row).items()}
            self._keep(row, lines.line(row, "create", 1, b"", fresh), 1)
        self._insert_lines(rows)

    def change(self, rows: list[GovernedModel], names: Iterable[str]) -> list[GovernedModel]:
        """Lock the rows, record what differs from the database in `names`, and give back those that differ.

        Raises:
            Stale: a row has another version than the instance.
        """
        if not rows:
            return []
        names = set(names)
        locked = type(rows[0])._base_manager.select_for_update()
        if len(rows) == 1:
            found = locked.filter(pk=rows[0].pk)
        else:  # in one order everywhere, or two acts could wait for each other
            found = locked.filter(pk__in=[row.pk for row in rows]).order_by("pk")
        stored = {row.pk: row for row in found}
        changed = []
        for row in rows:
            before_row = stored[row.pk]
            if before_row.audit_ver != row.audit_ver:
                raise Stale(
                    f"This {row._meta.verbose_name} was changed by somebody else since you read it. "
                    "Load it again and repeat your change.",
                    current=before_row.audit_ver,
                )
            before, after = lines.values_of(before_row, names), lines.values_of(row, names)
            differing = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
            if not differing:
                continue
            self.fields_of_last_change = set(differing)
            version = row.audit_ver + 1
            self._keep(row, lines.line(row, "update", version, bytes(before_row.audit_head), differing), version)
            changed.append(row)
        self._insert_lines(changed)
        return changed

    def restate(self, rows: list[GovernedModel]) -> None:
        """Record all values of stored rows, which stay as they are; the caller writes version and head."""
        for row in rows:
            held = {name: [value, value] for name, value in lines.values_of(row).items()}
            version = row.audit_ver + 1
            self._keep(row, lines.line(row, "restate", version, bytes(row.audit_head), held), version)
        self._insert_lines(rows)

    def store(self) -> None:
        """Insert the event that commits to all lines."""
        from audit.trail import Event, Private

        label = "" if isinstance(self.subject, tuple) else str(self.subject)
        private = [_commit("/reason", self.reason), _commit("/subject", label)]
        kind, key = self._subject_ref()
        header = {
            "v": 1,
            "id": str(self.uid),
            "log": str(self.log_id),
            "at": plain(self.at),
            "act": self.name,
            "by": {"kind": self.by.kind, "ref": str(self.by.ref), "via": self.by.via},
            "subject": [kind, key],
            "label": private[1] and private[1][0],
            "reason": private[0] and private[0][0],
            "req": str(request_id.get()) if request_id.get() else None,
            "app": __version__,
            "changes": {"n": len(self.lines), "root": tree.root(line.leaf for line in self.lines).hex()},
        }
        body = canonical(header)
        kept = [dict(row, event_uid=self.uid, subject_ref=None) for _, row in filter(None, private)]
        insert(Private, kept)
        _know(self.by)
        insert(
            Event,
            [
                {
                    "uid": self.uid,
                    "log_id": self.log_id,
                    "act": self.name,
                    "actor_ref": self.by.ref,
                    "request_id": request_id.get(),
                    "at": self.at,
                    "body": body,
                    "leaf": tree.leaf(body),
                }
            ],
        )

    def take_back(self) -> None:
        """Give the instances back the version they had before the act that failed."""
        for row, version, head in reversed(self._before):
            row.audit_ver, row.audit_head = version, head

    def _subject_ref(self) -> tuple[str, str]:
        if isinstance(self.subject, tuple):
            return self.subject[0], str(self.subject[1])
        return self.subject._meta.label_lower, str(self.subject.pk)

    def _keep(self, row: GovernedModel, line: lines.Line, version: int) -> None:
        if row.audit_log_id != self.log_id:
            raise AuditError(f"{row._meta.label} {row.pk} belongs to another log than “{self.name}”.")
        self.lines.append(line)
        self._before.append((row, row.audit_ver, row.audit_head))
        row.audit_ver, row.audit_head = version, line.leaf

    def _insert_lines(self, rows: list[GovernedModel]) -> None:
        from audit.trail import Change, Private

        first = len(self.lines) - len(rows)
        new = list(enumerate(self.lines[first:], first))
        insert(
            Change,
            [
                {
                    "event": self.uid,
                    "n": n,
                    "obj_type": row._meta.label_lower,
                    "obj_id": row.pk,
                    "obj_ver": row.audit_ver,
                    "body": line.body,
                    "leaf": line.leaf,
                }
                for (n, line), row in zip(new, rows, strict=True)
            ],
        )
        insert(
            Private,
            [
                {
                    "event_uid": self.uid,
                    "path": f"/{n}/{each.field}",
                    "salt": each.salt,
                    "value": each.value,
                    "subject_ref": row.pk if each.salt else None,
                }
                for (n, line), row in zip(new, rows, strict=True)
                for each in line.private
            ],
        )


def insert(model: Any, rows: list[dict[str, Any]]) -> None:
    """Insert rows without making objects of them, which would cost a quarter of an act's time."""
    if not rows:
        return
    using = connections[DEFAULT_DB_ALIAS]  # itself: each look through `connection` searches the thread's storage
    sql, fields = _insertion(model, tuple(rows[0]), using.vendor)
    values = [[f.get_db_prep_save(row[f.name], using) for f in fields] for row in rows]
    with using.cursor() as cursor:
        if len(values) == 1:
            cursor.execute(sql, values[0])
        else:
            cursor.executemany(sql, values)


@cache
def _insertion(model: Any, names: tuple[str, ...], vendor: str) -> tuple[str, list[Any]]:
    """The statement and its fields; the databases of one vendor quote alike."""
    fields = [model._meta.get_field(name) for name in names]
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    columns = ", ".join(quote(f.column) for f in fields)
    places = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})", fields


def _commit(path: str, text: str) -> tuple[dict[str, str], dict[str, Any]] | None:
    if not text:
        return None
    salt, value = secrets.token_bytes(16), canonical(text)
    return {"c": tree.commitment(salt, value)}, {"path": path, "salt": salt, "value": value.decode()}


def _know(by: ActorRef) -> None:
    """Keep the name behind a reference when it acts for the first time. Read first: an upsert would make all wait."""
    from audit.trail import Actor

    using = connections[DEFAULT_DB_ALIAS]
    ref = Actor._meta.pk.get_db_prep_value(by.ref, using)
    with using.cursor() as cursor:
        cursor.execute("SELECT 1 FROM audit_actor WHERE ref = %s", [ref])
        known = cursor.fetchone()
    if not known:
        actor = Actor(ref=by.ref, kind=by.kind, display=by.display, account_id=by.account)
        Actor.objects.bulk_create([actor], ignore_conflicts=True)
