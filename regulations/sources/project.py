"""The project, its people and what they decided: system, duties, requirements, criteria, risks, approvals, changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from audit.canon import decimal_text
from catalogue.definitions import of
from monitoring.models import SystemUpdate, UpdateDecision
from projects.models import (
    Criterion,
    CriterionVersion,
    Decision,
    Iteration,
    Measurement,
    Membership,
    Project,
    QAMethod,
    Requirement,
    Risk,
    Waiver,
)
from regulations.records import Record
from regulations.sources.collecting import source
from regulations.sources.reading import Rows, lines, person, record, reference
from releases.models import Serving

DUTIES = {"data-owner": "data-owner", "operations-engineer": "operation"}  # of the roles of the process
RISK_STATUS = {"closed": "closed", "accepted": "accepted"}


@source("project")
def system(rows: Rows) -> Iterator[Record]:
    for project in rows.rows(Project):
        served = [s for s in reversed(rows.rows(Serving)) if s.model]
        versions = list(dict.fromkeys(str(serving.model) for serving in served))
        now = next((str(serving.model) for serving in reversed(served) if serving.until is None), "")
        yield record(
            "project", project, name=project.name, owner=person(project.created_by), version=now,
            previous_version=_before(versions, now), start_date=project.running_since or project.created_at,
        )  # fmt: skip


def _before(versions: list[str], now: str) -> str:
    earlier = [version for version in versions if version != now]
    return earlier[-1] if earlier else ""


@source("role-assignment")
def memberships(rows: Rows) -> Iterator[Record]:
    """People alone: who is an account of a machine holds no duty."""
    for membership in rows.rows(Membership):
        if membership.user.is_service or not membership.roles:
            continue
        names = of(membership.project.catalogue).roles
        for duty in dict.fromkeys(DUTIES.get(role, "project-work") for role in membership.roles):
            roles = [names[role] for role in membership.roles if DUTIES.get(role, "project-work") == duty]
            yield record(
                "role-assignment", membership, person=str(membership.user), duty=duty, authority=", ".join(roles)
            )


@source("requirement")
def requirements(rows: Rows) -> Iterator[Record]:
    for requirement in rows.rows(Requirement):
        yield record(
            "requirement", requirement, phase=requirement.phase.number, text=requirement.text,
            source="project" if requirement.is_own else "process", priority=requirement.kind, status=requirement.state,
        )  # fmt: skip


@source("success-criterion")
def criteria(rows: Rows) -> Iterator[Record]:
    """As it was approved last, or is proposed; with the newest value, whatever version it was measured for."""
    for criterion in rows.rows(Criterion):
        if not (versions := list(criterion.versions.all())):
            continue
        version = criterion.shown
        measured = [value for each in versions for value in each.measurements.all() if value.environment != "forecast"]
        newest = max(measured, key=lambda value: (value.measured_at, value.pk), default=None)
        yield record(
            "success-criterion", version, str(criterion), kind=criterion.level, metric=version.metric,
            threshold=threshold(version), direction=version.get_direction_display(), rationale=version.justification,
            set_on=version.approved_at, measured_value=_value(newest), verdict=_verdict(version, newest),
        )  # fmt: skip


def threshold(version: CriterionVersion) -> str:
    bounds = [decimal_text(each) for each in (version.threshold, version.upper) if each is not None]
    unit = "" if version.unit == "1" else f" {version.unit}"
    return f"{version.get_direction_display().lower()} {' and '.join(bounds)}{unit}"


def _value(measured: Measurement | None) -> str:
    return decimal_text(measured.value) if measured else ""


def _verdict(version: CriterionVersion, measured: Measurement | None) -> str:
    if measured is None:
        return "open"
    return "met" if version.is_reached_by(Decimal(measured.value)) else "not-met"


@source("risk")
def risks(rows: Rows) -> Iterator[Record]:
    methods = [m for m in rows.rows(QAMethod) if m.state != QAMethod.State.AVAILABLE]
    for risk in rows.rows(Risk):
        ratings = list(risk.ratings.all())
        residual = next((rating for rating in reversed(ratings) if rating.is_residual), None)
        treated = [f"{m.name} ({m.get_state_display().lower()})" for m in methods if risk.key in m.mitigates]
        yield record(
            "risk", risk, description=risk.what_goes_wrong, source=_origin(risk), phase=risk.phase.number,
            severity=risk.severity, likelihood=risk.likelihood, treatment="; ".join(treated),
            owner=person(risk.task.assignee) if risk.task else "",
            residual_severity=residual and residual.severity, residual_likelihood=residual and residual.likelihood,
            accepted_by=person(risk.accepted_by), reviewed_on=ratings[-1].rated_at if ratings else None,
            status=RISK_STATUS.get(risk.state, "open"),
        )  # fmt: skip


def _origin(risk: Risk) -> str:
    """What the project itself found in operation came from monitoring; the catalogue's risks did not."""
    if not risk.is_own:
        return "process"
    return "monitoring" if risk.phase.number == 6 else "project"


@source("approval")
def approvals(rows: Rows) -> Iterator[Record]:
    for decision in rows.rows(Decision):
        signed = [f"{each.signer} ({each.role})" for each in decision.evaluation.signatures.all()]
        waived = [_waived(w) for w in decision.gate.waivers.all() if _holds(w, decision.decided_at)]
        yield record(
            "approval", decision, phase=decision.gate.phase.number, decision=decision.get_outcome_display(),
            basis=decision.reason, decided_by=", ".join(signed) or person(decision.decided_by),
            decided_on=decision.decided_at, open_conditions="\n".join(filter(None, [decision.condition, *waived])),
        )  # fmt: skip


def _holds(waiver: Waiver, at: datetime) -> bool:
    return waiver.state == Waiver.State.GRANTED and waiver.decided_at <= at and waiver.expires_on >= at.date()


def _waived(waiver: Waiver) -> str:
    return f"Waived until {waiver.expires_on}: {waiver.check_key}"


@source("change")
def iterations(rows: Rows) -> Iterator[Record]:
    """Every further turn of the loop; the first is no change."""
    for iteration in rows.rows(Iteration):
        if iteration.number > 1:
            yield record(
                "change", iteration, description=f"{iteration.get_kind_display()}: {iteration.reason}",
                decided_by=person(iteration.opened_by), applied_on=iteration.opened_at,
            )  # fmt: skip


@source("change")
def updates(rows: Rows) -> Iterator[Record]:
    for update in rows.rows(UpdateDecision):
        if update.decision == UpdateDecision.Decision.UPDATE:
            yield record(
                "change", update, description=f"{update.get_approach_display() or 'Update'}: {update.trigger}",
                assessment=lines(("Reason", update.reason), ("Approach", update.approach_reason)),
                decided_by=person(update.decided_by), applied_on=update.decided_at,
            )  # fmt: skip


@source("change")
def beneath(rows: Rows) -> Iterator[Record]:
    """Changes of hardware or software beneath the model."""
    for update in rows.rows(SystemUpdate):
        yield record(
            "change", update, description=f"{update.title}: {update.what}", decided_by=person(update.recorded_by),
            applied_on=update.happened_at, to=(reference(update.task),),
        )  # fmt: skip
