"""Reports that are nothing but points and their answers: each a row that names the lists of points it follows."""

from __future__ import annotations

from dataclasses import dataclass

from compliance.documents.blocks import Section
from compliance.documents.kinds import Builder, Context, report
from compliance.reports.answering import by_law, by_outline


@dataclass(frozen=True)
class Row:
    """`lists` are those of the regulation `law`, or one outline of this package if no law shapes the report."""

    key: str
    title: str
    about: str
    audience: str
    lists: tuple[str, ...]
    law: str = "eu-ai-act"


AUTHORITIES = "market surveillance authorities"
ROWS = (
    Row(
        "annex-iv", "Technical documentation (Annex IV)",
        "All nine points of Annex IV with their sub-points, each with what is recorded and what is not.",
        f"Providers of high-risk systems, notified bodies, {AUTHORITIES}", ("annex_iv",),
    ),
    Row(
        "registration-a", "Registration data (Annex VIII A): high-risk systems",
        "What a provider enters into the EU database for a high-risk system of Annex III.",
        "Providers of high-risk systems", ("annex_viii_a",),
    ),
    Row(
        "registration-b", "Registration data (Annex VIII B): systems found not to be high-risk",
        "What a provider enters into the EU database for a system exempt by Art. 6(3).",
        "Providers of exempt systems", ("annex_viii_b",),
    ),
    Row(
        "registration-c", "Registration data (Annex VIII C): use by public bodies",
        "What a public body enters into the EU database that uses a high-risk system.",
        "Public bodies that use a high-risk system", ("annex_viii_c",),
    ),
    Row(
        "fria", "Fundamental rights impact assessment (Art. 27)",
        "The six points of Art. 27(1), and when the assessment was made, notified and looked at again.",
        f"Public bodies and others who use a high-risk system, {AUTHORITIES}", ("fria", "fria-done"),
    ),
    Row(
        "deployer-pack", "Pack for deployers (Art. 13 and 26)",
        "Instructions for use section by section, then oversight, input data, monitoring, logs and notices.",
        "Whoever uses the system under its own authority", ("deployer-pack",),
    ),
    Row(
        "exempt-system", "Record of an exempt system (Art. 6(3) and (4))",
        "Why a system in an area of Annex III is not high-risk, who assessed it and when, and its registration.",
        "Providers of exempt systems, authorities that ask for the assessment", ("exempt-system",),
    ),
    Row(
        "minimal-risk", "Note on a system of minimal risk",
        "What the system is, why it is in no higher class, and the few duties that stay.",
        "Owners of the system, and whoever asks why there is no more", ("minimal-risk",),
    ),
    Row(
        "annex-xi", "Documentation of a general-purpose model (Annex XI)",
        "What the provider of such a model keeps for the AI Office; Section 2 only with systemic risk.",
        "Providers of general-purpose models, the AI Office", ("annex_xi",),
    ),
    Row(
        "annex-xii", "Information on a general-purpose model (Annex XII)",
        "What those who build a system on the model need to know of it.",
        "Providers of systems built on a general-purpose model", ("annex_xii",),
    ),
    Row(
        "gdpr-ropa", "Record of processing (Art. 30 GDPR)",
        "The seven points a controller records of what is done with personal data.",
        "Data protection officers, supervisory authorities", ("ropa",), law="gdpr",
    ),
    Row(
        "dpia", "Data protection impact assessment (Art. 35 GDPR)",
        "Processing, need, risks to people, measures, advice and result, as far as they are recorded.",
        "Data protection officers, supervisory authorities", ("dpia",), law="gdpr",
    ),
    Row(
        "model-card", "Model card",
        "Nine sections on the model, its use, metrics, data, results and limits; empty ones are named as empty.",
        "Whoever uses the model or builds on it", ("model-card",), law="",
    ),
)  # fmt: skip


def _builder(row: Row) -> Builder:
    def sections(context: Context) -> tuple[Section, ...]:
        return by_law(context, *row.lists, key=row.law) if row.law else by_outline(context, *row.lists)

    return sections


for each in ROWS:
    report(each.key, title=each.title, about=each.about, audience=each.audience, law=each.law)(_builder(each))
