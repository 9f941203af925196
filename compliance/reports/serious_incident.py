"""Reports of serious incidents, Art. 73 of the EU AI Act, each with its clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compliance.documents.blocks import Block, Callout, KeyValues, Listing, NotRecorded, Section, Text
from compliance.documents.kinds import Context, report
from compliance.documents.writing import DASH, cell, number, pair, paragraph, table
from compliance.documents.writing import text as column
from compliance.reports.answering import answered, law, no_law
from compliance.reports.narrowing import about
from regulations.deadlines import Clock, Deadline, clock, seriousness
from regulations.definitions import Pack
from regulations.points import lists_of
from regulations.records import Record


@report(
    "serious-incident",
    title="Serious incidents (Art. 73)",
    law="eu-ai-act",
    about="Each serious incident with its clock, what happened, its cause, what was done and who was told.",
    audience="Providers and deployers of high-risk systems, market surveillance authorities",
)
def sections(context: Context) -> tuple[Section, ...]:
    pack = law(context)
    if pack is None:
        return no_law("the EU AI Act")
    deadlines = pack.body.get("incident_deadlines", ())
    found = context.records.of("incident")
    overview = Section("incidents", "Incidents and their clocks", tuple(_overview(context, found, deadlines)))
    rules = Section("rules", "How the clock runs", _rules(pack, deadlines))
    serious = [each for each in found if seriousness(each, deadlines) == "serious"]
    told = (_incident(context, pack, each, at) for at, each in enumerate(serious, 1))
    return (overview, *told, rules)


def _overview(context: Context, found: Sequence[Record], deadlines: Sequence[Deadline]) -> Iterator[Block]:
    if not found:
        yield paragraph("No incident was recorded.")
        return
    judged = {id(each): seriousness(each, deadlines) for each in found}
    if unjudged := [each for each in found if judged[id(each)] == "open"]:
        said = "Whether these are serious is not recorded. Until it is, the shortest deadline is shown for them"
        yield Callout(f"{said}: {'; '.join(each.source.label.rstrip('.') for each in unjudged)}.", "warn")
        yield NotRecorded(f"Kind of {len(unjudged)} of {len(found)} incidents", ("incident",))
    rows = []
    for each in found:
        runs = None if judged[id(each)] == "not serious" else clock(each, deadlines)
        due = runs.due_on if runs else DASH
        rows.append([cell(each.source.label, each), judged[id(each)].capitalize(), due, _verdict(runs, context)])
    columns = [column("Incident", 5), column("Serious", 2), "Report due on", column("Report", 3)]
    yield table("Incidents and their clocks", columns, rows)


def _verdict(runs: Clock | None, context: Context) -> Text:
    if runs is None:
        return cell(DASH)
    left = runs.days_left(context.at.date())
    if runs.reported_on:
        late = "in time" if left >= 0 else f"late by {_days(-left)}"
        return cell(f"reported on {runs.reported_on}, {late}", status="good" if left >= 0 else "bad")
    return cell(f"{_days(left)} left", status="warn") if left >= 0 else cell(f"late by {_days(-left)}", status="bad")


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _incident(context: Context, pack: Pack, incident: Record, at: int) -> Section:
    key, points = f"incident-{at}", lists_of(pack.body).get("serious-incident", ())
    written = answered(context, points, pack=pack, records=about(context.records, incident), prefix=f"{at}-")
    runs = Section(f"{key}-clock", "Clock", _clock(context, incident, pack.body["incident_deadlines"]))
    return Section(key, f"Incident {at}: {incident.source.label}", (runs, *written))


def _clock(context: Context, incident: Record, deadlines: Sequence[Deadline]) -> tuple[Block, ...]:
    runs = clock(incident, deadlines)
    if runs is None:
        return (NotRecorded("When it became known, from which the deadline is counted", ("incident",)),)
    days = runs.deadline["max_days"]
    rows = (
        pair("Known since", runs.aware_on, incident),
        pair("Deadline", f"{_days(days)} ({runs.deadline['cite']}: {runs.deadline['applies_to']})", incident),
        pair("Report due", f"by the end of {runs.due_on}", incident),
        pair("Report", _verdict(runs, context)),
    )
    incomplete = paragraph("A first report may be incomplete and be completed later (Art. 73(5)).")
    return (KeyValues(rows),) if runs.reported_on else (KeyValues(rows), incomplete)


def _rules(pack: Pack, deadlines: Sequence[Deadline]) -> tuple[Block, ...]:
    rows = [[each["applies_to"], each["max_days"], each["cite"]] for each in deadlines]
    columns = [column("Incident", 6), number("Days at most", 2), column("Provision", 3)]
    rules = Listing(tuple(map(cell, pack.body.get("incident_rules", ()))))
    return (paragraph(f"By {pack}. {pack.text_line}"), table("Deadlines", columns, rows), rules)
