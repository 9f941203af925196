"""Measured values, pushed by machines or typed by people. Never edited: a correction is a new measurement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils import timezone

from crispmlq.errors import Conflict, Invalid
from projects.models import Criterion, CriterionVersion, Measurement, Phase, Project
from projects.services.criteria import is_storable
from projects.services.doing import doing

if TYPE_CHECKING:
    from accounts.actors import Actor

CLOCK_TOLERANCE = timedelta(minutes=5)
# What apps above this one ask of a value before it is stored: functions that raise Invalid.
CHECKS: list[Callable[[Project, Reading], None]] = []


def register_check(check: Callable[[Project, Reading], None]) -> None:
    """Have `check(project, reading)` asked of every value, inside the act."""
    CHECKS.append(check)


@dataclass(frozen=True)
class Reading:
    """One value with its confidence interval, in the criterion's own unit."""

    value: Decimal
    unit: str
    environment: str
    measured_at: datetime
    lower: Decimal | None = None
    upper: Decimal | None = None
    subject_version: str = ""  # of the model that was measured, `<artefact>@<version>`
    dataset: str = ""  # on which it was measured, likewise
    note: str = ""


class FactsFrozen(Conflict):
    code, title = "facts_frozen", "Facts are frozen"


def record(*, criterion: Criterion, reading: Reading, by: Actor) -> Measurement:
    """Store a value of the criterion's approved version.

    Raises:
        Invalid: NaN, infinity, another unit, an unknown environment, a value outside its interval, a time in the future
            or before the criterion was approved.
        Conflict: no version is approved.
        FactsFrozen: the gate that judges this environment is submitted.
    """
    with doing("measurement.recorded", by=by, on=criterion, right="work") as now:
        version = now.row.versions.filter(state=CriterionVersion.State.APPROVED).first()
        if version is None:
            raise Conflict("No version of this criterion is approved yet; approve one before you measure against it.")
        _require_sound(reading, version)
        for check in CHECKS:
            check(now.project, reading)
        phase = now.project.phase_set.get(number=Measurement.PHASE_OF[reading.environment])
        if phase.state == Phase.State.IN_REVIEW:
            raise FactsFrozen(f"The gate of {phase} is being judged on frozen facts; no value can be added meanwhile.")
        measurement = Measurement(
            project=now.project, version=version, value=reading.value, lower=reading.lower, upper=reading.upper,
            environment=reading.environment, iteration=now.project.iteration, measured_at=reading.measured_at,
            recorded_at=now.act.at, recorded_by_id=by.user.pk, by_machine=by.is_machine,
            subject_version=reading.subject_version, dataset=reading.dataset, note=reading.note,
        )  # fmt: skip
        measurement.save()
        return measurement


def _require_sound(reading: Reading, version: CriterionVersion) -> None:
    errors: dict[str, list[str]] = {}
    for name in ("value", "lower", "upper"):
        number = getattr(reading, name)
        if number is not None and not is_storable(number):
            errors[name] = ["Give a finite number with at most 18 digits before and 12 after the point."]
    for name in ("subject_version", "dataset"):
        if len(getattr(reading, name)) > 200:
            errors[name] = ["Use up to 200 characters."]
    if reading.unit != version.unit:
        errors["unit"] = [f"This criterion is measured in “{version.unit}”, not in “{reading.unit}”."]
    if reading.environment not in Measurement.Environment.values:
        errors["environment"] = [f"One of {', '.join(Measurement.Environment.values)}."]
    if reading.measured_at > timezone.now() + CLOCK_TOLERANCE:
        errors["measured_at"] = ["This lies in the future."]
    elif reading.measured_at < version.approved_at:
        errors["measured_at"] = ["The criterion was approved after this time; only later values count."]
    if not errors and not (
        (reading.lower is None or reading.lower <= reading.value)
        and (reading.upper is None or reading.value <= reading.upper)
    ):
        errors["value"] = ["The value lies outside its own interval."]
    if errors:
        raise Invalid("This value can not be recorded.", errors=errors)
