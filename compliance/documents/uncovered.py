"""What obligations leave open, for the last part of every report."""

from __future__ import annotations

from collections.abc import Iterable

from compliance.documents.kinds import Context
from compliance.documents.limits import Gap, finds_gaps
from compliance.documents.writing import cell
from regulations import covering
from regulations.coverage import MET, Standing


@finds_gaps
def _obligations(context: Context) -> Iterable[Gap]:
    """Those that apply and are not met, and those that rest on somebody's word alone; of each law classified by."""
    for row in covering.classifications(context.source):
        covered = covering.of_rows(context.source, row.regulation, context.records, context.at.date())
        for standing in covered.applicable:
            if standing.status != MET:
                yield Gap("not covered", cell(_named(standing, row.pack.name)), cell(standing.because[-1]))
            elif not standing.evidence.outcomes and standing.confirmed is not None:
                said = cell(standing.because[-1], standing.confirmed.source)
                yield Gap("self-attested", cell(_named(standing, row.pack.name)), said)


def _named(standing: Standing, law: str) -> str:
    return f"{law}, {standing.obligation.ref}: {standing.obligation.title}"
