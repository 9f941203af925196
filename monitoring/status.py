"""How a system in operation stands: its signals, incidents and reviews, and whether it can be trusted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from monitoring import plans, rules
from monitoring.models import (
    Alarm,
    Incident,
    MonitoringPlan,
    Observation,
    OperationReview,
    Series,
    Signal,
    UpdateDecision,
)
from projects.gates.facts import current_values
from projects.models import CriterionVersion

if TYPE_CHECKING:
    from projects.models import Project

GOOD, NO_DATA, VIOLATED, CHECK = "good", "no_data", "violated", "check"
LABELS = {
    GOOD: "Good", NO_DATA: "No data", VIOLATED: "Alarm", CHECK: "Compare", "draft": "Draft", "retired": "Retired",
}  # fmt: skip


@dataclass(frozen=True)
class SignalView:
    """A signal with its newest values where its rules are applied, and what is amiss."""

    signal: Signal
    series: list[Series]
    alarms: list[Alarm]
    is_silent: bool
    labels_overdue_since: datetime | None

    @property
    def total(self) -> Series | None:
        return next((one for one in self.series if not one.segment), None)

    @property
    def shown(self) -> Series | None:
        """The series to show first: the worst segment if one is amiss, else the total, else the first."""
        amiss = {alarm.segment for alarm in self.alarms}
        worst = next((one for one in self.series if one.segment and one.segment in amiss), None)
        return worst or self.total or next(iter(self.series), None)

    @property
    def last_at(self) -> datetime | None:
        return max((one.last_at for one in self.series if one.last_at), default=None)

    @property
    def state(self) -> str:
        if self.signal.state != Signal.State.ACTIVE:
            return self.signal.state
        if self.is_silent or not self.series:
            return NO_DATA
        if self.alarms:
            return VIOLATED
        return CHECK if self.signal.check_reason else GOOD

    @property
    def label(self) -> str:
        return LABELS[self.state]


@dataclass(frozen=True)
class Trust:
    """Trusted only when each statement holds."""

    statements: list[tuple[str, bool]]

    @property
    def is_trusted(self) -> bool:
        return all(holds for _, holds in self.statements)


def board(project: Project, now: datetime) -> list[SignalView]:
    """Every signal of the project; five queries."""
    signals = list(Signal.objects.filter(project=project).select_related("owner", "criterion"))
    series: dict[UUID, list[Series]] = defaultdict(list)
    for one in Series.objects.filter(signal__project=project, kind=Series.Kind.MEASURED):
        series[one.signal_id].append(one)
    alarms: dict[UUID, list[Alarm]] = defaultdict(list)
    for alarm in Alarm.objects.filter(project=project, state__in=Alarm.LIVE).select_related("incident"):
        alarms[alarm.signal_id].append(alarm)
    observation = Observation.objects.filter(project=project, review__state="open").first()
    plan = plans.of(project)
    return [_view(signal, series[signal.pk], alarms[signal.pk], observation, plan, now) for signal in signals]


def _view(
    signal: Signal, series: list[Series], alarms: list[Alarm], observation: Observation | None, plan: MonitoringPlan,
    now: datetime,
) -> SignalView:  # fmt: skip
    for alarm in alarms:
        alarm.signal = signal
    here = [one for one in series if one.environment == signal.environment]
    last = max((one.last_at for one in here if one.last_at), default=None)
    interval = signal.interval.total_seconds() if signal.interval else None
    if interval is not None and observation is not None:
        interval = min(interval, 60.0 * observation.interval_minutes)
    waited = (now - (last or signal.changed_at)).total_seconds()
    silent = signal.state == Signal.State.ACTIVE and bool(rules.is_silent(interval, waited))
    return SignalView(signal, here, alarms, silent, _labels_overdue(signal, last, plan, now))


def _labels_overdue(signal: Signal, last: datetime | None, plan: MonitoringPlan, now: datetime) -> datetime | None:
    """Since when labels that come late should have been here."""
    is_late = plan.ground_truth == MonitoringPlan.GroundTruth.LATE and plan.label_delay_days
    if not is_late or not signal.is_labelled or signal.state != Signal.State.ACTIVE:
        return None
    due = (last or signal.changed_at) + timedelta(days=plan.label_delay_days)
    return due if due < now else None


def findings(project: Project, now: datetime) -> list[str]:
    """What stands out, in sentences, to be written into a review; eight queries."""
    views = board(project, now)
    silent = [view.signal.name for view in views if view.state == NO_DATA]
    found = [f"No data: {', '.join(silent)}."] if silent else []
    found += [f"Alarm: {alarm}. {alarm.because}" for view in views for alarm in view.alarms]
    found += [
        f"Labels are overdue since {view.labels_overdue_since:%Y-%m-%d}: {view.signal}."
        for view in views
        if view.labels_overdue_since
    ]
    found += [
        f"{incident} missed its target times." for incident in Incident.objects.filter(project=project) if
        missed_target(incident, now)
    ]  # fmt: skip
    last = OperationReview.objects.filter(project=project, state="decided").order_by("-decided_at").first()
    kept = UpdateDecision.objects.filter(project=project, decision="keep")
    if last is not None:
        kept = kept.filter(decided_at__gte=last.decided_at)
    found += [
        f"{each}: the model was kept although staying costs {rules.shown(float(each.cost_of_staying))} and an update "
        f"{rules.shown(float(each.cost_of_update))}. Reason: {each.reason}"
        for each in kept
        if each.keeps_at_a_loss
    ]
    return [sentence[:500] for sentence in found]


def missed_target(incident: Incident, now: datetime) -> bool:
    """Whether it was acknowledged or resolved later than its targets, or would be by now."""
    acknowledged = (incident.acknowledged_at or now) > incident.respond_by
    return acknowledged or (incident.resolved_at or now) > incident.resolve_by


def trust(project: Project, views: list[SignalView], now: datetime) -> Trust:
    """The statement on what is served: criteria met, signals fresh, incidents in time, reviewed; nine queries."""
    versions = CriterionVersion.objects.filter(project=project, state=CriterionVersion.State.APPROVED)
    values = current_values(project)
    met = [v.pk in values and v.is_reached_by(values[v.pk].value) for v in versions]
    active = [view for view in views if view.signal.state == Signal.State.ACTIVE]
    fresh = [view for view in active if view.state != NO_DATA]
    overdue = [incident for incident in _open_incidents(project) if missed_target(incident, now)]
    reviews = OperationReview.objects.filter(project=project)
    late = reviews.filter(state="open", due_on__lt=now.date()).exists()
    reviewed = reviews.filter(state="decided").exists() or reviews.filter(state="open").exists()
    return Trust(
        [
            (f"{sum(met)} of {len(met)} criteria are met.", bool(met) and all(met)),
            (f"{len(fresh)} of {len(active)} signals are fresh.", bool(active) and len(fresh) == len(active)),
            (f"{len(overdue)} incidents are overdue.", not overdue),
            ("No review is past its date." if reviewed and not late else "A review is missing or past its date.",
             reviewed and not late),
        ]
    )  # fmt: skip


def _open_incidents(project: Project) -> list[Incident]:
    return list(Incident.objects.filter(project=project).exclude(state__in=["resolved", "closed"]))


def figures(project: Project, since: datetime | None = None) -> dict[str, Any]:
    """What incidents cost in time, over all or since a time; one query."""
    incidents = list(Incident.objects.filter(project=project))
    return figures_of([i for i in incidents if since is None or i.detected_at >= since])


def figures_of(incidents: list[Incident]) -> dict[str, Any]:
    """Numbers, and times in minutes, over these incidents."""
    resolved = [i for i in incidents if i.time_to_resolve is not None]
    by_cause: dict[str, int] = defaultdict(int)
    for incident in incidents:
        by_cause[incident.get_cause_display() or "Not known yet"] += 1
    severities = dict.fromkeys(incident.severity for incident in resolved)
    return {
        "incidents": len(incidents),
        "open": sum(not incident.is_over for incident in incidents),
        "downtime_minutes": sum(incident.downtime_minutes for incident in incidents),
        "minutes_to_detect": _mean([i.time_to_detect for i in incidents]),
        "minutes_to_resolve": _mean([i.time_to_resolve for i in resolved]),
        "worst_minutes_to_resolve": max((_minutes(i.time_to_resolve) for i in resolved), default=None),
        "minutes_to_resolve_by_severity": {
            severity: _mean([i.time_to_resolve for i in resolved if i.severity == severity]) for severity in severities
        },
        "by_cause": dict(sorted(by_cause.items())),
    }


def _mean(times: list[timedelta | None]) -> int | None:
    known = [time for time in times if time is not None]
    return _minutes(sum(known, timedelta()) / len(known)) if known else None


def _minutes(time: timedelta | None) -> int:
    return round(time.total_seconds() / 60) if time else 0
