"""The system in service: releases, what watches it, what went wrong and what was done about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from monitoring.models import Incident, Signal
from projects.models import Document, Revision
from regulations.records import Record
from regulations.sources.collecting import source
from regulations.sources.reading import Rows, lines, person, record, reference
from releases.models import Release

MINUTES = ((1440, "day"), (60, "hour"), (1, "minute"))


@source("release")
def releases(rows: Rows) -> Iterator[Record]:
    """It is released from the beginning of its first step on."""
    fallback, architecture = _accepted(rows, "fallback-plan-document"), _accepted(rows, "deployment-architecture")
    for release in rows.rows(Release):
        steps = list(release.increments.all())
        yield record(
            "release", release, version=str(release.model), environment=release.deployment,
            strategy=", then ".join(f"{step.share} %" for step in steps),
            fallback=lines(("Option", fallback.get("option")), ("Served instead", fallback.get("target"))),
            hardware=architecture.get("target-hardware"), interfaces=_endpoint(release),
            released_on=min((step.begun_at for step in steps if step.begun_at), default=None),
            released_by=person(release.released_by), status=release.state,
            to=(reference(release.model), reference(release.decision)),
        )  # fmt: skip


def _endpoint(release: Release) -> str:
    return release.service.fields.get("endpoint", "") if release.service else ""


def _accepted(rows: Rows, kind: str) -> Mapping[str, Any]:
    """What the accepted document of a kind says."""
    documents = [document for document in rows.rows(Document) if document.kind == kind]
    found = [r for document in documents for r in document.revisions.all() if r.state == Revision.State.ACCEPTED]
    return found[-1].fields if found else {}


@source("monitor")
def monitors(rows: Rows) -> Iterator[Record]:
    for signal in rows.rows(Signal):
        last = max((delivery.delivered_at for delivery in signal.deliveries.all()), default=None)
        yield record(
            "monitor", signal, metric=signal.metric, threshold="; ".join(_rule(rule) for rule in signal.rules),
            frequency=_every(signal.interval_minutes), data_source=signal.source, owner=person(signal.owner),
            status=signal.state, last_run=last,
        )  # fmt: skip


def _rule(rule: Mapping[str, Any]) -> str:
    """“at least 0.9: incident”."""
    numbers = [str(rule[key]) for key in ("threshold", "lower", "upper") if rule.get(key) not in (None, "")]
    return f"{' '.join([str(rule['kind']).replace('_', ' '), *numbers])}: {str(rule['reaction']).replace('_', ' ')}"


def _every(minutes: int | None) -> str:
    if not minutes:
        return ""
    size, unit = next((size, unit) for size, unit in MINUTES if minutes % size == 0)
    count = minutes // size
    return f"every {unit}" if count == 1 else f"every {count} {unit}s"


@source("incident")
def incidents(rows: Rows) -> Iterator[Record]:
    """Whether one is serious in the sense of the law is a person's judgement, and recorded as an entry about it."""
    for incident in rows.rows(Incident):
        yield record(
            "incident", incident, aware_at=incident.detected_at, severity=incident.severity,
            description=lines((incident.title, incident.description or incident.get_kind_display())),
            persons_affected=incident.affected_persons, status="closed" if incident.is_over else "open",
        )  # fmt: skip


@source("corrective-action")
def actions(rows: Rows) -> Iterator[Record]:
    for incident in rows.rows(Incident):
        if incident.course_of_action:
            yield record(
                "corrective-action", incident, trigger=str(incident),
                action=lines(("Done", incident.course_of_action), ("Against its return", incident.prevention)),
                owner=person(incident.assignee), due_on=incident.resolve_by, done_on=incident.resolved_at,
                status="done" if incident.is_over else "open", to=(reference(incident),),
            )  # fmt: skip
