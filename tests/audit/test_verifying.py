"""Verification on the server: whatever is changed behind the application's back is found and named."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from audit import SYSTEM_LOG, guards, sealing, verifying
from audit.models import Change, Checkpoint, Entry, Event, Log, Pending, Private, Seal, Tile
from projects.models import Criterion, Project, Task
from tests import walk
from tests.cast import Cast


@pytest.fixture
def sealed(cast: Cast) -> Cast:
    """A sealed trail whose guards the owner of the database has taken away."""
    walk.approve_criteria(cast)
    sealing.seal_all()
    guards.remove(connection)
    return cast


def found_in(cast: Cast, check: str) -> list[str]:
    verdict = verifying.verify_state(cast.project.pk)
    return [finding.message for finding in verdict.findings if finding.check == check]


def run(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def key_of(pk: Any) -> Any:
    return pk if connection.vendor == "postgresql" else pk.hex


def test_an_untouched_database_is_good(cast: Cast) -> None:
    walk.approve_criteria(cast)
    for log_id in (cast.project.pk, SYSTEM_LOG):
        assert verifying.verify(log_id).is_good
    assert verifying.verify_state().findings == []
    checked = {each.partition(":")[0] for each in verifying.verify_state(cast.project.pk).checked}
    assert checked >= {"S1", "S2", "S3", "S4", "S5"}  # apps may check more


def rename_a_task(cast: Cast) -> None:
    run("UPDATE projects_task SET name = 'Another' WHERE key = 'define-scope'")


def set_a_threshold(cast: Cast) -> None:
    run("UPDATE projects_criterionversion SET threshold = 0.1")


def set_a_version_back(cast: Cast) -> None:
    run("UPDATE projects_project SET audit_ver = audit_ver - 1 WHERE id = %s", key_of(cast.project.pk))


def delete_a_row(cast: Cast) -> None:
    run("DELETE FROM projects_qamethod WHERE key = (SELECT min(key) FROM projects_qamethod)")


def insert_a_row(cast: Cast) -> None:
    task = Task.objects.get(key="define-scope")
    columns = [f.column for f in Task._meta.concrete_fields if f.name not in {"id", "key"}]
    listed = ", ".join(f'"{column}"' for column in columns)
    run(
        f'INSERT INTO projects_task (id, key, {listed}) SELECT %s, \'mine\', {listed} FROM projects_task WHERE id = %s',
        key_of(cast.mara.user.pk), key_of(task.pk),
    )  # fmt: skip


@pytest.mark.parametrize("change", [rename_a_task, set_a_threshold, set_a_version_back, delete_a_row, insert_a_row])
def test_a_row_changed_behind_the_application_is_named(sealed: Cast, change: Callable[[Cast], None]) -> None:
    assert found_in(sealed, "S2") == []
    change(sealed)
    assert len(found_in(sealed, "S2")) == 1 + 2 * (change is set_a_threshold)
    assert verifying.verify(sealed.project.pk).is_good  # the trail itself was not touched


def test_a_name_of_the_system_log_is_compared_with_its_commitment(sealed: Cast) -> None:
    run("UPDATE accounts_user SET display_name = 'Marie' WHERE username = 'mara'")
    assert len([f for f in verifying.verify_state().findings if f.check == "S2"]) == 1


@pytest.mark.parametrize(
    ("column", "value"), [("act", "risk.accepted"), ("at", "2020-01-01 00:00:00+00:00"), ("request_id", "0" * 32)]
)
def test_a_column_that_differs_from_its_body_is_named(sealed: Cast, column: str, value: str) -> None:
    event = Event.objects.filter(log_id=sealed.project.pk).latest("id")
    run(f"UPDATE audit_event SET {column} = %s WHERE id = %s", value, event.pk)
    assert found_in(sealed, "S1") == [f"The columns of event {event.uid} are not what its body says."]


def test_a_column_of_a_change_is_compared_as_well(sealed: Cast) -> None:
    change = Change.objects.filter(event__log_id=sealed.project.pk).latest("id")
    run("UPDATE audit_change SET obj_ver = 99 WHERE id = %s", change.pk)
    assert len(found_in(sealed, "S1")) == 1


def test_an_event_that_neither_waits_nor_has_a_place_is_named(sealed: Cast) -> None:
    entry = Entry.objects.filter(log_id=sealed.project.pk).latest("seq")
    Entry.objects.filter(pk=entry.pk).delete()
    assert len(found_in(sealed, "S3")) == 1
    Entry.objects.bulk_create([entry])
    Pending.objects.create(event_id=entry.event_id)
    assert len(found_in(sealed, "S3")) == 1


def test_an_event_that_is_gone_is_named_by_its_place(sealed: Cast) -> None:
    event = Event.objects.filter(log_id=sealed.project.pk).latest("id")
    Change.objects.filter(event=event.uid).delete()
    Event.objects.filter(pk=event.pk).delete()
    assert "is gone" in found_in(sealed, "S3")[0]
    assert not verifying.verify(sealed.project.pk).is_good


def test_a_changed_event_leads_to_another_tree(sealed: Cast) -> None:
    event = Event.objects.filter(log_id=sealed.project.pk).latest("id")
    body = json.loads(bytes(event.body)) | {"act": "risk.accepted"}
    Event.objects.filter(pk=event.pk).update(body=verifying.lines.canonical(body), act="risk.accepted")
    assert len(found_in(sealed, "S4")) == 2  # another head, and other hashes than those stored
    assert verifying.verify(sealed.project.pk).findings[0].check == "V4"


def other_tile(cast: Cast) -> None:
    tile = Tile.objects.get(log_id=cast.project.pk, level=0)
    Tile.objects.filter(pk=tile.pk).update(data=bytes(32) + bytes(tile.data)[32:])


def other_root(cast: Cast) -> None:
    Log.objects.filter(pk=cast.project.pk).update(root=bytes(32))


def no_checkpoint(cast: Cast) -> None:
    Checkpoint.objects.filter(log_id=cast.project.pk).delete()


def other_heads(cast: Cast) -> None:
    seal = Seal.objects.latest("n")
    Seal.objects.filter(pk=seal.pk).update(heads=seal.heads.replace(" 1", " 2", 1))


@pytest.mark.parametrize("change", [other_tile, other_root, no_checkpoint, other_heads])
def test_a_tree_that_is_not_what_the_events_give_is_named(sealed: Cast, change: Callable[[Cast], None]) -> None:
    change(sealed)
    assert found_in(sealed, "S4") != []


def test_every_guard_that_is_missing_is_named(cast: Cast) -> None:
    sealing.seal_all()
    assert found_in(cast, "S5") == []
    guards.remove(connection)
    told = found_in(cast, "S5")
    assert len(told) == verifying.MOST_FINDINGS + 1
    assert told[-1] == f"And {len(guards.missing(connection)) - verifying.MOST_FINDINGS} more."


def test_a_private_value_taken_away_is_found_by_the_bundle(sealed: Cast) -> None:
    value = Private.objects.filter(path="/subject").latest("id")
    Private.objects.filter(pk=value.pk).update(value=None, salt=None)
    assert verifying.verify(sealed.project.pk).findings[0].check == "V9"


def test_nothing_else_of_the_project_is_looked_at_for_another(sealed: Cast) -> None:
    assert Project.objects.count() == 1
    assert Criterion.objects.count() == 3
    rename_a_task(sealed)
    assert verifying.verify_state(SYSTEM_LOG).findings == [
        finding for finding in verifying.verify_state(SYSTEM_LOG).findings if finding.check == "S5"
    ]
