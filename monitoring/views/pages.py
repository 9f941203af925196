"""Pages that show."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from crispmlq.errors import NotFound
from monitoring import changes, history, metrics, plans, rules, serving, status, upstream
from monitoring.models import (
    Alarm,
    Environment,
    ExternalEvent,
    FeedbackLoop,
    Incident,
    MonitoringPlan,
    Observation,
    OperationReview,
    Series,
    Signal,
    SystemUpdate,
    UpdateDecision,
)
from monitoring.services import incidents as incident_service
from projects import access, page_selectors
from projects.models import Project, QAMethod
from projects.models.items import Likelihood, Severity
from projects.views.pages import show
from ui import lines

PAGE = 100


@require_safe
def site(request: HttpRequest) -> HttpResponse:
    """Every project one may see that is watched, with what is open; four queries."""
    projects = access.visible(request.actor)
    now = timezone.now()
    watched = projects.annotate(
        active=Count("signal_set", filter=Q(signal_set__state="active"), distinct=True),
    ).filter(Q(active__gt=0) | Q(state="in_operation"))  # fmt: skip
    live = Q(state__in=Alarm.LIVE)
    alarms = dict(
        Alarm.objects.filter(live, project__in=watched).order_by().values_list("project").annotate(Count("pk"))
    )
    open_ones = Incident.objects.filter(project__in=watched).exclude(state__in=["resolved", "closed"])
    overdue: dict[UUID, list[Incident]] = {}
    for incident in open_ones:
        overdue.setdefault(incident.project_id, []).append(incident)
    silent = Alarm.objects.filter(live, project__in=watched, rule__kind="silence").order_by()
    quiet = dict(silent.values_list("project").annotate(Count("pk")))
    rows = [
        {
            "project": project, "alarms": alarms.get(project.pk, 0), "incidents": overdue.get(project.pk, []),
            "overdue": sum(incident_service.is_overdue(i, now) for i in overdue.get(project.pk, [])),
            "silent": quiet.get(project.pk, 0),
        }
        for project in watched
    ]  # fmt: skip
    return render(request, "monitoring/site.html", {"rows": rows, "section": "monitoring"})


@require_safe
def board(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    now = timezone.now()
    everything = status.board(project, now)
    group, state = request.GET.get("group", ""), request.GET.get("state", "")
    shown = [v for v in everything if (not group or v.signal.group == group) and (not state or v.state == state)]
    groups = [(key, label, [_row(v) for v in shown if v.signal.group == key]) for key, label in Signal.Group.choices]
    return _show(
        request, "board", project, part="board", groups=[row for row in groups if row[2]], chosen_group=group,
        chosen_state=state, count=len(shown), total=len(everything), labels=status.LABELS,
        all_groups=[(*choice, sum(v.signal.group == choice[0] for v in everything)) for choice in Signal.Group.choices],
        upstream=upstream.incidents_above(project, request.actor), trust=status.trust(project, everything, now),
        served=serving.current(project), **_choices(project),
    )  # fmt: skip


def _row(view: status.SignalView) -> dict[str, Any]:
    shown = view.shown
    said = f"{view.signal.name}: {len(shown.recent)} newest values" if shown else ""
    spark = lines.sparkline(shown.values[-30:], said) if shown else ""
    return {"view": view, "spark": spark, "point": shown.last if shown else None, "series": shown}


@require_safe
def signal(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    found = _signal(project, key)
    series = list(found.series.all())
    wanted = request.GET.get("range", "month")
    wanted = wanted if wanted in history.RANGES else "month"
    environment = request.GET.get("environment", found.environment)
    here = [one for one in series if one.environment == environment]
    over = history.span(here, wanted)
    found_buckets = history.buckets(here[: history.MOST_LINES], over)
    drawn = history.lines(here, found_buckets)
    marks = history.marks(project, over)
    picture = lines.over_time(
        f"{found.name} over time, {len(drawn)} lines", drawn, history.levels(found), marks, since=over.since,
        until=over.until,
    )  # fmt: skip
    view = next(v for v in status.board(project, timezone.now()) if v.signal.pk == found.pk)
    return _show(
        request, "signal", project, part="board", signal=found, view=view, picture=picture, lines=drawn,
        ranges=history.RANGES, chosen_range=wanted, environment=environment, marks=marks,
        environments=[choice for choice in Environment.choices if choice[0] in {one.environment for one in series}],
        stages=history.stages(found, series), series=here,
        table=[(one, found_buckets.get(one.pk, [])[-40:][::-1]) for one in here[: history.MOST_LINES]],
        rules=[(rule, rules.said(rule), rules.REACTIONS[rule["reaction"]]) for rule in found.rules],
        kinds=[(name, kind.label) for name, kind in rules.KINDS.items()], reactions=rules.REACTIONS.items(),
        alarms=found.alarms.select_related("incident", "task")[:20],
        deliveries=found.deliveries.select_related("delivered_by").defer("readings").order_by("-delivered_at")[:10],
        others=Signal.objects.filter(project=project).exclude(pk=found.pk), **_choices(project),
    )  # fmt: skip


@require_safe
def alarms(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    chosen = request.GET.get("state", "live")
    found = Alarm.objects.filter(project=project).select_related("signal", "incident", "task")
    if chosen != "all":
        found = found.filter(state__in=Alarm.LIVE if chosen == "live" else [chosen])
    return _show(
        request, "alarms", project, part="alarms", alarms=found[:PAGE], chosen_state=chosen,
        states=[("live", "Open or acknowledged"), *Alarm.State.choices, ("all", "All")],
    )  # fmt: skip


@require_safe
def alarm(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    rows = Alarm.objects.filter(project=project, pk=pk)
    found = rows.select_related("signal__owner", "incident", "task", "acknowledged_by", "closed_by").first()
    if found is None:
        raise NotFound("There is no such alarm in this project.")
    return _show(
        request, "alarm", project, part="alarms", alarm=found, rule_said=rules.said(found.rule),
        reaction=rules.REACTIONS[found.reaction], recent=changes.before(project, found.raised_at),
        updates=found.update_decisions.all(), affected=upstream.marked_by(found.signal),
    )  # fmt: skip


@require_safe
def incidents(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    now = timezone.now()
    found = Incident.objects.filter(project=project).select_related("assignee")
    chosen = request.GET.get("state", "")
    if chosen in Incident.State.values:
        found = found.filter(state=chosen)
    rows = [(incident, incident_service.is_overdue(incident, now)) for incident in found[:PAGE]]
    return _show(
        request, "incidents", project, part="incidents", rows=rows, states=Incident.State.choices, chosen_state=chosen,
        figures=status.figures(project), upstream=upstream.incidents_above(project, request.actor), **_choices(project),
    )  # fmt: skip


@require_safe
def incident(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    rows = Incident.objects.filter(project=project, number=number)
    found = rows.select_related("assignee", "labelled_signal").first()
    if found is None:
        raise NotFound("There is no such incident in this project.")
    now = timezone.now()
    return _show(
        request, "incident", project, part="incidents", incident=found, alarms=found.alarms.select_related("signal"),
        is_overdue=incident_service.is_overdue(found, now), missed=status.missed_target(found, now),
        recent=changes.before(project, found.started_at),
        moved=history.moved(project, found.started_at, found.detected_at),
        is_severe=found.severity in incident_service.SEVERE, plan=plans.of(project),
        downstream=upstream.projects_below(project), **_choices(project),
    )  # fmt: skip


@require_safe
def reviews(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    found = list(OperationReview.objects.filter(project=project).select_related("decided_by", "observation"))
    updates = list(UpdateDecision.objects.filter(project=project).select_related("alarm__signal", "decided_by"))
    return _show(
        request, "reviews", project, part="reviews",
        open_reviews=[review for review in found if review.state == "open"][::-1],
        decided_reviews=[review for review in found if review.state == "decided"],
        open_updates=[update for update in updates if update.state == "open"],
        decided_updates=[update for update in updates if update.state == "decided"],
        review_decisions=OperationReview.Decision.choices, update_decisions=UpdateDecision.Decision.choices,
        approaches=UpdateDecision.Approach.choices, findings=status.findings(project, timezone.now()),
        observation=Observation.objects.filter(project=project, review__state="open").first(),
        today=timezone.localdate(), now=timezone.now(),
    )  # fmt: skip


@require_safe
def surroundings(request: HttpRequest, slug: str) -> HttpResponse:
    project = access.project_for(request.actor, slug)
    loops = FeedbackLoop.objects.filter(project=project).select_related("indicator", "owner", "limits_by")
    return _show(
        request, "surroundings", project, part="surroundings", plan=plans.of(project), loops=loops,
        uses=MonitoringPlan.Use.choices, ground_truths=MonitoringPlan.GroundTruth.choices,
        loop_answers=MonitoringPlan.Loops.choices, loop_kinds=FeedbackLoop.Kind.choices,
        events=ExternalEvent.objects.filter(project=project).select_related("recorded_by")[:PAGE],
        event_kinds=ExternalEvent.Kind.choices,
        updates=SystemUpdate.objects.filter(project=project).select_related("task", "recorded_by")[:PAGE],
        likelihoods=Likelihood.choices, methods=QAMethod.objects.filter(project=project, phase__number=6),
        targets=[(severity, *hours) for severity, hours in plans.TARGETS[plans.of(project).use].items()],
        **_choices(project),
    )  # fmt: skip


def _show(request: HttpRequest, name: str, project: Project, **context: Any) -> HttpResponse:
    return show(request, f"monitoring/{name}.html", project, tab="monitoring", **context)


def _choices(project: Project) -> dict[str, Any]:
    """What several forms offer."""
    return {
        "signals": Signal.objects.filter(project=project), "members": page_selectors.members(project),
        "all_environments": Environment.choices, "signal_groups": Signal.Group.choices,
        "criteria": project.criterion_set.all(), "artefacts": project.artefact_set.all(),
        "metrics": metrics.METRICS, "severities": Severity.choices, "incident_kinds": Incident.Kind.choices,
        "causes": Incident.Cause.choices, "series_kinds": Series.Kind.choices,
    }  # fmt: skip


def _signal(project: Project, key: str) -> Signal:
    found = Signal.objects.filter(project=project, key=key).select_related("owner", "criterion", "watches").first()
    if found is None:
        raise NotFound("There is no such signal in this project.")
    found.project = project
    return found
