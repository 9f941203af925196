"""Governed rows: they change inside an act, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from types import NoneType
from typing import Any, ClassVar
from uuid import UUID

from django.db import models

from audit import acts, lines
from audit.actors import SYSTEM_LOG
from audit.ids import uuid7

# Types whose values nobody can change in place, as one can a list; `bool` is an `int`, `datetime` a `date`.
UNCHANGEABLE = (NoneType, str, int, Decimal, date, UUID, bytes)
ERASED = "(erased)"


class GovernedQuerySet(models.QuerySet):
    """Refuses what would change rows unseen. `bulk_create` and `bulk_update` are recorded line by line."""

    def update(self, **values: Any) -> int:
        raise acts.OutsideAct("update() would change rows unseen. Use save() or bulk_update() inside an act.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise acts.OutsideAct("Governed rows are never deleted. Give the row a state that says it is over.")

    def bulk_create(self, objs: Any, *_: Any, **__: Any) -> list[Any]:
        act, rows = acts.required(), list(objs)
        if rows:
            act.create(rows)
        return rows

    def bulk_update(self, objs: Any, fields: Any, *_: Any, **__: Any) -> int:
        act, rows = acts.required(), list(objs)
        changed = act.change_many(rows, set(fields)) if rows else []
        if not changed:
            return 0
        written = [*fields, "audit_ver", "audit_head"]
        return models.QuerySet(self.model, using=self.db).bulk_update(changed, written, batch_size=200)


class GovernedModel(models.Model):
    """Base of every table whose changes the trail tells.

    `audit_ver` counts the row's changes (it is also the ETag), `audit_head` is the hash of the last one.
    Fields in `audit_hidden` are recorded as commitments and can be erased, but for those a new row leaves blank; of
    those in `audit_secret` the trail tells only that they changed. `audit_log_field` names the column with the id of
    the log they are told in; without it, that is the log of the system. Columns in `audit_bulky` are so large that
    rows in memory (`audit.past.Present`) have them only when asked. Relations of many to many are not supported: use a
    table of their own.
    """

    audit_hidden: ClassVar[frozenset[str]] = frozenset()
    audit_secret: ClassVar[frozenset[str]] = frozenset()
    audit_log_field: ClassVar[str] = ""
    audit_bulky: ClassVar[frozenset[str]] = frozenset()

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    audit_ver = models.PositiveIntegerField(default=0, editable=False)
    audit_head = models.BinaryField(default=b"", editable=False)

    objects = GovernedQuerySet.as_manager()

    class Meta:
        abstract = True

    # Column attributes and values as the database gave them; of this version, which `audit_head` among them names.
    _as_read: tuple[list[str], Sequence[Any]] | None = None

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any) -> Any:
        row = super().from_db(db, field_names, values)
        row._as_read = (field_names, values)
        return row

    def audit_as_read(self, names: set[str]) -> dict[str, Any]:
        """Values by column attribute as they were read, if they are those of the instance's version beyond doubt.

        Empty if a field in `names` was not read, or holds what may have been changed in place since.
        """
        read = dict(zip(*self._as_read, strict=True)) if self._as_read else {}
        if "audit_head" not in read or bytes(read["audit_head"]) != bytes(self.audit_head):
            return {}
        asked = [f.attname for f in lines.told_fields(type(self)) if f.name in names or f.attname in names]
        return read if all(isinstance(read.get(each, ...), UNCHANGEABLE) for each in asked) else {}

    @property
    def audit_log_id(self) -> UUID:
        return getattr(self, self.audit_log_field) if self.audit_log_field else SYSTEM_LOG

    def audit_blank(self, name: str) -> Any:
        """What an erasure leaves in the hidden field of this name."""
        return None if self._meta.get_field(name).null else ""

    def save(self, *, update_fields: Any = None, **_: Any) -> None:
        """Write the row and its change line in the open act.

        Raises:
            OutsideAct: no act is open.
            Stale: the row changed since this instance was read.
        """
        act = acts.required()
        if self._state.adding:
            act.create([self])
            return
        names = set(update_fields) if update_fields is not None else {f.name for f in self._meta.concrete_fields}
        act.change(self, names)

    def delete(self, *_: Any, **__: Any) -> tuple[int, dict[str, int]]:
        raise acts.OutsideAct("Governed rows are never deleted. Give the row a state that says it is over.")
