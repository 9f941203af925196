"""A whole life of one project by services, in chapters: released, watched, in trouble, made anew, released again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from django.utils import timezone

from catalogue.definitions import of
from monitoring.models import Alarm, Incident, OperationReview, Signal
from monitoring.services import alarms, incidents, readings, reviews, updates, watching
from projects.services import iterations
from tests import walk
from tests.cast import Cast

SECOND = "v2"


def chapters() -> Iterator[tuple[str, Callable[[Cast], None]]]:
    """Each with its title, in the order they are lived through; *churn* was created and started before."""
    for number in range(1, 6):
        yield f"Gate {number}", lambda cast, number=number: walk.pass_gate(cast, number)
    yield "The first release", roll_out
    yield "An incident", suffer
    yield "A way back", go_back
    for number in range(1, 6):
        yield f"Gate {number} again", lambda cast, number=number: pass_again(cast, number)
    yield "The second release", roll_out
    yield "All is well again", recover
    yield "Gate 6", lambda cast: walk.pass_gate(cast, 6, SECOND)


def roll_out(cast: Cast) -> None:
    walk.roll_out(cast)
    walk.deliver(cast)
    watching.watch()


def suffer(cast: Cast) -> None:
    """Too low a value raises an alarm, the alarm an incident, and its cause asks for an update."""
    row = {"value": "0.4", "at": timezone.now().isoformat(), "environment": "operation"}
    readings.deliver(signal=Signal.objects.get(key="live-recall"), readings=[row], by=cast.pipeline)
    alarm = Alarm.objects.get()
    alarms.acknowledge(alarm=alarm, by=cast.enzo)
    incidents.acknowledge(incident=alarm.incident, by=cast.enzo)
    incidents.explain(
        incident=alarm.incident, cause="population", root_cause="Younger customers leave earlier.", by=cast.enzo
    )
    updates.ask(project=cast.project, trigger="Incident 1: recall is too low.", by=cast.enzo)


def go_back(cast: Cast) -> None:
    """An update is dear, but staying is dearer."""
    [asked] = cast.project.updatedecision_set.all()
    weighing = updates.Weighing(
        "update", "Lost customers cost more.", cost_of_update=Decimal(900), cost_of_staying=Decimal(4000),
        cost_unit="EUR", approach="retraining", cost_of_labels=Decimal(50),
    )  # fmt: skip
    updates.decide(update=asked, weighing=weighing, by=cast.sven)
    iterations.begin_update(project=cast.project, reason="As decided on incident 1.", by=cast.mara)


def pass_again(cast: Cast, number: int) -> None:
    """With data and model of a second version; now there is an earlier one to fall back to."""
    if number == 5:
        kind = of(cast.project.catalogue).document_kinds["fallback-plan-document"]
        plan = walk.values_for(kind, SECOND) | {"option": "previous-version", "target": walk.MODEL}
        walk.accept_document(cast, kind.key, plan, reason="The first version can be served again.")
    walk.pass_gate(cast, number, SECOND)


def recover(cast: Cast) -> None:
    """The incident and every review are closed."""
    incident = incidents.resolve(
        incident=Incident.objects.get(), course_of_action="Trained on younger customers too.", by=cast.enzo
    )
    incidents.close(
        incident=incident, prevention="A signal on the ages of customers.", affected_persons="None.", by=cast.enzo
    )
    for review in OperationReview.objects.filter(project=cast.project, state="open").order_by("number"):
        reviews.decide(review=review, decision="keep", reason="As good as planned.", by=cast.sven)
