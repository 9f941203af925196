"""Draft of the EU declaration of conformity, Annex V of the EU AI Act."""

from __future__ import annotations

from compliance.documents.blocks import Block, Callout, Section
from compliance.documents.kinds import Context, report
from compliance.documents.writing import paragraph
from compliance.reports.answering import by_law, law


@report(
    "declaration",
    title="EU declaration of conformity (Annex V)",
    law="eu-ai-act",
    about="The eight points of Annex V. Only the signature of the provider makes it a declaration.",
    audience="Providers of high-risk systems",
)
def sections(context: Context) -> tuple[Section, ...]:
    return (Section("about", "Before you sign", tuple(_before_signing(context))), *by_law(context, "annex_v"))


def _before_signing(context: Context) -> list[Block]:
    signed = [each for each in context.records.of("declaration") if each.fields.get("signed_on")]
    blocks: list[Block] = []
    if signed:
        names = "; ".join(each.source.label for each in signed)
        blocks.append(paragraph(f"A signed declaration is recorded: {names}.", *signed))
    else:
        blocks.append(Callout("A draft. No signed declaration is recorded; whoever signs answers for what it states."))
    pack = law(context)
    for rule in pack.body.get("record_keeping", ()) if pack else ():
        if "art-47-1" in rule["obligations"]:
            blocks.append(paragraph(f"To be kept: {rule['how_long']} ({rule['cite']})."))
    return blocks
