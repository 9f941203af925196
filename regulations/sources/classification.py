"""Classifications that somebody signed and that still hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from regulations.models import Classification
from regulations.records import Record
from regulations.sources.collecting import source
from regulations.sources.reading import Rows, lines, person, record


@source("classification")
def classifications(rows: Rows) -> Iterator[Record]:
    for row in rows.rows(Classification):
        if row.state == Classification.State.SIGNED:
            facts = [fact for fact in row.pack.facts.values() if fact.id in row.answers]
            rules = [rule for rule in row.pack.rules if rule.id in row.result["decided_by"]]
            yield record(
                "classification", row, answers=lines(*((f.question, _said(row.answers[f.id])) for f in facts)),
                outcomes=row.labels, provisions=list(dict.fromkeys(rule.cite for rule in rules)),
                reasoning=row.reasoning, reviewer=f"{person(row.signed_by)} ({row.signed_role})",
                decided_on=row.signed_at, text_version=f"{row.regulation} {row.pack_version.version}",
            )  # fmt: skip


def _said(answer: Any) -> str:
    return {True: "Yes", False: "No", None: "Not known"}.get(answer, str(answer))
