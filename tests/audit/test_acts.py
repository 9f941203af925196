"""Acts: the event and its changes are stored together, or neither; nothing is written outside."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from unittest.mock import Mock

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

import audit
from accounts.models import User
from audit import selectors, storing, tree
from audit.acts import AuditError
from audit.ids import uuid7
from audit.models import Actor, Change, Event, Pending, Private, Tile
from crispmlq.errors import Stale
from tests.audit.sample.models import Thing
from tests.cast import Cast

pytestmark = pytest.mark.django_db
BY = audit.ActorRef("user", uuid7(), "page", "Somebody")


def made(**values: Any) -> Thing:
    thing = Thing(**{"name": "First", **values})
    with audit.act("thing.made", by=BY, subject=thing):
        thing.save()
    return thing


def last_event() -> dict[str, Any]:
    return json.loads(bytes(Event.objects.latest("id").body))


def test_a_change_is_told_with_before_and_after() -> None:
    thing = made()
    with audit.act("thing.changed", by=BY, subject=thing, reason="a better name"):
        thing.name = "Second"
        thing.save(update_fields=["name"])
    line = json.loads(bytes(Change.objects.get(obj_id=thing.pk, obj_ver=2).body))
    assert line["set"] == {"name": ["First", "Second"]}
    entry = selectors.changes_of("sample.thing", thing.pk)[0]
    assert (entry.actor_display, entry.sentence, entry.reason) == ("Somebody", "changed Second", "a better name")


def test_the_header_commits_to_its_lines_and_hides_the_reason() -> None:
    thing = made()
    event = Event.objects.latest("id")
    header, leaves = last_event(), [bytes(c.leaf) for c in Change.objects.filter(event=event.uid)]
    assert header["changes"] == {"n": 1, "root": tree.root(leaves).hex()}
    assert bytes(event.leaf) == tree.leaf(bytes(event.body))
    label = Private.objects.get(event_uid=event.uid, path="/subject")
    assert header["label"]["c"] == tree.commitment(bytes(label.salt), label.value.encode())
    assert thing.name not in json.dumps(header)


def test_each_change_names_the_one_before() -> None:
    thing = made()
    for name in ("b", "c"):
        with audit.act("thing.changed", by=BY, subject=thing):
            thing.name = name
            thing.save()
    lines = list(Change.objects.filter(obj_id=thing.pk).order_by("obj_ver"))
    assert [c.obj_ver for c in lines] == [1, 2, 3]
    assert [json.loads(bytes(c.body))["prev"] for c in lines] == ["", *(bytes(c.leaf).hex() for c in lines[:2])]


def test_values_given_and_values_read_back_are_told_alike() -> None:
    thing = made(
        amount=Decimal("1.50"),
        day=date(2026, 1, 2),
        at=datetime(2026, 1, 2, 3, tzinfo=UTC),
        data={"a": [1, "x"]},
        blob=b"\x01",
    )
    fresh = Thing.objects.get(pk=thing.pk)
    with pytest.raises(audit.NothingChanged), audit.act("thing.changed", by=BY, subject=fresh):
        fresh.save()


def test_hidden_values_are_commitments_and_secret_ones_are_not_told() -> None:
    thing = made(nickname="Bibi", pin="4711")
    body = bytes(Change.objects.get(obj_id=thing.pk).body).decode()
    assert "Bibi" not in body
    assert "4711" not in body
    assert json.loads(body)["sec"] == ["pin"]
    assert Private.objects.get(path="/0/nickname").value == '"Bibi"'
    assert not Private.objects.filter(value__contains="4711").exists()


def test_long_values_lie_beside_their_line() -> None:
    thing = made(note="x" * 100_000)
    change = Change.objects.get(obj_id=thing.pk)
    assert len(bytes(change.body)) < 2_000
    fields = selectors.changes_of("sample.thing", thing.pk)[0].changes[0].fields
    assert next(f.after for f in fields if f.field == "note") == thing.note


@pytest.mark.parametrize(
    "write",
    [
        lambda thing: thing.save(),
        lambda thing: thing.delete(),
        lambda thing: Thing.objects.update(name="x"),
        lambda thing: Thing.objects.all().delete(),
        lambda thing: Thing.objects.bulk_create([Thing(name="x")]),
        lambda thing: Thing.objects.bulk_update([thing], ["name"]),
        lambda thing: Thing.objects.create(name="x"),
        lambda thing: Thing.objects.get_or_create(name="x"),
    ],
)
def test_no_write_goes_past_an_act(write: Any) -> None:
    thing = made()
    with pytest.raises(audit.OutsideAct):
        write(thing)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sample_thing SET name = 'x'",
        "DELETE FROM sample_thing",
        "UPDATE audit_event SET act = 'x'",
        "DELETE FROM audit_event",
        "UPDATE audit_change SET n = 9",
        "DELETE FROM audit_change",
        "DELETE FROM audit_private",
        "UPDATE audit_private SET value = 'x'",
    ],
)
def test_the_database_refuses_what_the_application_must_not_do(statement: str) -> None:
    made()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_refuses_a_new_row_without_its_line() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        QuerySet(Thing).bulk_create([Thing(name="Unseen", audit_ver=1)])


@pytest.mark.parametrize("table", ["audit_event", "audit_change", "sample_thing"])
def test_emptying_a_table_is_refused(table: str) -> None:
    made()
    connection.check_constraints()  # PostgreSQL empties no table while references wait for their check
    statement = f"TRUNCATE {table} CASCADE" if connection.vendor == "postgresql" else f"DELETE FROM {table}"
    with pytest.raises(DatabaseError, match="rows are never"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.skipif("connection.vendor != 'sqlite'")
@pytest.mark.parametrize("table", ["audit_event", "audit_change", "sample_thing"])
def test_sqlite_replaces_no_row_unseen(table: str) -> None:
    made()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_sqlite_replaces_no_row_that_shares_another_key(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    insertion = storing._insertion

    def replacing(model: Any, names: tuple[str, ...]) -> str:
        return insertion(model, names).replace("INSERT", "INSERT OR REPLACE", 1)

    monkeypatch.setattr(storing, "_insertion", replacing)
    before = User.objects.get(username="ada").pk
    with pytest.raises(DatabaseError), audit.act("thing.made", by=BY, subject=("sample.thing", "x")):
        User(username="ada", display_name="Another").save()
    assert User.objects.get(username="ada").pk == before


def test_an_act_that_fails_leaves_nothing() -> None:
    thing, events = made(), Event.objects.count()
    with pytest.raises(ZeroDivisionError), audit.act("thing.changed", by=BY, subject=thing):
        thing.name = "Second"
        thing.save()
        raise ZeroDivisionError
    thing.refresh_from_db()
    assert (thing.name, thing.audit_ver, Event.objects.count()) == ("First", 1, events)


def test_nothing_is_left_when_the_event_can_not_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    thing = made()
    monkeypatch.setattr("audit.storing.knowing", Mock(side_effect=OSError))
    with pytest.raises(OSError), audit.act("thing.changed", by=BY, subject=thing):
        thing.name = "Second"
        thing.save()
    assert Thing.objects.get(pk=thing.pk).name == "First"
    assert thing.audit_ver == 1


def test_two_who_read_the_same_version_can_not_both_write() -> None:
    thing = made()
    other = Thing.objects.get(pk=thing.pk)
    with audit.act("thing.changed", by=BY, subject=thing):
        thing.name = "Second"
        thing.save()
    with pytest.raises(Stale), audit.act("thing.changed", by=BY, subject=other):
        other.name = "Third"
        other.save()


def test_faults_of_the_program_are_named() -> None:
    thing = made()
    with pytest.raises(audit.UnknownAct), audit.act("thing.eaten", by=BY, subject=thing):
        pass
    with (
        pytest.raises(audit.NestedAct),
        audit.act("thing.changed", by=BY, subject=thing),
        audit.act("thing.changed", by=BY, subject=thing),
    ):
        pass
    with pytest.raises(audit.NothingChanged), audit.act("thing.changed", by=BY, subject=thing):
        pass
    with pytest.raises(AuditError), audit.act("thing.made", by=BY, subject=thing, log_id=uuid7()):
        Thing(name="Of another log").save()


def test_some_acts_change_nothing_and_refusals_are_told() -> None:
    thing = made()
    with audit.act("thing.seen", by=BY, subject=thing):
        pass
    assert last_event()["changes"]["n"] == 0
    audit.refused("thing.changed", by=BY, subject=("sample.thing", thing.pk), reason="not yours")
    assert selectors.events(audit.SYSTEM_LOG, limit=1)[0].sentence == "was refused: thing.changed: not yours"


def test_many_rows_are_one_act() -> None:
    things = [Thing(name=f"Thing {i}") for i in range(50)]
    with audit.act("thing.made", by=BY, subject=things[0]):
        Thing.objects.bulk_create(things)
    with audit.act("thing.changed", by=BY, subject=things[0]):
        for thing in things:
            thing.name += "!"
        Thing.objects.bulk_update(things, ["name"])
    assert last_event()["changes"]["n"] == 50
    assert Thing.objects.filter(name__endswith="!", audit_ver=2).count() == 50


def test_every_event_waits_for_its_seal() -> None:
    made()
    assert Pending.objects.filter(event_id=Event.objects.latest("id").pk).exists()


def test_the_check_names_a_guard_that_is_missing() -> None:
    from audit import checks, guards

    assert checks.guards_are_installed(databases=["default"]) == []
    name, table = next(g for g in guards.installed(connection) if g[1] == "audit_event")
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{name}"' + (f' ON "{table}"' if connection.vendor == "postgresql" else ""))
    found = checks.guards_are_installed(databases=["default"])
    guards.install(connection)
    assert name in found[0].msg


def test_a_stored_event_takes_no_further_change() -> None:
    thing = made()
    event = Event.objects.latest("id")
    line = Change.objects.get(obj_id=thing.pk)
    with pytest.raises(DatabaseError, match="event"), transaction.atomic():
        Change.objects.create(
            event=event, n=7, obj_type="sample.thing", obj_id=thing.pk, obj_ver=2, body=line.body, leaf=line.leaf
        )


def test_a_tile_only_grows() -> None:
    tile = Tile.objects.create(log_id=uuid7(), level=0, idx=0, data=b"a" * 64)
    tile.data = b"a" * 64 + b"b" * 32
    tile.save()
    for wrong in (b"a" * 32, b"c" + b"a" * 127):
        with pytest.raises(DatabaseError), transaction.atomic():
            Tile.objects.filter(pk=tile.pk).update(data=wrong)
    with pytest.raises(DatabaseError), transaction.atomic():
        tile.delete()
    Tile.objects.filter(pk=tile.pk).update(data=bytes(tile.data) + b"d" * (8192 - 96))
    with pytest.raises(DatabaseError), transaction.atomic():
        Tile.objects.filter(pk=tile.pk).update(data=bytes(8192) + b"d")


def test_a_name_is_erased_and_never_exchanged() -> None:
    made()
    actor = Actor.objects.filter(ref=BY.ref)
    with pytest.raises(DatabaseError), transaction.atomic():
        actor.update(display="Somebody else")
    with pytest.raises(DatabaseError), transaction.atomic():
        actor.delete()
    assert actor.update(display=None, email=None) == 1


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_a_row_with_many_changes_is_guarded_by_a_look_at_the_last_one() -> None:
    thing = made()

    def looked_at() -> int:
        """How many lines the next change of the thing makes the database fetch."""
        fetched = "SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'audit_change'"
        with connection.cursor() as cursor:
            before = cursor.execute(fetched).fetchone()[0]
            with audit.act("thing.changed", by=BY, subject=thing):
                thing.name += "!"
                thing.save()
            return cursor.execute(fetched).fetchone()[0] - before

    first = looked_at()
    for _ in range(20):
        looked_at()
    assert looked_at() == first


def test_a_database_without_any_guard_is_not_taken_for_a_fresh_one() -> None:
    from audit import checks, guards

    guards.remove(connection)
    found = checks.guards_are_installed(databases=["default"])
    call_command("audit_guards", stdout=io.StringIO())
    assert "audit_guards" in found[0].hint
    assert checks.guards_are_installed(databases=["default"]) == []
