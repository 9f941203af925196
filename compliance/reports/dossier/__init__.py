"""The project dossier: everything the records of a project hold, in a fixed order."""

from __future__ import annotations

from compliance.documents.blocks import Section
from compliance.documents.kinds import Context, report
from compliance.reports.dossier import criteria, gates, glance, operation, parts, work


@report(
    "dossier",
    title="Project dossier",
    about="Phases, criteria, risks, documents, decisions and operation: all that is recorded.",
    audience="Auditors, sponsors, and who comes new to the project",
)
def sections(context: Context) -> tuple[Section, ...]:
    return (
        glance.section(context),
        criteria.section(context),
        gates.decisions(context),
        gates.waivers(context),
        parts.section(context),
        gates.iterations(context),
        work.risks(context),
        work.documents(context),
        work.phases(context),
        operation.section(context),
        work.people(context),
    )
