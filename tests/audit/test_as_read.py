"""What a change is told to have been before is right, wherever the row that is saved came from."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import audit
from audit import verifying
from audit.models import Change, Event
from crispmlq.errors import Stale
from tests.audit.sample.models import Thing
from tests.audit.test_acts import BY, made
from tests.test_at_once import together

pytestmark = pytest.mark.django_db


def changed(thing: Thing, **values: Any) -> None:
    with audit.act("thing.changed", by=BY, subject=thing):
        for name, value in values.items():
            setattr(thing, name, value)
        thing.save(update_fields=list(values) or None)


def read(thing: Thing) -> Thing:
    return Thing.objects.get(pk=thing.pk)


def last_change(thing: Thing) -> dict[str, Any]:
    return json.loads(bytes(Change.objects.filter(obj_id=thing.pk).latest("obj_ver").body))["set"]


def test_a_row_that_was_read_is_not_read_again() -> None:
    thing = read(made())
    with CaptureQueriesContext(connection) as sent, audit.act("thing.changed", by=BY, subject=thing):
        thing.name = "Second"
        thing.save(update_fields=["name"])
    assert not [each for each in sent if each["sql"].startswith('SELECT "sample_thing"')]
    assert last_change(thing) == {"name": ["First", "Second"]}


def test_a_value_changed_in_place_is_told() -> None:
    thing = read(made(data={"a": [1]}))
    thing.data["a"].append(2)
    changed(thing)
    assert last_change(thing) == {"data": [{"a": [1]}, {"a": [1, 2]}]}
    assert read(thing).data == {"a": [1, 2]}


def fresh_after_save(thing: Thing) -> Thing:
    changed(thing, note="x")
    return thing


def refreshed(thing: Thing) -> Thing:
    changed(read(thing), name="Other")
    thing.refresh_from_db()
    return thing


def refreshed_in_part(thing: Thing) -> Thing:
    changed(read(thing), name="Other")
    thing.refresh_from_db(fields=["name", "audit_ver", "audit_head"])
    return thing


def of_a_failed_act(thing: Thing) -> Thing:
    row = read(thing)
    with pytest.raises(ZeroDivisionError), audit.act("thing.changed", by=BY, subject=row):
        row.note = "x"
        row.save()
        raise ZeroDivisionError
    return row


def of_bulk(thing: Thing) -> Thing:
    row = read(thing)
    with audit.act("thing.changed", by=BY, subject=row):
        row.name = "In bulk"
        Thing.objects.bulk_update([row], ["name"])
    return row


def through_a_relation(thing: Thing) -> Thing:
    child = made(other=thing)
    return Thing.objects.select_related("other").get(pk=child.pk).other


WAYS: list[Callable[[Thing], Thing]] = [
    lambda thing: thing,
    read,
    lambda thing: Thing.objects.only("name").get(pk=thing.pk),
    lambda thing: Thing.objects.defer("name").get(pk=thing.pk),
    lambda thing: Thing.objects.raw("SELECT * FROM sample_thing WHERE name = %s", [thing.name])[0],
    fresh_after_save,
    refreshed,
    refreshed_in_part,
    of_a_failed_act,
    of_bulk,
    through_a_relation,
]


@pytest.mark.parametrize("way", WAYS)
def test_the_line_says_what_the_database_had(way: Callable[[Thing], Thing]) -> None:
    thing = way(made())
    before = read(thing).name
    changed(thing, name="Last")
    assert last_change(thing)["name"] == [before, "Last"]
    assert read(thing).name == "Last"
    assert verifying.verify_state(audit.SYSTEM_LOG).findings == []


def test_two_changes_in_one_act_follow_each_other() -> None:
    thing = read(made())
    with audit.act("thing.changed", by=BY, subject=thing):
        for name in ("Second", "Third"):
            thing.name = name
            thing.save(update_fields=["name"])
    assert last_change(thing) == {"name": ["Second", "Third"]}
    assert thing.audit_ver == 3


def test_a_relation_may_be_named_by_its_column() -> None:
    thing, other = read(made()), made()
    with audit.act("thing.changed", by=BY, subject=thing):
        thing.other = other
        thing.save(update_fields=["other_id"])
    assert read(thing).other_id == other.pk
    assert verifying.verify_state(audit.SYSTEM_LOG).findings == []


@pytest.mark.parametrize("name", ["First", "Third"])
@pytest.mark.parametrize("only", [[], ["name", "audit_ver"], ["name", "audit_head"]])
def test_a_row_changed_meanwhile_is_stale(only: list[str], name: str) -> None:
    thing = made()
    late = Thing.objects.only(*only).get(pk=thing.pk) if only else read(thing)
    changed(thing, name="Second")
    with pytest.raises(Stale) as refusal:
        changed(late, name=name)
    assert refusal.value.data["current"] == 2
    assert read(thing).name == "Second"


def test_a_version_that_was_taken_back_is_not_taken_for_another_of_the_same_number() -> None:
    thing, seen = made(), []
    with pytest.raises(ZeroDivisionError), audit.act("thing.changed", by=BY, subject=thing):
        thing.name = "Never"
        thing.save()
        seen += [read(thing), read(thing)]
        raise ZeroDivisionError
    changed(read(thing), name="Second")
    with pytest.raises(Stale):
        changed(seen[0], note="x")
    with pytest.raises(Stale), audit.act("thing.changed", by=BY, subject=thing):
        seen[1].note = "x"
        Thing.objects.bulk_update(seen, ["note"])
    assert read(thing).name == "Second"


def test_a_stale_row_leaves_nothing_half_written() -> None:
    thing, other = made(), made()
    late = read(thing)
    changed(thing, name="Second")
    with audit.act("thing.changed", by=BY, subject=other):
        late.name = "Third"
        with pytest.raises(Stale):
            late.save()
        other.name = "Other"
        other.save()
    assert verifying.verify_state(audit.SYSTEM_LOG).findings == []
    assert Change.objects.filter(event=Event.objects.latest("id").uid).count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_many_writers_without_a_lock_each_version_is_one_event_and_they_come_in_order() -> None:
    thing = made()

    def write() -> int:
        done = 0
        for number in range(12):
            row = read(thing)
            try:
                changed(row, name=f"Name {number}", note=row.note + "x")
            except Stale:
                continue
            done += 1
        return done

    written = sum(together(*[write] * 4))
    told = Change.objects.filter(obj_id=thing.pk).order_by("event__id")
    assert [change.obj_ver for change in told] == list(range(1, written + 2))
    assert read(thing).note == "x" * written
    assert verifying.verify_state(audit.SYSTEM_LOG).findings == []
