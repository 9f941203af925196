"""The datasheet of a data source: seven sections, answered from what is said of it and what was made from it.

Source: Gebru et al. 2021, Datasheets for datasets, Communications of the ACM 64(12).
"""

from __future__ import annotations

from dataclasses import dataclass

from catalogue.document_kinds import Field
from registry import lineage
from registry.models import Artefact, ArtefactVersion

# Section -> keys of the fields that answer its questions.
SECTIONS = {
    "Motivation": ["purpose"],
    "Composition": ["personal-data", "people"],
    "Collection": ["collection", "legal-basis"],
    "Preparation": [],
    "Uses": ["path-of-use"],
    "Distribution": ["delivery-mode", "distribution"],
    "Maintenance": ["replication", "upkeep"],
}


@dataclass(frozen=True)
class Section:
    title: str
    answers: list[tuple[str, str]]  # question and answer, empty where nobody has given one

    @property
    def is_open(self) -> bool:
        return any(not answer for _, answer in self.answers)


def sections(artefact: Artefact) -> list[Section]:
    """None for what is no data source; two queries."""
    if artefact.kind != "data-source":
        return []
    fields = {field.key: field for field in artefact.definition.about.fields}
    answers = {
        title: [(fields[key].label, _text(fields[key], artefact.fields.get(key))) for key in keys]
        for title, keys in SECTIONS.items()
    }
    made = list(lineage.downstream(artefact.versions.values_list("pk", flat=True)).filter(project=artefact.project_id))
    steps = [f"{v.ref}: {v.step} ({v.get_step_mode_display().lower()})" for v in made if v.step]
    answers["Preparation"].append(("Steps", "; ".join(sorted(steps))))
    answers["Uses"].append(("Made from it", ", ".join(sorted(v.ref for v in made if _is_use(v)))))
    answers["Maintenance"].append(("Owner", str(artefact.owner or "")))
    return [Section(title, found) for title, found in answers.items()]


def _is_use(version: ArtefactVersion) -> bool:
    return version.artefact.kind in {"model", "service"}


def _text(field: Field, value: str | None) -> str:
    labels = {option["key"]: option["label"] for option in field.options} | {"yes": "Yes", "no": "No"}
    return labels.get(value, value) if value and field.type in {"choice", "yes_no"} else value or ""
