"""Values arrive, one or ten thousand in a post; what the rules say of them follows in the same transaction."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from crispmlq.errors import Conflict, Invalid
from monitoring import index, values
from monitoring.models import Delivery, Signal
from monitoring.services import judging
from projects.services.doing import doing

if TYPE_CHECKING:
    from accounts.actors import Actor


def deliver(
    *, signal: Signal, readings: list[Any], by: Actor, control_expected: str = "", control_found: str = ""
) -> Delivery:
    """Store the values all together, and judge those that are newer than what is known.

    `readings` are rows as `monitoring.values` reads them; the control values are a hash or sum of the data the values
    were made from, as its sender and its receiver found it.

    Raises:
        Invalid: a row is wrong; `data["errors"]` names row and field, and nothing is stored.
        Conflict: the signal is retired.
    """
    found, errors = values.read(readings, timezone.now())
    if len(control_expected) > 128 or len(control_found) > 128:
        errors["control_expected"] = ["Use up to 128 characters."]
    if errors:
        raise Invalid("Nothing was stored: some readings are wrong.", errors=errors)
    text = values.as_text(found)
    with transaction.atomic():
        with doing("readings.delivered", by=by, on=signal, right="work") as now:
            if now.row.state == Signal.State.RETIRED:
                raise Conflict("This signal is retired and takes no more values.")
            delivery = Delivery(
                project=now.project, signal=now.row, readings=text, count=len(found),
                sha256=hashlib.sha256(text.encode()).hexdigest(), control_expected=control_expected.strip(),
                control_found=control_found.strip(), delivered_by_id=by.user.pk, delivered_at=now.act.at,
            )  # fmt: skip
            delivery.save()
            now.act.subject = delivery
            arrived = index.add(delivery, found)
        judging.judge(now.row, arrived, (delivery.control_expected, delivery.control_found))
        return delivery
