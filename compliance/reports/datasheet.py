"""Datasheets of the data sets, each in the seven sections of Gebru et al. 2021."""

from __future__ import annotations

from compliance.documents.blocks import Code, NotRecorded, Section
from compliance.documents.kinds import Context, report
from compliance.reports.answering import answered, outline
from compliance.reports.narrowing import about
from regulations.records import Record


@report(
    "datasheet",
    title="Datasheets of the data sets",
    about="For each version of a data set: motivation, composition, collection, cleaning, uses, terms, maintenance.",
    audience="Whoever trains or tests with the data, or answers for them",
)
def sections(context: Context) -> tuple[Section, ...]:
    found = context.records.of("dataset")
    if not found:
        return (Section("datasets", "Data sets", (NotRecorded("Data sets", ("dataset",)),)),)
    return tuple(_sheet(context, dataset, at) for at, dataset in enumerate(found, 1))


def _sheet(context: Context, dataset: Record, at: int) -> Section:
    written = answered(context, outline("datasheet"), records=about(context.records, dataset), prefix=f"{at}-")
    digest = (Code(dataset.source.sha256, "SHA-256"),) if dataset.source.sha256 else ()
    return Section(f"dataset-{at}", dataset.source.label, (*digest, *written))
