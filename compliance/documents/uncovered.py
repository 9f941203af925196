"""What obligations leave open, for the last part of every report."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.documents.kinds import Context
from compliance.documents.limits import Gap, finds_gaps
from compliance.documents.writing import cell
from regulations import covering
from regulations.coverage import MET, NEEDS_REVIEW, OPEN, PARTLY, STATUSES, Coverage, Standing


@finds_gaps
def _obligations(context: Context) -> Iterable[Gap]:
    """Of each law it is classified by: how many that apply are not met, and each that rests on a word alone."""
    for row in covering.classifications(context.source):
        covered = covering.of_rows(context.source, row.regulation, context.records, context.at.date())
        law = row.pack.name
        if covered.gaps:
            yield Gap("not covered", cell(_counted(covered, law), row), cell(_how(covered)))
        for standing in covered.applicable:
            if standing.status == MET and not standing.evidence.outcomes and standing.confirmed is not None:
                said = cell(standing.because[-1], standing.confirmed.source)
                yield Gap("self-attested", cell(_named(standing, law)), said)


def _counted(covered: Coverage, law: str) -> str:
    return f"{law}: {len(covered.gaps)} of {len(covered.applicable)} obligations that apply are not met"


def _how(covered: Coverage) -> str:
    """Their standings, and where each can be read; the list itself would be longer than most reports."""
    counts = covered.counts
    told = ", ".join(f"{counts[key]} {STATUSES[key].lower()}" for key in (OPEN, PARTLY, NEEDS_REVIEW) if counts[key])
    return f"{told[:1].upper()}{told[1:]}. Each stands in the coverage of the project and in its compliance report."


def _named(standing: Standing, law: str) -> str:
    return f"{law}, {standing.obligation.ref}: {standing.obligation.title}"
