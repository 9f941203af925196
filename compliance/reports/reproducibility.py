"""What somebody else needs to repeat a result: data, code, environment, seeds, runs and hashes."""

from __future__ import annotations

from compliance.documents.blocks import Block, NotRecorded, Section
from compliance.documents.kinds import Context, report
from compliance.documents.writing import DASH, cell, code, number, paragraph, table
from compliance.documents.writing import text as column
from compliance.reports.answering import answered, outline, with_overview
from experiments.models import Run, TestSetUse
from registry.models import ArtefactVersion


@report(
    "reproducibility",
    title="Reproducibility record",
    about="Data, code, environment, results, then every run with its seed and every version with its hash.",
    audience="Reviewers, and whoever repeats the work",
)
def sections(context: Context) -> tuple[Section, ...]:
    points = answered(context, outline("reproducibility"))
    return with_overview((*points, _runs(context), _test_sets(context), _hashes(context)))


def _runs(context: Context) -> Section:
    found = context.rows(Run)
    rows = [
        [
            cell(run.number, run), run.modification, run.seed, run.dataset, run.code, run.model or DASH, run.started_at,
        ]
        for run in found
    ]  # fmt: skip
    columns = [
        number("Run"), column("What was tried", 3), number("Seed"), column("Data", 3), column("Code", 3),
        column("Model", 3), "Started",
    ]  # fmt: skip
    blocks: tuple[Block, ...] = (table("Runs and their seeds", columns, rows),)
    if unseeded := sum(run.seed is None for run in found):
        blocks += (NotRecorded(f"Seed in {unseeded} of {len(found)} runs", ("experiment",)),)
    return Section("runs", "Runs and seeds", blocks if found else (NotRecorded("Runs", ("experiment",)),))


def _test_sets(context: Context) -> Section:
    uses = context.rows(TestSetUse)
    said = paragraph(f"Uses of blind test sets: {len(uses)}. The more often, the less a result says.", *uses)
    return Section("test-sets", "Use of blind test sets", (said,))


def _hashes(context: Context) -> Section:
    found = context.rows(ArtefactVersion)
    rows = [[cell(v.ref, v), v.definition.name, v.sha256, v.location] for v in found]
    columns = [column("Version", 3), "Kind", code("SHA-256", 6), column("Where it lies", 3)]
    blocks: tuple[Block, ...] = (table("Versions and their hashes", columns, rows),)
    hashed = [version for version in found if version.definition.has_hash]
    if unhashed := sum(not version.sha256 for version in hashed):
        blocks += (NotRecorded(f"SHA-256 of {unhashed} of {len(hashed)} versions", ("dataset", "model")),)
    return Section("hashes", "Hashes", blocks if found else (NotRecorded("Versions", ("dataset", "model")),))
