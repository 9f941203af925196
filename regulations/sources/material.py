"""What the model was made from: data sets and the steps between them, runs, models, parts of others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from experiments.models import Run
from monitoring.models import MonitoringPlan
from registry.models import Artefact, ArtefactVersion
from regulations.records import Record
from regulations.sources.collecting import source
from regulations.sources.reading import Rows, lines, record, reference

USES = {"prepared": "training", "test": "testing", "raw": "raw", "intermediate": "intermediate"}


def _versions(rows: Rows, kind: str) -> list[ArtefactVersion]:
    """Those that are not retired."""
    found = [version for version in rows.rows(ArtefactVersion) if version.artefact.kind == kind]
    return [version for version in found if version.state != ArtefactVersion.State.RETIRED]


def _inputs(version: ArtefactVersion, *kinds: str) -> list[ArtefactVersion]:
    """What it was made from directly, of these kinds."""
    return [edge.source for edge in version.incoming.all() if edge.source and edge.source.artefact.kind in kinds]


def _upstream(version: ArtefactVersion, kind: str) -> list[ArtefactVersion]:
    """All of a kind it was made from, however many steps away, within the project; nearest first."""
    found: dict[Any, ArtefactVersion] = {}
    front = [version]
    while front:
        front = [edge.source for each in front for edge in each.incoming.all() if edge.source_id not in found]
        front = list({each.pk: each for each in front if each}.values())
        found |= {each.pk: each for each in front}
    return [each for each in found.values() if each.artefact.kind == kind]


@source("dataset")
def datasets(rows: Rows) -> Iterator[Record]:
    """With what its data sources say, if it was made from some."""
    plan = next(iter(rows.rows(MonitoringPlan)), None)
    for version in _versions(rows, "dataset"):
        sources = _upstream(version, "data-source")
        use = USES.get(version.fields.get("role", ""), "")
        yield record(
            "dataset", version, name=version.artefact.name, version=version.label, use=use,
            origin=lines(("Origin", version.fields.get("origin")), ("From", ", ".join(map(str, sources)))),
            collection_method=_told(sources, "collection"), licence=_told(sources, "distribution"),
            personal_data=_personal(sources), size=_size(version), features=_features(version),
            period=_period(plan) if use == "training" else "",
        )  # fmt: skip


def _told(sources: list[ArtefactVersion], key: str) -> str:
    return lines(*((each.artefact.name, each.artefact.fields.get(key)) for each in sources))


def _personal(sources: list[ArtefactVersion]) -> str:
    answers = {each.artefact.fields.get("personal-data") for each in sources}
    return "yes" if "yes" in answers else "no" if answers == {"no"} else ""


def _size(version: ArtefactVersion) -> str:
    samples = version.fields.get("samples")
    return f"{samples} samples" if samples else ""


def _features(version: ArtefactVersion) -> list[str]:
    rows = [row for profile in version.profiles.all() for row in profile.statistics]
    return list(dict.fromkeys(row["feature"] for row in rows if row.get("feature")))


def _period(plan: MonitoringPlan | None) -> str:
    if plan is None or not (plan.trained_from or plan.trained_until):
        return ""
    return f"{plan.trained_from or '…'} to {plan.trained_until or '…'}"


@source("data-transformation")
def steps(rows: Rows) -> Iterator[Record]:
    for version in _versions(rows, "dataset"):
        if version.step:
            code = ", ".join(map(str, _inputs(version, "code")))
            made_from = tuple(reference(each) for each in _inputs(version, "dataset"))
            yield record(
                "data-transformation", version, f"{version.step} → {version}", dataset=str(version), step=version.step,
                reason=version.reason, tool=", ".join(map(str, _inputs(version, "pipeline"))), code_version=code,
                performed_on=version.registered_at, to=(reference(version), *made_from),
            )  # fmt: skip


@source("experiment")
def experiments(rows: Rows) -> Iterator[Record]:
    for run in rows.rows(Run):
        if run.state == Run.State.FINISHED:
            environments = _inputs(run.model, "environment") if run.model else []
            told = {**run.parameters, **({"seed": run.seed} if run.seed is not None else {})}
            linked = (run.dataset, run.code, run.model)
            yield record(
                "experiment", run, f"Run {run.number}: {run.modification}", code_version=str(run.code),
                data_version=str(run.dataset), parameters=lines(*told.items()),
                metrics=lines(*((f"{row['metric']} ({row['split']})", row["value"]) for row in run.metrics)),
                environment="\n".join(_environment(each) for each in environments),
                compute=", ".join(each.fields.get("hardware", "") for each in environments), run_on=run.started_at,
                to=tuple(reference(each) for each in linked if each),
            )  # fmt: skip


def _environment(version: ArtefactVersion) -> str:
    software = [f"{row['package']} {row['version']}" for row in version.fields.get("software", [])]
    return lines((str(version), ", ".join(software) or "not described"))


@source("model")
def models(rows: Rows) -> Iterator[Record]:
    for version in _versions(rows, "model"):
        data = _inputs(version, "dataset")
        parts = [
            f"{part['name']} {part['version']} of {part['source']}"
            for part in version.fields.get("pre-trained-parts", [])
        ]
        yield record(
            "model", version, name=version.artefact.name, version=version.label, kind=version.fields.get("algorithm"),
            architecture=version.artefact.description, data_version=", ".join(map(str, data)),
            supplier_component="\n".join(parts), status=version.state,
            to=tuple(reference(each) for each in data),
        )  # fmt: skip


@source("supplier")
def suppliers(rows: Rows) -> Iterator[Record]:
    for artefact in rows.rows(Artefact):
        if artefact.kind == "external":
            about = artefact.fields
            yield record(
                "supplier", artefact, name=about.get("supplier"), licence=about.get("licence"),
                component=f"{artefact.name} {about.get('version', '')}",
            )  # fmt: skip
