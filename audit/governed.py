"""Governed rows: they change inside an act, or not at all."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db import models

from audit import acts
from audit.actors import SYSTEM_LOG
from audit.ids import uuid7

ERASED = "(erased)"


class GovernedQuerySet(models.QuerySet):
    """Refuses what would change rows unseen. `bulk_create` and `bulk_update` are recorded line by line."""

    def update(self, **values: Any) -> int:
        raise acts.OutsideAct("update() would change rows unseen. Use save() or bulk_update() inside an act.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise acts.OutsideAct("Governed rows are never deleted. Give the row a state that says it is over.")

    def bulk_create(self, objs: Any, *_: Any, **__: Any) -> list[Any]:
        rows = list(objs)
        acts.required().create(rows)
        return models.QuerySet(self.model, using=self.db).bulk_create(rows, batch_size=500)

    def bulk_update(self, objs: Any, fields: Any, *_: Any, **__: Any) -> int:
        changed = acts.required().change(list(objs), list(fields))
        if not changed:
            return 0
        written = [*fields, "audit_ver", "audit_head"]
        return models.QuerySet(self.model, using=self.db).bulk_update(changed, written, batch_size=200)


class GovernedModel(models.Model):
    """Base of every table whose changes the trail tells.

    `audit_ver` counts the row's changes (it is also the ETag), `audit_head` is the hash of the last one.
    Fields in `audit_hidden` are recorded as commitments and can be erased, but for those a new row leaves blank; of
    those in `audit_secret` the trail tells only that they changed. Relations of many to many are not supported: use a
    table of their own.
    """

    audit_hidden: ClassVar[frozenset[str]] = frozenset()
    audit_secret: ClassVar[frozenset[str]] = frozenset()

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    audit_ver = models.PositiveIntegerField(default=0, editable=False)
    audit_head = models.BinaryField(default=b"", editable=False)

    objects = GovernedQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def audit_log_id(self) -> UUID:
        """The log in which the row's changes are told."""
        return SYSTEM_LOG

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
            super().save(force_insert=True)
            return
        names = set(update_fields) if update_fields is not None else {f.name for f in self._meta.concrete_fields}
        changed = act.change([self], names)
        if changed:
            written = act.fields_of_last_change & names
            super().save(force_update=True, update_fields={*written, "audit_ver", "audit_head"})

    def delete(self, *_: Any, **__: Any) -> tuple[int, dict[str, int]]:
        raise acts.OutsideAct("Governed rows are never deleted. Give the row a state that says it is over.")
