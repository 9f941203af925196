"""A pruned trail that was tampered with, and what does not pass for pruning."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, models
from django.utils import timezone

import audit
from audit import SYSTEM, guards, lines, pruning, sealing
from audit.models import Event, Log, Pruning, Tile
from projects.models import Project
from projects.services import retention
from tests import walk
from tests.audit.pruned import BASIS, findings, over
from tests.cast import Cast

pytestmark = pytest.mark.django_db


class TestTampering:
    """What the database's owner might do behind the application's back."""

    @pytest.fixture
    def unguarded(self, pruned: Pruning) -> Pruning:
        sealing.seal_all()
        guards.remove(connection)
        return pruned

    def test_a_hash_of_a_pruned_event_that_is_changed(self, unguarded: Pruning) -> None:
        tile = Tile.objects.get(log_id=unguarded.log_id, level=0, idx=0)
        Tile.objects.filter(pk=tile.pk).update(data=b"\0" * 32 + bytes(tile.data)[32:])
        assert {"V4", "S4"} <= findings(unguarded.log_id)

    def test_a_pruning_that_is_claimed_to_reach_further(self, unguarded: Pruning) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE audit_pruning SET events = events + 1")
        assert {"V4", "S2", "S3"} <= findings(unguarded.log_id)

    def test_events_deleted_without_a_pruning(self, cast: Cast) -> None:
        sealing.seal_all()
        guards.remove(connection)
        for doomed in pruning._doomed(cast.project.pk, 5):
            doomed.delete()
        assert {"V4", "S3", "S4"} <= findings(cast.project.pk)

    def test_a_pruning_whose_row_is_put_in_without_its_act(self, cast: Cast) -> None:
        sealing.seal_all()
        size = Log.objects.get(pk=cast.project.pk).size
        guards.remove(connection)
        row = Pruning(log_id=cast.project.pk, events=size - 1, kept_until="2020-01-01", basis="x", audit_ver=1)
        row.pruned_at = timezone.now()
        super(audit.governed.GovernedModel, row).save(force_insert=True)
        for doomed in pruning._doomed(cast.project.pk, size - 1):
            doomed.delete()
        assert {"V8", "S2"} <= findings(cast.project.pk)

    def test_a_row_changed_after_it_was_stated_anew(self, unguarded: Pruning) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE projects_task SET name = 'Another' WHERE key = 'define-scope'")
        assert findings(unguarded.log_id) == {"S2", "S5"}

    def test_a_row_deleted_after_it_was_stated_anew(self, unguarded: Pruning) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM projects_qamethod WHERE key = (SELECT min(key) FROM projects_qamethod)")
        assert findings(unguarded.log_id) == {"S2", "S5"}

    def test_a_pruned_event_that_is_put_back(self, cast: Cast) -> None:
        walk.approve_criteria(cast)
        sealing.seal_all()
        project = over(cast)
        sealing.seal_all()
        kept = Event.objects.filter(log_id=project.pk).values().first()
        retention.prune(project=project, basis=BASIS)
        sealing.seal_all()
        guards.remove(connection)
        Event(**kept).save(force_insert=True)
        assert "S3" in findings(project.pk)


class TestSignedByTheOperator:
    """What the holder of the key can write, and a verifier refuses all the same."""

    def test_a_pruning_before_its_date(self, cast: Cast) -> None:
        tomorrow = timezone.localdate() + timedelta(days=1)
        pruning.prune(log_id=cast.project.pk, kept_until=tomorrow, basis=BASIS, by=SYSTEM)
        assert findings(cast.project.pk) == {"V8"}

    def test_objects_stated_anew_in_another_act(self, cast: Cast) -> None:
        project = Project.objects.get(pk=cast.project.pk)
        with audit.act("project.changed", by=SYSTEM, subject=project) as deed:
            deed.restate([project])
            models.QuerySet(Project).bulk_update([project], ["audit_ver", "audit_head"])
        assert findings(project.pk) == {"V8"}

    def test_objects_stated_anew_otherwise(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        made = lines._shortened

        def twisted(row: Any, op: str, version: int, previous: bytes, changes: Any) -> Any:
            if op == "restate" and isinstance(row, Project):
                changes["name"][0] = "Another"
            return made(row, op, version, previous, changes)

        monkeypatch.setattr(lines, "_shortened", twisted)
        retention.prune(project=over(cast), basis=BASIS)
        assert findings(cast.project.pk) == {"V8"}
