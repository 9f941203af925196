"""The commands of this app's rows."""

from __future__ import annotations

from monitoring.models import Alarm, FeedbackLoop, Incident, OperationReview, Signal, UpdateDecision
from monitoring.services import alarms, incidents, operation, readings, reviews, signals, updates
from monitoring.views import readers
from projects.models import Project
from projects.views.commands import Command
from projects.views.readers import nothing, texts

COMMANDS = {
    "propose-signal": Command(signals.propose, Project, "project", readers.signal, "The signal is drafted."),
    "change-signal": Command(signals.change, Signal, "signal", readers.change, "Changed, as a new version."),
    "add-signal-rule": Command(signals.add_rule, Signal, "signal", readers.rule, "The rule is added."),
    "drop-signal-rule": Command(signals.drop_rule, Signal, "signal", readers.dropped_rule, "The rule is gone."),
    "activate-signal": Command(signals.activate, Signal, "signal", nothing, "The signal is watched from now on."),
    "retire-signal": Command(signals.retire, Signal, "signal", texts("reason"), "The signal is retired."),
    "confirm-signal-check": Command(
        signals.confirm_check, Signal, "signal", texts("finding"), "The comparison is recorded."
    ),
    "deliver-reading": Command(readings.deliver, Signal, "signal", readers.readings, "The value is recorded."),
    "acknowledge-alarm": Command(alarms.acknowledge, Alarm, "alarm", texts("note"), "You have acknowledged it."),
    "close-alarm": Command(alarms.close, Alarm, "alarm", texts("reason"), "The alarm is closed."),
    "open-incident": Command(incidents.open_one, Project, "project", readers.incident, "The incident is open."),
    "acknowledge-incident": Command(
        incidents.acknowledge, Incident, "incident", nothing, "You have taken the incident on."
    ),
    "add-to-incident": Command(incidents.add, Incident, "incident", readers.amended, "Added."),
    "explain-incident": Command(
        incidents.explain, Incident, "incident", texts("cause", "root_cause"), "The cause is recorded."
    ),
    "resolve-incident": Command(incidents.resolve, Incident, "incident", readers.resolution, "Resolved."),
    "close-incident": Command(
        incidents.close, Incident, "incident", texts("prevention", "affected_persons"), "The incident is closed."
    ),
    "set-monitoring-terms": Command(operation.set_terms, Project, "project", readers.terms, "The terms are set."),
    "record-external-event": Command(
        operation.record_event, Project, "project", readers.external_event, "It is in the calendar."
    ),
    "record-system-update": Command(
        operation.record_update, Project, "project", readers.system_update,
        "Recorded; its signals are marked, and a task asks to compare them.",
    ),
    "record-loop": Command(operation.record_loop, Project, "project", readers.loop, "The loop is listed."),
    "change-loop": Command(operation.change_loop, FeedbackLoop, "loop", readers.changed_loop, "Changed."),
    "ask-review": Command(reviews.ask, Project, "project", readers.review, "The review is open."),
    "decide-review": Command(
        reviews.decide, OperationReview, "review", texts("decision", "reason"), "The review is decided."
    ),
    "observe-release": Command(reviews.observe, Project, "project", texts("served"), "The release is watched closely."),
    "ask-update": Command(updates.ask, Project, "project", texts("trigger"), "A decision is asked for."),
    "decide-update": Command(updates.decide, UpdateDecision, "update", readers.weighing, "Decided."),
}  # fmt: skip
