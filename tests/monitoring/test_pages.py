"""What the pages of monitoring show, and what they cost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from monitoring.models import Alarm, Signal
from monitoring.services import incidents, operation, readings
from tests.cast import Cast
from tests.monitoring import made

BASE = "/projects/churn/monitoring"


def get(cast: Cast, path: str, who: str = "mara") -> str:
    client = Client()
    client.force_login(cast.actors[who].user)
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def fill(cast: Cast, count: int) -> None:
    """`count` more of everything the pages list."""
    for number in range(count):
        key = f"s-{Signal.objects.count()}"
        signal = made.active(cast, key, group=["data", "performance"][number % 2], interval_minutes=60)
        for segment in ("", "north"):
            made.deliver(cast, signal, "0.95", "0.85", segment=segment)
        for environment in ("validation", "test"):
            row = made.reading("0.9", environment=environment, lower="0.8", upper="1")
            readings.deliver(signal=signal, readings=[row], by=cast.pipeline)
        operation.record_event(
            project=cast.project, kind="market", title=f"Event {key}", happened_on=timezone.localdate(), by=cast.enzo,
            starts_review=True,
        )  # fmt: skip
        operation.record_update(
            project=cast.project, title=f"Update {key}", what="It.", happened_at=timezone.now(), signals=[key],
            by=cast.enzo,
        )  # fmt: skip


def test_the_board_shows_each_group_and_filters(cast: Cast) -> None:
    assert "No signal yet" in get(cast, BASE)
    for group in ("data", "output", "performance", "business", "technical", "availability", "feedback"):
        made.active(cast, f"of-{group}", group=group)
    page = get(cast, BASE)
    for label in ("Input data", "Predictions", "Business", "Technical", "Availability", "Feedback"):
        assert f">{label}</th>" in page
    assert page.count("No data") >= 7
    only = get(cast, f"{BASE}?group=technical")
    assert ("Of technical" in only, "Of business" in only) == (True, False)


def test_a_signal_is_shown_with_band_threshold_and_the_event_at_its_date(cast: Cast) -> None:
    signal = made.active(cast)
    rows = [made.reading("0.95", timedelta(days=n), lower="0.9", upper="0.99") for n in (9, 6, 3, 0)]
    readings.deliver(signal=signal, readings=rows, by=cast.pipeline)
    operation.record_event(
        project=cast.project, kind="regulation", title="New law", by=cast.enzo,
        happened_on=timezone.localdate() - timedelta(days=4),
    )  # fmt: skip
    page = get(cast, f"{BASE}/signals/recall-live")
    assert '<polygon class="band' in page
    assert '<line class="level"' in page
    assert '<line class="mark"' in page
    assert "New law" in page
    assert page.count('<td class="number">0.95</td>') >= 4


def test_a_signal_shows_its_metric_in_every_environment(cast: Cast) -> None:
    signal = made.drafted(cast)
    for environment in ("validation", "test", "production-like", "operation"):
        row = made.reading("0.9", environment=environment)
        readings.deliver(signal=signal, readings=[row], by=cast.pipeline)
    page = get(cast, f"{BASE}/signals/recall-live")
    assert all(name in page for name in ("Validation", "Blind test", "Production-like", "Operation"))


def test_a_forecast_is_a_line_of_its_own(cast: Cast) -> None:
    signal = made.drafted(cast, "retention", group="business")
    rows = [made.reading("0.9"), made.reading("0.8", timedelta(days=-30), kind="forecast")]
    readings.deliver(signal=signal, readings=rows, by=cast.pipeline)
    page = get(cast, f"{BASE}/signals/retention?range=quarter")
    assert "forecast" in page
    assert page.count('class="swatch chart"') == 2


def test_an_alarm_shows_the_response_plan_and_recent_changes(cast: Cast) -> None:
    signal = made.active(cast, response_plan="Fall back to the rules.")
    operation.record_update(
        project=cast.project, title="New scanner", what="A newer one.", happened_at=timezone.now(),
        signals=["recall-live"], by=cast.enzo,
    )  # fmt: skip
    made.deliver(cast, signal, "0.5")
    page = get(cast, f"{BASE}/alarms/{Alarm.objects.get().pk}")
    assert "Fall back to the rules." in page
    assert "recorded the system update “New scanner”" in page


def test_the_site_page_lists_what_is_open_in_visible_projects_alone(cast: Cast) -> None:
    made.deliver(cast, made.active(cast), "0.5")
    assert "Churn" in get(cast, "/monitoring")
    assert "Churn" in get(cast, "/monitoring", "ada")
    assert "Churn" not in get(cast, "/monitoring", "otto")


@pytest.mark.parametrize("path", ["", "/alarms", "/incidents", "/reviews", "/surroundings", "/signals/s-0"])
def test_few_rows_and_many_need_the_same_queries(cast: Cast, path: str) -> None:
    fill(cast, 2)
    client = Client()
    client.force_login(cast.mara.user)

    def cost() -> int:
        client.get(BASE + path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(BASE + path).status_code == 200
        return len(queries)

    few = cost()
    fill(cast, 4)
    assert cost() == few


def test_an_incident_page_costs_the_same_with_many_changes_before(cast: Cast) -> None:
    fill(cast, 1)
    incident = incidents.open_one(project=cast.project, title="Slow", kind="technical", severity="low", by=cast.enzo)
    client = Client()
    client.force_login(cast.enzo.user)
    url = f"{BASE}/incidents/{incident.number}"
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    fill(cast, 3)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(few) == len(many)


@pytest.mark.parametrize("path", ["/signals/none", "/incidents/99", "/alarms/00000000-0000-7000-8000-000000000009"])
def test_what_does_not_exist_is_not_found(cast: Cast, path: str) -> None:
    client = Client()
    client.force_login(cast.mara.user)
    assert client.get(BASE + path).status_code == 404


def test_strange_ranges_and_filters_do_no_harm(cast: Cast) -> None:
    made.active(cast)
    for query in ("range=forever", "environment=space", "range=all"):
        get(cast, f"{BASE}/signals/recall-live?{query}")
    get(cast, f"{BASE}/alarms?state=strange")
    get(cast, f"{BASE}/incidents?state=strange")
