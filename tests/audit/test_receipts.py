"""A receipt holds the trail to an event that is not sealed yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from audit import bundle, guards, keys, receipts
from audit.models import Change, Event, Pending, Private
from audit.standalone import verify_bundle as v
from projects.services import projects
from tests.cast import Cast


def checked(cast: Cast, folder: Path, *held: tuple[str, str]) -> v.Result:
    bundle.write(cast.project.pk, folder / "b.zip")
    return v.Verifier(v.Bundle(folder / "b.zip"), keys.published()[:1], [], list(held)).run()


def test_the_event_of_a_receipt_is_found_in_the_trail(cast: Cast, tmp_path: Path) -> None:
    projects.change(project=cast.project, name="New", by=cast.mara)
    note = receipts.receipt(Event.objects.latest("id"))
    assert any("receipt mine.txt" in line for line in checked(cast, tmp_path, ("mine.txt", note)).done)


def test_an_act_dropped_before_its_seal_is_missed_by_who_holds_its_receipt(
    cast: Cast, tmp_path: Path, django_db_blocker: Any
) -> None:
    from django.db import connection

    projects.change(project=cast.project, name="New", by=cast.mara)
    event = Event.objects.latest("id")
    note = receipts.receipt(event)
    guards.remove(connection)
    change = Change.objects.get(event=event.uid)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE projects_project SET name = 'Churn', audit_ver = audit_ver - 1 WHERE slug = 'churn'")
    for found in (
        Private.objects.filter(event_uid=event.uid),
        Change.objects.filter(pk=change.pk),
        Pending.objects.filter(event_id=event.pk),
        Event.objects.filter(pk=event.pk),
    ):
        found.delete()
    assert checked(cast, tmp_path).outside == []  # nobody else notices
    with pytest.raises(v.Tampered) as missed:
        checked(cast, tmp_path, ("mine.txt", note))
    assert (missed.value.check, missed.value.file) == ("V10", "mine.txt")


def test_a_receipt_of_somebody_else_is_none(cast: Cast, tmp_path: Path) -> None:
    note = receipts.receipt(Event.objects.filter(log_id=cast.project.pk).latest("id"))
    for wrong in (note.replace("crispmlq/receipt", "crispmlq/reccipt"), "nonsense"):
        with pytest.raises(v.Tampered, match="no receipt"):
            checked(cast, tmp_path, ("mine.txt", wrong))


def test_it_is_given_by_the_api_to_who_may_see_the_project(api: Any, cast: Cast) -> None:
    event = Event.objects.filter(log_id=cast.project.pk).latest("id")
    answer = api("ada", "get", f"events/{event.uid}/receipt")
    assert answer.content.decode() == receipts.receipt(event)
    assert api("otto", "get", f"events/{event.uid}/receipt").status_code == 404
    assert api("ada", "get", f"events/{cast.project.pk}/receipt").status_code == 404
