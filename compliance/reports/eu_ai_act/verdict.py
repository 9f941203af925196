"""The first page: the class, how many obligations stand how, and what comes next. No verdict on compliance."""

from __future__ import annotations

from collections import Counter

from compliance.documents.blocks import Callout, Figure, KeyValues, NotRecorded, Section, Status
from compliance.documents.writing import cell, pair, table
from regulations.coverage import MET, NEEDS_REVIEW, NOT_APPLICABLE, OPEN, PARTLY, STATUSES, Coverage
from regulations.models import Classification
from ui import charts

DRAWN = (MET, PARTLY, NEEDS_REVIEW, OPEN)
TONES: dict[str, Status] = {MET: "good", PARTLY: "warn", NEEDS_REVIEW: "warn", OPEN: "bad", NOT_APPLICABLE: ""}


def not_classified(regulation: str) -> Section:
    missing = NotRecorded("The classification: the questions of the regulation were not answered.", ("classification",))
    return Section("verdict", "On one page", (missing,))


def section(covered: Coverage, row: Classification) -> Section:
    pack, counts = covered.basis.pack, covered.counts
    outcomes = [pack.outcomes[key].label for key in covered.basis.result.outcomes]
    roles = [pack.roles[role].label for role in covered.basis.roles] or ["not stated"]
    rows = [[STATUSES[key], counts[key]] for key in STATUSES]
    signed = f"{row.signed_by} on {row.signed_at:%Y-%m-%d}" if row.signed_at else "nobody yet: it is a draft"
    blocks = (
        KeyValues(
            (
                pair("Class", cell("; ".join(outcomes), row)),
                pair("Role of the organisation", cell(", ".join(roles), row)),
                pair("Classification signed by", cell(signed, row)),
                pair("Obligations that apply", len(covered.applicable)),
                pair("Next date of the law with something open", covered.next_date or "none lies ahead"),
            )
        ),
        _drawn(covered),
        table("Obligations by standing", ["Standing", "Number"], rows),
        Callout(
            "“Met” says that records show what the provision asks for, and where records can not show it, that a named "
            "person confirmed it on these records. Whether the system complies with the law is decided by people and "
            "authorities, not by this report."
        ),
    )
    return Section("verdict", "On one page", blocks)


def _drawn(covered: Coverage) -> Figure:
    by_group: dict[str, Counter[str]] = {}
    for standing in covered.applicable:
        by_group.setdefault(standing.obligation.group, Counter())[standing.status] += 1
    groups = covered.basis.pack.groups
    bars = [
        charts.Share(title, [(key, STATUSES[key], by_group[group][key]) for key in DRAWN])
        for group, title in groups.items()
        if group in by_group
    ]
    told = "; ".join(
        f"{bar.label}: " + ", ".join(f"{n} {name.lower()}" for _, name, n in bar.parts if n) for bar in bars
    )
    title = "Obligations that apply, by group"
    return Figure(charts.printed(charts.shares(title, bars)), title, f"{title}. {told}", 150)
