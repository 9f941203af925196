"""The system in operation: incidents with their figures, update decisions, reviews and signals."""

from __future__ import annotations

from compliance.documents.blocks import Section, Table
from compliance.documents.kinds import Context
from compliance.documents.writing import cell, number, paragraph, table
from compliance.documents.writing import text as column
from monitoring import rules, status
from monitoring.models import Incident, OperationReview, Signal, UpdateDecision


def section(context: Context) -> Section:
    found = context.rows(Incident)
    blocks = (
        paragraph(_figures(found), *found),
        _incidents(found),
        _updates(context),
        _reviews(context),
        _signals(context),
    )
    return Section("operation", "Operation", blocks)


def _figures(incidents: list[Incident]) -> str:
    figures = status.figures_of(incidents)
    downtime = f"downtime {figures['downtime_minutes']} minutes in all"
    parts = [f"{figures['incidents']} incidents, {figures['open']} open; {downtime}"]
    if figures["minutes_to_detect"] is not None:
        parts.append(f"mean time to detect {figures['minutes_to_detect']} minutes")
    if figures["minutes_to_resolve"] is not None:
        worst = figures["worst_minutes_to_resolve"]
        parts.append(f"to resolve {figures['minutes_to_resolve']} minutes on average, {worst} at worst")
    causes = ", ".join(f"{cause} {count}" for cause, count in figures["by_cause"].items())
    return "; ".join(parts) + "." + (f" By cause: {causes}." if causes else "")


def _incidents(incidents: list[Incident]) -> Table:
    rows = [
        [
            cell(i.number, i), i.title, i.affected_persons, i.get_severity_display(), i.get_state_display(),
            i.get_cause_display(), i.downtime_minutes,
        ]
        for i in incidents
    ]  # fmt: skip
    columns = [
        number("Incident"), column("What", 4), "Affected persons", "Severity", "State", "Cause",
        number("Downtime, min"),
    ]  # fmt: skip
    return table("Incidents", columns, rows, "No incident was recorded.")


def _updates(context: Context) -> Table:
    rows = [
        [
            cell(u.trigger, u), u.get_decision_display() or "open", f"{cell(u.cost_of_update).text} {u.cost_unit}",
            f"{cell(u.cost_of_staying).text} {u.cost_unit}", u.reason,
        ]
        for u in context.rows(UpdateDecision)
    ]  # fmt: skip
    columns = [column("Trigger", 3), "Decision", number("Update costs", 2), number("Staying costs", 2), "Reason"]
    return table("Update decisions", columns, rows, "No update was asked for.")


def _reviews(context: Context) -> Table:
    rows = [
        [
            cell(f"{r.number}. {r.occasion}", r), r.due_on, r.get_decision_display() or "open",
            "\n".join(filter(None, [r.reason, *r.findings])),
        ]
        for r in context.rows(OperationReview)
    ]  # fmt: skip
    columns = [column("Review", 3), "Due", "Decision", column("Reason and findings", 6)]
    return table("Reviews of operation", columns, rows, "No review was held.")


def _signals(context: Context) -> Table:
    rows = [
        [
            cell(f"{s.name}, version {s.version}", s), s.get_group_display(), s.get_state_display(),
            "; ".join(map(rules.said, s.rules)), s.owner,
        ]
        for s in context.rows(Signal)
    ]  # fmt: skip
    columns = [column("Signal", 3), "Group", "State", column("Wanted", 4), "Owner"]
    return table("Signals", columns, rows, "Nothing is watched.")
