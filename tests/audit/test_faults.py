"""An error at any single statement of an act or a seal leaves nothing of it, and the next try succeeds."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

import audit
from audit import sealing, verifying
from audit.models import Change, Checkpoint, Entry, Event, Log, Pending, Private, Seal, Tile
from tests.audit.sample.models import Thing
from tests.audit.test_acts import BY, made

pytestmark = pytest.mark.django_db
TABLES = [Change, Checkpoint, Entry, Event, Log, Pending, Private, Seal, Thing, Tile]


@pytest.fixture(autouse=True)
def state_file(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_STATE_FILE = tmp_path / "state"
    sealing.seal_all()


class Fault(DatabaseError):
    pass


def stored() -> dict[str, list[Any]]:
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in TABLES}


def fails_at_each_statement(deed: Callable[[], Any]) -> int:
    """Let the 1st, 2nd, 3rd … statement fail until none is left; gives back how many there were."""
    for number in count(1):
        before, seen = stored(), 0

        def fail(execute: Any, sql: str, params: Any, many: bool, context: Any, last: int = number) -> Any:
            nonlocal seen
            seen += not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))
            if seen == last:
                raise Fault(sql)
            return execute(sql, params, many, context)

        try:
            with transaction.atomic(), connection.execute_wrapper(fail):
                deed()
        except Fault:
            assert stored() == before, f"statement {number}"
        else:
            return number - 1
    raise AssertionError


def test_an_act_is_whole_whichever_statement_fails() -> None:
    thing = made()

    def change() -> None:
        fresh = Thing.objects.get(pk=thing.pk)
        with audit.act("thing.changed", by=BY, subject=fresh, reason="better"):
            fresh.name = "Second"
            fresh.save()
            Thing.objects.bulk_create([Thing(name="a"), Thing(name="b", nickname="n", pin="1")])

    assert fails_at_each_statement(change) > 5
    assert Thing.objects.get(pk=thing.pk).name == "Second"
    assert verifying.verify_state(audit.SYSTEM_LOG).findings == []


def test_a_seal_is_whole_whichever_statement_fails() -> None:
    made()
    made()
    assert fails_at_each_statement(sealing.seal) > 12
    assert not Pending.objects.exists()
    assert verifying.verify(audit.SYSTEM_LOG).is_good
    assert verifying.verify_state(audit.SYSTEM_LOG).findings == []
