"""Success criteria: every version with its target, and every value that was measured."""

from __future__ import annotations

from compliance.documents.blocks import Block, Callout, NotRecorded, Section, Text
from compliance.documents.kinds import Context
from compliance.documents.writing import DASH, cell, number, paragraph, said, table
from compliance.documents.writing import text as column
from projects import bounds
from projects.gates import facts
from projects.models import Criterion, CriterionVersion, Iteration, Measurement, Phase


def section(context: Context) -> Section:
    current = current_values(context)
    versions = [(c, v) for c in context.rows(Criterion) for v in in_order(c)]
    blocks = tuple(_version(context, c, v, current.get(v.pk)) for c, v in versions)
    return Section("criteria", "Success criteria", blocks or (NotRecorded("No criterion is recorded."),))


def current_values(context: Context) -> dict[object, Measurement]:
    """Criterion version -> the value it is judged by."""
    return facts.current_among(context.rows(Measurement), context.rows(Iteration), context.rows(Phase))


def in_order(criterion: Criterion) -> list[CriterionVersion]:
    return sorted(criterion.versions.all(), key=lambda version: version.number)


def target(version: CriterionVersion) -> str:
    """What is demanded, with its unit: `at least 0.9 EUR`."""
    wanted = f"{version.get_direction_display()} {said(version.threshold)}"
    if version.upper is not None:
        wanted = f"between {said(version.threshold)} and {said(version.upper)}"
    return (wanted if version.unit == "1" else f"{wanted} {version.unit}").lower()


def verdict(version: CriterionVersion, measured: Measurement, *rows: Measurement) -> Text:
    is_met = version.is_reached_by(measured.value)
    return cell("met" if is_met else "missed", *rows, status="good" if is_met else "bad")


def _version(context: Context, criterion: Criterion, version: CriterionVersion, current: Measurement | None) -> Section:
    blocks: list[Block] = [paragraph(_told(version), version)]
    if version.state == CriterionVersion.State.APPROVED:
        blocks += _standing(context, criterion, version, current)
    blocks.append(_values(version, criterion, current))
    key = f"criterion-{criterion.key}-v{version.number}"
    return Section(key, f"{criterion.name}, version {version.number}", tuple(blocks))


def _told(version: CriterionVersion) -> str:
    parts = [f"{version.criterion.get_level_display()}: {target(version)}."]
    parts += [f"Floor {said(version.floor)}."] if version.floor is not None else []
    approved = f", approved by {version.approved_by} on {version.approved_at:%Y-%m-%d}" if version.approved_by else ""
    parts.append(f"{version.get_state_display()}{approved}.")
    parts += [f"Serves “{version.supports.name}”."] if version.supports else []
    parts += [version.method, version.justification]
    parts += [f"Changed: {version.change_reason}"] if version.change_reason else []
    parts += [f"Learned in {version.lesson}."] if version.lesson else []
    return " ".join(part for part in parts if part)


def _standing(
    context: Context, criterion: Criterion, version: CriterionVersion, current: Measurement | None
) -> list[Block]:
    """Whether it is on track, and what is done if it is not."""
    is_real = current is not None and current.environment != Measurement.Environment.FORECAST
    reached = facts.reached_among(context.rows(Phase))
    status = version.status(current.value if is_real else None, criterion.level, reached)
    done = f" Done about it: {', '.join(criterion.measures)}." if criterion.measures else ""
    blocks: list[Block] = [paragraph(f"{bounds.STATUSES[status]}.{done}", criterion)]
    if status != bounds.ON_TRACK and not criterion.measures:
        blocks.append(Callout("Nothing is linked to it that is done about it."))
    return blocks


def _values(version: CriterionVersion, criterion: Criterion, current: Measurement | None) -> Block:
    found = sorted(version.measurements.all(), key=lambda m: (m.measured_at, m.pk))
    columns = [
        number("Value", 2), column("Interval"), column("Verdict"), column("Where", 3), number("Iteration", 2),
        column("Model"), column("Measured"),
    ]  # fmt: skip
    rows = [
        [
            cell(m.value, m), f"{said(m.lower)} to {said(m.upper)}" if m.lower is not None else DASH,
            verdict(version, m), f"{m.get_environment_display()}{', stands' if m == current else ''}", m.iteration,
            m.subject_version, m.measured_at.date(),
        ]
        for m in found
    ]  # fmt: skip
    return table(f"Values of {criterion.name}, version {version.number}", columns, rows, "Not measured.")
