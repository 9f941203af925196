"""The risk loop: rate, treat, rate again, and close or accept with a signature (CRISP-ML(Q), figure 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone

from audit.ids import uuid7
from catalogue.definitions import of
from crispmlq.errors import Conflict, Invalid
from policies import selectors as policies
from projects import access
from projects.gates import policy
from projects.models import Phase, QAMethod, Risk, RiskRating
from projects.models.items import Likelihood, Severity
from projects.services.doing import Doing, doing, require_known, required_text
from projects.services.phases import require_not_in_review, task_of
from projects.states import require_move

if TYPE_CHECKING:
    from accounts.actors import Actor


def rate(
    *, risk: Risk, severity: str, likelihood: str, by: Actor, reason: str = "", expected: int | None = None
) -> Risk:
    """Judge a risk: closed at or below the limit, else rated and waiting for a QA method or a signature.

    Raises:
        Invalid: unknown severity or likelihood, or no reason to depart from what stands: the last rating, or before the
            first one what the process expects. PhaseClosed: its gate is being judged.
    """
    with doing("risk.rated", by=by, on=risk, right="rate risks", reason=reason, expected=expected) as now:
        stands = (now.row.severity or now.row.default_severity, now.row.likelihood or now.row.default_likelihood)
        if (severity, likelihood) != stands:
            required_text(reason, "reason", f"Say why it is not {stands[0]} and {stands[1]}, as it stands.")
        _rate_all(now, [now.row], severity, likelihood, reason, by)
        return now.row


def rate_many(*, phase: Phase, keys: list[str], severity: str, likelihood: str, by: Actor, reason: str) -> list[Risk]:
    """Judge several risks of one phase alike, in one act.

    Raises:
        Invalid: a key is unknown in the phase. And as `rate`.
    """
    reason = required_text(reason, "reason", "Say why they are judged alike.")
    with doing("risks.rated", by=by, on=phase, right="rate risks", reason=reason) as now:
        require_known(keys, phase.risk_set.values_list("key", flat=True), f"a risk of {phase}")
        risks = list(phase.risk_set.select_for_update().filter(key__in=keys))
        _rate_all(now, risks, severity, likelihood, reason, by)
        return risks


def accept(*, risk: Risk, reason: str, until: date, by: Actor, expected: int | None = None) -> Risk:
    """Sign that a residual risk above the limit is borne until a date.

    Raises:
        NoRight: the actor may not accept risks.
        Conflict: it was not rated after a QA method, or stands below the limit.
        Invalid: no reason, or a date that is not in the future.
    """
    reason = required_text(reason, "reason", "Say why the risk can be borne; the report prints it.")
    with doing("risk.accepted", by=by, on=risk, right="accept risks", reason=reason, expected=expected) as now:
        row = now.row
        require_not_in_review(row.phase, "accept a risk")
        require_move(row, Risk.State.ACCEPTED)
        if until <= timezone.localdate():
            raise Invalid("Choose a date in the future.", errors={"until": ["Choose a date in the future."]})
        last = row.ratings.last()
        if last is None or not last.is_residual:
            raise Conflict("Carry out a QA method and rate the risk again; only what remains after it can be accepted.")
        row.state, row.accepted_by_id, row.accepted_until = Risk.State.ACCEPTED, by.user.pk, until
        row.accepted_as = sorted(now.roles & access.RIGHTS["accept risks"][0])[0]
        row.acceptance_reason = reason
        row.save()
        return row


def add(
    *,
    phase: Phase,
    name: str,
    what_goes_wrong: str,
    category: str,
    severity: str,
    likelihood: str,
    by: Actor,
    task: str | None = None,
) -> Risk:
    """Add a risk of the project's own, with the severity and likelihood expected at first sight.

    Raises: Invalid: name, words, category or scale, or a `task` (key) that is none of the phase. PhaseClosed.
    """
    name = required_text(name, "name", "Give the risk a name.", 160)
    what = required_text(what_goes_wrong, "what_goes_wrong", "Say what would go wrong.")
    if category not in Risk.Category.values:
        raise Invalid("Choose a category.", errors={"category": [f"One of {', '.join(Risk.Category.values)}."]})
    _require_scale(severity, likelihood)
    with doing("risk.added", by=by, on=phase, right="rate risks") as now:
        require_not_in_review(now.row, "add a risk")
        risk = Risk(
            project=now.project, phase=now.row, key=f"own-{uuid7().hex[-12:]}", name=name, what_goes_wrong=what,
            category=category, default_severity=severity, default_likelihood=likelihood, is_own=True,
            task=task_of(now.row, task), position=phase.risk_set.count() + 1,
        )  # fmt: skip
        risk.save()
        now.act.subject = risk
        return risk


@dataclass(frozen=True)
class Entry:
    """A risk that follows from a record; `key` keeps it from being entered twice."""

    key: str
    phase: int
    name: str
    what_goes_wrong: str
    category: str
    severity: str
    likelihood: str


def enter(now: Doing, entry: Entry) -> None:
    """Put a risk into the register, to be rated, as part of the act that is going on; once for each key."""
    if Risk.objects.filter(project=now.project, key=entry.key).exists():
        return
    phase = now.project.phase_set.get(number=entry.phase)
    Risk(
        project=now.project, phase=phase, key=entry.key, name=entry.name[:160], what_goes_wrong=entry.what_goes_wrong,
        category=entry.category, default_severity=entry.severity, default_likelihood=entry.likelihood, is_own=True,
        position=phase.risk_set.count() + 1,
    ).save()  # fmt: skip


def _rate_all(now: Doing, risks: list[Risk], severity: str, likelihood: str, reason: str, by: Actor) -> None:
    _require_scale(severity, likelihood)
    rating = policy.rating(of(now.project.catalogue).rating, policies.in_force().values)
    value = rating.value(severity, likelihood)
    treated = _treated(now.project.pk, risks)
    judgements = []
    for risk in risks:
        require_not_in_review(risk.phase, "rate a risk")
        tolerable = rating.is_tolerable(severity, value, risk.pk in treated)
        state = Risk.State.CLOSED if tolerable else Risk.State.RATED
        require_move(risk, state)
        risk.state, risk.severity, risk.likelihood, risk.rating = state, severity, likelihood, value
        risk.rated_at = now.act.at
        risk.accepted_by, risk.accepted_until, risk.accepted_as, risk.acceptance_reason = None, None, "", ""
        judgements.append(
            RiskRating(
                project=now.project,
                risk=risk,
                severity=severity,
                likelihood=likelihood,
                rating=value,
                reason=reason,
                iteration=now.project.iteration,
                is_residual=risk.pk in treated,
                rated_by_id=by.user.pk,
                rated_at=now.act.at,
            )  # fmt: skip
        )
    RiskRating.objects.bulk_create(judgements)
    fields = "state severity likelihood rating rated_at accepted_by accepted_until accepted_as acceptance_reason"
    Risk.objects.bulk_update(risks, fields.split())


def _treated(project_id: UUID, risks: list[Risk]) -> set[UUID]:
    """Those rated before that an accepted QA method lowers: the next rating tells what remains."""
    methods = QAMethod.objects.filter(project_id=project_id, state=QAMethod.State.ACCEPTED)
    lowered = {key for keys in methods.values_list("mitigates", flat=True) for key in keys}
    return {risk.pk for risk in risks if risk.rated_at and risk.key in lowered}


def _require_scale(severity: str, likelihood: str) -> None:
    errors = {}
    if severity not in Severity.values:
        errors["severity"] = [f"One of {', '.join(Severity.values)}."]
    if likelihood not in Likelihood.values:
        errors["likelihood"] = [f"One of {', '.join(Likelihood.values)}."]
    if errors:
        raise Invalid("Choose severity and likelihood from the scale.", errors=errors)
