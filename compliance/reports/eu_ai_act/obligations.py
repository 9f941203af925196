"""Every obligation that applies, with what shows it; the gaps with their owners; and why the rest does not apply."""

from __future__ import annotations

from collections import defaultdict

from compliance.documents.blocks import Section, Text
from compliance.documents.writing import DASH, cell, number, paragraph, table
from compliance.documents.writing import text as column
from compliance.reports.eu_ai_act.verdict import TONES
from regulations.coverage import Coverage, Standing

MOST_REFERENCES = 12  # beside one obligation; the records themselves are listed in full elsewhere


def section(covered: Coverage) -> Section:
    by_group: dict[str, list[Standing]] = defaultdict(list)
    for standing in covered.applicable:
        by_group[standing.obligation.group].append(standing)
    parts = [
        Section(f"obligations-{group}", title, (_group(title, by_group[group]),))
        for group, title in covered.basis.pack.groups.items()
        if group in by_group
    ]
    return Section("obligations", "Obligations", (*parts, _not_applicable(covered)))


def _group(title: str, standings: list[Standing]) -> object:
    columns = [column("Provision"), column("Asks for", 5), column("Standing"), column("Because", 5), column("From")]
    rows = [
        [each.obligation.ref, each.obligation.title, _status(each), _because(each), each.due_on] for each in standings
    ]
    return table(f"Obligations: {title}", columns, rows)


def _status(standing: Standing) -> Text:
    return cell(standing.label, status=TONES[standing.status])


def _because(standing: Standing) -> Text:
    rests_on = list(standing.evidence.references[:MOST_REFERENCES])
    if standing.confirmed is not None:
        rests_on.append(standing.confirmed.source)
    more = len(standing.evidence.references) - MOST_REFERENCES
    told = " ".join(standing.because) + (f" And {more} further records." if more > 0 else "")
    return cell(told, *rests_on)


def _not_applicable(covered: Coverage) -> Section:
    rows = [
        [each.obligation.ref, each.obligation.title, each.because[0]] for each in covered.standings if not each.applies
    ]
    columns = [column("Provision"), column("Asks for", 4), column("Does not apply because", 5)]
    return Section("not-applicable", "Not applicable", (table("Obligations that do not apply", columns, rows),))


def gaps(covered: Coverage) -> Section:
    """What applies and is not met, by date."""
    rows = [
        [
            number_of, each.obligation.ref, each.obligation.title, _status(each), each.due_on or DASH,
            each.assigned.owner if each.assigned else cell("nobody", status="bad"),
            each.assigned.due_on if each.assigned else DASH,
        ]
        for number_of, each in enumerate(covered.gaps, 1)
    ]  # fmt: skip
    columns = [
        number("No."), column("Provision"), column("Asks for", 5), column("Standing"), column("Date of the law"),
        column("Owner"), column("Wanted by"),
    ]  # fmt: skip
    unowned = sum(each.assigned is None for each in covered.gaps)
    told = f"{len(rows)} obligations apply and are not met, {unowned} of them without an owner."
    return Section("gaps", "Gaps", (paragraph(told), table("Gaps", columns, rows, "Nothing that applies is open.")))
