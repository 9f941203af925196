"""The compliance report: how a project stands to a regulation, from its records alone."""

from __future__ import annotations

from compliance.documents.blocks import Section
from compliance.documents.kinds import Context, report
from compliance.reports.dossier import criteria, gates, operation, work
from compliance.reports.eu_ai_act import classification, keeping, obligations, times, verdict
from regulations import covering

REGULATION = "eu-ai-act"


@report(
    "eu-ai-act",
    title="EU AI Act: compliance report",
    law="eu-ai-act",
    about="The class, each obligation with what shows it, gaps with owners, decisions, risks, tests, keeping.",
    audience="Management, market surveillance authorities, notified bodies, customers",
    needs=("classification", "intended-use", "risk", "qa-result"),
)
def sections(context: Context) -> tuple[Section, ...]:
    row = covering.classification_of(context.source, REGULATION)
    if row is None:
        return (verdict.not_classified(REGULATION),)
    covered = covering.of_rows(context.source, REGULATION, context.records, context.at.date())
    return (
        verdict.section(covered, row),
        classification.section(covered, row),
        obligations.section(covered),
        obligations.gaps(covered),
        times.section(context, covered),
        gates.decisions(context),
        gates.waivers(context),
        work.risks(context),
        criteria.section(context),
        operation.section(context),
        keeping.section(covered),
    )
