"""Values arrive whole or not at all, and the index says what the deliveries say."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit import verifying
from audit.models import Event
from crispmlq.errors import Invalid
from monitoring import index, values
from monitoring.models import Alarm, Delivery, Reading, Series
from monitoring.services import readings
from projects.services import holds
from tests.cast import Cast
from tests.monitoring import made


def test_ten_thousand_values_are_one_event_and_one_change(cast: Cast) -> None:
    signal = made.active(cast)
    before = Event.objects.count()
    delivery = made.deliver(cast, signal, *["0.95"] * 10_000)
    assert (Event.objects.count() - before, delivery.count, Reading.objects.count()) == (1, 10_000, 10_000)
    assert delivery.sha256 == hashlib.sha256(delivery.readings.encode()).hexdigest()
    assert Series.objects.get().count == 10_000


def test_more_than_ten_thousand_are_refused(cast: Cast) -> None:
    signal = made.drafted(cast)
    with pytest.raises(Invalid):
        made.deliver(cast, signal, *["1"] * 10_001)
    with pytest.raises(Invalid):
        readings.deliver(signal=signal, readings=[], by=cast.pipeline)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"value": "NaN"}, "value"),
        ({"value": None}, "value"),
        ({"value": "1.2345678901234567"}, "value"),
        ({"value": True}, "value"),
        ({"environment": ""}, "environment"),
        ({"environment": "space"}, "environment"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-11-20T10:00:00"}, "at"),
        ({"at": (timezone.now() + timedelta(days=2)).isoformat()}, "at"),
        ({"lower": "0.96"}, "value"),
        ({"kind": "guess"}, "kind"),
        ({"count": -1}, "count"),
        ({"segment": "x" * 81}, "segment"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_one_wrong_row_is_named_and_nothing_is_stored(cast: Cast, row: dict[str, Any], field: str) -> None:
    signal = made.active(cast)
    rows = [made.reading("0.95"), {**made.reading("0.95"), **row}]
    before = Event.objects.count()
    with pytest.raises(Invalid) as refusal:
        readings.deliver(signal=signal, readings=rows, by=cast.pipeline)
    assert list(refusal.value.errors) == [f"1.{field}"]
    assert (Delivery.objects.count(), Reading.objects.count(), Series.objects.count()) == (0, 0, 0)
    assert Event.objects.count() == before


def test_a_value_without_environment_is_refused(cast: Cast) -> None:
    row = made.reading("0.95")
    del row["environment"]
    with pytest.raises(Invalid) as refusal:
        readings.deliver(signal=made.drafted(cast), readings=[row], by=cast.pipeline)
    assert "0.environment" in refusal.value.errors


def test_a_forecast_may_lie_ahead_and_raises_no_alarm(cast: Cast) -> None:
    signal = made.active(cast)
    row = made.reading("0.1", timedelta(days=-30), kind="forecast")
    readings.deliver(signal=signal, readings=[row], by=cast.pipeline)
    assert not Alarm.objects.exists()
    assert Series.objects.get().kind == "forecast"


def test_values_that_come_late_are_kept_but_not_judged(cast: Cast) -> None:
    signal = made.active(cast)
    made.deliver(cast, signal, "0.95")
    row = made.reading("0.1", timedelta(days=3))
    readings.deliver(signal=signal, readings=[row], by=cast.pipeline)
    assert not Alarm.objects.exists()
    assert Series.objects.get().count == 2
    assert Series.objects.get().values == [0.95]


def test_a_float_gives_back_every_number_that_is_taken(cast: Cast) -> None:
    signal = made.drafted(cast)
    made.deliver(cast, signal, "0.123456789012345", "123456789012345", "-0.000001", "1e5")
    assert [str(each) for each in Reading.objects.all()] == [
        "0.123456789012345", "123456789012345", "-1e-06", "100000",
    ]  # fmt: skip


def test_end_users_deliver_nothing_and_strangers_see_nothing(cast: Cast) -> None:
    from crispmlq.errors import NotAllowed, NotFound

    signal = made.drafted(cast)
    for who, refusal in ((cast.ursel, NotAllowed), (cast.otto, NotFound), (cast.ada, NotAllowed)):
        with pytest.raises(refusal):
            readings.deliver(signal=signal, readings=[made.reading("1")], by=who)
    assert not Delivery.objects.exists()


def test_a_project_on_hold_takes_no_values(cast: Cast) -> None:
    from projects.access import ProjectFrozen

    signal = made.drafted(cast)
    holds.hold(project=cast.project, reason="Data.", condition="Data is there.", by=cast.sven)
    with pytest.raises(ProjectFrozen):
        made.deliver(cast, signal, "1")


def found(cast: Cast) -> list[str]:
    verdict = verifying.verify_state(cast.project.pk)
    return [finding.message for finding in verdict.findings if finding.check == "S6"]


def test_verification_compares_values_with_their_deliveries(cast: Cast) -> None:
    made.deliver(cast, made.active(cast), "0.95", "0.96", "0.97")
    assert found(cast) == []
    Reading.objects.filter(n=1).update(value=0.99)
    assert len(found(cast)) == 1
    assert "Value 1" in found(cast)[0]


def test_a_value_that_is_gone_is_found_and_rebuilding_mends_it(cast: Cast) -> None:
    made.deliver(cast, made.active(cast), "0.95", "0.96", "0.97", segment="north")
    kept = list(Series.objects.values_list("environment", "segment", "count", "last_at", "recent"))
    Reading.objects.filter(n=2)._raw_delete(using="default")
    assert "2 are found" in found(cast)[0]
    assert index.rebuild(cast.project.pk) == 3
    assert found(cast) == []
    assert list(Series.objects.values_list("environment", "segment", "count", "last_at", "recent")) == kept


def test_the_index_refuses_to_lose_rows(cast: Cast) -> None:
    made.deliver(cast, made.active(cast), "0.95")
    with pytest.raises(TypeError):
        Reading.objects.all().delete()


def test_a_delivery_can_not_be_changed_behind_the_back(cast: Cast) -> None:
    from django.db import DatabaseError, connection, transaction

    made.deliver(cast, made.active(cast), "0.95")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE monitoring_delivery SET readings = '[]'")


def test_what_is_kept_reads_back_as_it_came() -> None:
    rows = [
        {"value": "0.9", "at": "2026-11-24T10:00:00Z", "environment": "test"},
        {"value": 1, "at": "2026-11-24T10:00:00.123+01:00", "environment": "operation", "segment": "a", "count": 5,
         "lower": "0.5", "upper": "1.5", "kind": "forecast"},
    ]  # fmt: skip
    found, errors = values.read(rows, timezone.now())
    assert errors == {}
    assert list(values.of_text(values.as_text(found))) == found
