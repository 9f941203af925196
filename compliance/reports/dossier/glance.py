"""The first page: where the project stands, in pictures and two small tables."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from catalogue.definitions import of
from compliance.documents.blocks import Block, Callout, Figure, Section, Table
from compliance.documents.kinds import Context
from compliance.documents.writing import DASH, cell, number, said, table
from compliance.documents.writing import text as column
from compliance.reports.dossier import criteria
from projects import page_selectors
from projects.models import Criterion, CriterionVersion, Decision, Iteration, Measurement, Phase, Risk
from ui import charts

Standing = tuple[Criterion, CriterionVersion, Measurement | None]


def section(context: Context) -> Section:
    project = context.project
    warnings = tuple(Callout(warning) for warning in of(project.catalogue).warnings(project.answers))
    standing = standing_of(context)
    measured = [each for each in standing if each[2]]
    blocks: tuple[Block, ...] = (*warnings, loop(context), _gates(context), _criteria(standing))
    blocks += (bars(measured),) if measured else ()
    return Section("glance", "At a glance", (*blocks, matrix_of(context)))


def loop(context: Context) -> Figure:
    phases = [charts.LoopPhase(p.number, p.name, p.state, p.get_state_display()) for p in context.rows(Phase)]
    back = [(i.from_phase, i.to_phase) for i in context.rows(Iteration) if i.from_phase]
    told = "; ".join(f"{phase.number} {phase.name}: {phase.state_label}" for phase in phases)
    return Figure(charts.printed(charts.loop(phases, back)), "The phases, and the ways back", f"Phases. {told}")


def _gates(context: Context) -> Table:
    decided: dict[str, list[Decision]] = {}
    for decision in context.rows(Decision):
        decided.setdefault(decision.gate.name, []).append(decision)
    rows = [
        [name, cell(d.get_outcome_display(), d, status="good" if d.outcome == "pass" else "warn"),
         d.decided_at.date(), d.iteration]
        for name, decisions in decided.items()
        for d in decisions
    ]  # fmt: skip
    columns = [column("Gate", 4), "Outcome", "Decided", number("Iteration")]
    return table("Gates", columns, rows, "No gate was decided.")


def standing_of(context: Context) -> list[Standing]:
    """Criteria that are in force, with the value each is judged by."""
    current = criteria.current_values(context)
    return [
        (criterion, version, current.get(version.pk))
        for criterion in context.rows(Criterion)
        for version in criteria.in_order(criterion)
        if version.state == CriterionVersion.State.APPROVED
    ]


def _criteria(standing: list[Standing]) -> Table:
    rows = [
        [
            cell(criterion.name, version), criterion.get_level_display(), criteria.target(version),
            cell(value.value, value) if value else DASH, value.get_environment_display() if value else DASH,
            criteria.verdict(version, value) if value else cell("not measured", status="warn"),
        ]
        for criterion, version, value in standing
    ]  # fmt: skip
    columns = [column("Criterion", 4), "Level", column("Target", 3), number("Value", 2), "Where", "Verdict"]
    return table("Success criteria, as they stand", columns, rows, "No criterion is approved.")


def bars(measured: list[Standing]) -> Figure:
    targets = [
        (c.name, charts.Target(Decimal(said(m.value)), v.threshold, v.is_reached_by(m.value), v.upper, v.floor))
        for c, v, m in measured
        if m
    ]
    told = "; ".join(f"{name}: {target.value:f}, {'met' if target.is_met else 'missed'}" for name, target in targets)
    return Figure(charts.printed(charts.target_bars(targets)), "Values against targets", f"Values. {told}")


def matrix_of(context: Context) -> Figure:
    rated = Counter((r.severity, r.likelihood) for r in context.rows(Risk) if r.rating is not None)
    told = ", ".join(f"{count} {severity} and {likelihood}" for (severity, likelihood), count in sorted(rated.items()))
    chart = page_selectors.matrix(rated, of(context.project.catalogue).rating)
    return Figure(charts.printed(chart), "Rated risks", f"Risks by severity and likelihood: {told or 'none'}", 90)
