"""What reports and commands tell of operation."""

from __future__ import annotations

from decimal import Decimal

from django.core.management import call_command

from monitoring.models import Reading
from monitoring.services import incidents, updates
from tests import reported
from tests.cast import Cast
from tests.monitoring import made
from tests.monitoring.test_incidents import resolved


def test_the_dossier_sums_up_incidents_and_lists_decisions_with_costs(cast: Cast) -> None:
    made.active(cast)
    incidents.close(incident=resolved(cast, "low", "bad_query"), prevention="A test.", by=cast.enzo)
    update = updates.ask(project=cast.project, trigger="Recall sinks.", by=cast.enzo)
    weighing = updates.Weighing("keep", "Frozen.", Decimal(900), Decimal(5000), "EUR")
    updates.decide(update=update, weighing=weighing, by=cast.sven)
    document = reported.built(cast.project)
    [asked] = reported.table(document, "Update decisions")
    assert (asked["Update costs"], asked["Staying costs"]) == ("900 EUR", "5000 EUR")
    page = reported.page(document)
    for words in ("Recall sinks.", "900 EUR", "5000 EUR", "Bad query 1", "downtime 30 minutes", "at least 0.9"):
        assert words in page
    assert document == reported.built(cast.project)


def test_the_command_makes_the_index_anew(cast: Cast) -> None:
    made.deliver(cast, made.active(cast), "0.95", "0.96")
    Reading.objects.filter(n=0).update(value=0.1)
    call_command("readings_rebuild", verbosity=0)
    assert list(Reading.objects.values_list("value", flat=True)) == [0.95, 0.96]
