"""`act`: one deed of one actor, with all its changes, in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils import timezone

from audit import lines, storing, tree
from audit.actors import SYSTEM_LOG, ActorRef
from audit.canon import canonical, plain
from audit.ids import uuid7
from crispmlq import __version__
from crispmlq.errors import Stale

if TYPE_CHECKING:
    from audit.governed import GovernedModel

REFUSED = "act.refused"
# So many values beside an event travel with it in one message.
FEW = 20

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
        self._private: list[storing.Row] = []
        self._before: list[tuple[GovernedModel, int, bytes]] = []

    def create(self, rows: list[GovernedModel]) -> None:
        """Record and insert new rows of one model."""
        from audit.trail import Change

        told = [(row, lines.creation(row)) for row in rows]
        columns = [self._columns(row, line, n) for n, (row, line) in enumerate(told, len(self.lines))]
        new = [storing.columns_of(row) | {"audit_ver": 1, "audit_head": line.leaf} for row, line in told]
        if len(rows) == 1:
            storing.send(storing.insertion(Change, columns[0]), storing.insertion(type(rows[0]), new[0]))
        else:
            storing.insert(Change, columns)
            storing.insert(type(rows[0]), new)
        for row, line in told:
            self._keep(row, line)
            row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS

    def change(self, row: GovernedModel, names: set[str]) -> None:
        """Record and write what differs in `names` from what the row was before.

        What it was is known from when it was read; whether it still is that, the statement that records the change
        finds out. See docs/adr/0009-the-row-as-it-was-read.md.

        Raises:
            Stale: the row has another version than the instance.
        """
        read = row.audit_as_read(names)
        differing = lines.differences(row, names, read) if read else {}
        if not differing:  # it is not known, or nothing is to be written, which is no answer for a row that is stale
            differing = lines.differences(row, names, vars(_locked([row])[row.pk]))
        if not differing:
            return
        line = lines.update(row, differing)
        if not storing.send(*storing.rewriting(row, tuple(differing), self._columns(row, line, len(self.lines)))):
            raise _stale(row, type(row)._base_manager.values_list("audit_ver", flat=True).get(pk=row.pk))
        self._keep(row, line)

    def change_many(self, rows: list[GovernedModel], names: set[str]) -> list[GovernedModel]:
        """Lock the rows, record what differs in `names`, and give back those that differ; the caller writes them.

        Raises:
            Stale: a row has another version than the instance.
        """
        from audit.trail import Change

        now = _locked(rows)
        differing = [(row, lines.differences(row, names, vars(now[row.pk]))) for row in rows]
        told = [(row, lines.update(row, each)) for row, each in differing if each]
        storing.insert(Change, [self._columns(row, line, n) for n, (row, line) in enumerate(told, len(self.lines))])
        for row, line in told:
            self._keep(row, line)
        return [row for row, _ in told]

    def restate(self, rows: list[GovernedModel]) -> None:
        """Record all values of stored rows, which stay as they are; the caller writes version and head."""
        from audit.trail import Change

        told = [(row, lines.restatement(row)) for row in rows]
        storing.insert(Change, [self._columns(row, line, n) for n, (row, line) in enumerate(told, len(self.lines))])
        for row, line in told:
            self._keep(row, line)

    def store(self) -> None:
        """Insert the event that commits to all lines, and what it keeps beside it."""
        from audit.trail import Event, Private

        reason = self._commit("/reason", self.reason)
        label = self._commit("/subject", "" if isinstance(self.subject, tuple) else str(self.subject))
        request = request_id.get()
        header = {
            "v": 1,
            "id": str(self.uid),
            "log": str(self.log_id),
            "at": plain(self.at),
            "act": self.name,
            "by": {"kind": self.by.kind, "ref": str(self.by.ref), "via": self.by.via},
            "subject": self._subject_ref(),
            "label": label,
            "reason": reason,
            "req": str(request) if request else None,
            "app": __version__,
            "changes": {"n": len(self.lines), "root": tree.root(line.leaf for line in self.lines).hex()},
        }
        body = canonical(header)
        event = {
            "uid": self.uid,
            "log_id": self.log_id,
            "act": self.name,
            "actor_ref": self.by.ref,
            "request_id": request,
            "at": self.at,
            "body": body,
            "leaf": tree.leaf(body),
        }
        few, many = self._private[-FEW:], self._private[:-FEW]
        storing.insert(Private, many)
        storing.send(
            *(storing.insertion(Private, row) for row in few), storing.knowing(self.by), storing.insertion(Event, event)
        )

    def take_back(self) -> None:
        """Give the instances back the version they had before the act that failed."""
        for row, version, head in reversed(self._before):
            row.audit_ver, row.audit_head = version, head

    def _subject_ref(self) -> list[str]:
        if isinstance(self.subject, tuple):
            return [self.subject[0], str(self.subject[1])]
        return [self.subject._meta.label_lower, str(self.subject.pk)]

    def _columns(self, row: GovernedModel, line: lines.Line, n: int) -> storing.Row:
        if row.audit_log_id != self.log_id:
            raise AuditError(f"{row._meta.label} {row.pk} belongs to another log than “{self.name}”.")
        return {
            "event": self.uid,
            "n": n,
            "obj_type": row._meta.label_lower,
            "obj_id": row.pk,
            "obj_ver": line.version,
            "body": line.body,
            "leaf": line.leaf,
        }

    def _keep(self, row: GovernedModel, line: lines.Line) -> None:
        self._private += (
            self._beside(f"/{len(self.lines)}/{each.field}", each.salt, each.value, row.pk if each.salt else None)
            for each in line.private
        )
        self.lines.append(line)
        self._before.append((row, row.audit_ver, row.audit_head))
        row.audit_ver, row.audit_head = line.version, line.leaf

    def _commit(self, path: str, text: str) -> dict[str, str] | None:
        if not text:
            return None
        salt, value = secrets.token_bytes(16), canonical(text)
        self._private.append(self._beside(path, salt, value.decode(), None))
        return {"c": tree.commitment(salt, value)}

    def _beside(self, path: str, salt: bytes | None, value: str, of: UUID | None) -> storing.Row:
        return {"event_uid": self.uid, "path": path, "salt": salt, "value": value, "subject_ref": of}


def _locked(rows: list[GovernedModel]) -> dict[UUID, GovernedModel]:
    """The rows as they are now, by key, locked until the act ends.

    Raises:
        Stale: a row has another version than the instance.
    """
    asked = type(rows[0])._base_manager.select_for_update()
    if len(rows) == 1:
        asked = asked.filter(pk=rows[0].pk)
    else:  # in one order everywhere, or two acts could wait for each other
        asked = asked.filter(pk__in=[row.pk for row in rows]).order_by("pk")
    now = {row.pk: row for row in asked}
    for row in rows:
        found = now[row.pk]
        if (found.audit_ver, bytes(found.audit_head)) != (row.audit_ver, bytes(row.audit_head)):
            raise _stale(row, found.audit_ver)
    return now


def _stale(row: GovernedModel, current: int) -> Stale:
    return Stale(
        f"This {row._meta.verbose_name} was changed by somebody else since you read it. "
        "Load it again and repeat your change.",
        current=current,
    )
