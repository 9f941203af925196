"""Words of an organisation's own in its reports: plain text with fields from a fixed list. Nothing in it is run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from compliance.documents.blocks import Block, Paragraph, Section
from crispmlq.errors import Invalid

# Field -> what stands in its place.
FIELDS = {
    "project": "Name of the project",
    "purpose": "What the project is for",
    "state": "State of the project",
    "iteration": "Number of its iteration",
    "report": "Title of the kind of report",
    "status": "draft or final",
    "as_of": "Day the report shows, as 2026-11-24",
}
LONGEST = {"title": 120, "introduction": 5_000, "closing": 5_000}
FIELD = re.compile(r"\{([^{}]*)\}")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
PARTED = re.compile(r"(?:\r?\n[ \t]*){2,}")


@dataclass(frozen=True)
class Wording:
    """Empty texts leave the report as it is without. `version` is 0 where the organisation set none."""

    title: str = ""
    introduction: str = ""
    closing: str = ""
    version: int = 0


def require_valid(wording: Wording) -> None:
    """Raises: Invalid: a text is too long, has a field that is not there, or a brace that is none of a field."""
    errors = {name: faults for name in LONGEST if (faults := _faults(name, getattr(wording, name)))}
    if errors:
        raise Invalid("These words can not be used.", errors=errors)


def _faults(name: str, text: str) -> list[str]:
    found = [f"At most {LONGEST[name]} characters."] * (len(text) > LONGEST[name])
    known = ", ".join(f"{{{field}}}" for field in FIELDS)
    unknown = [field for field in FIELD.findall(text) if field not in FIELDS]
    found += [f"There is no field {{{field}}}. There are: {known}." for field in unknown]
    found += ["A brace opens or closes no field."] * bool(re.search("[{}]", FIELD.sub("", text)))
    found += ["A character in it can not be printed."] * bool(UNPRINTABLE.search(text))
    return found + ["The title is one line."] * (name == "title" and len(text.splitlines()) > 1)


def filled(text: str, values: Mapping[str, str]) -> str:
    return FIELD.sub(lambda field: values[field[1]], text)


def section(key: str, title: str, text: str, values: Mapping[str, str]) -> tuple[Section, ...]:
    """A part with a paragraph for each that an empty line parts; nothing for no text."""
    blocks: tuple[Block, ...] = tuple(Paragraph(part) for part in PARTED.split(filled(text.strip(), values)) if part)
    return (Section(key, title, blocks),) if blocks else ()


def preview(wording: Wording, title: str) -> tuple[Section, ...]:
    """The parts as they would be in a report of a project that stands for any.

    Raises: Invalid: as `require_valid`.
    """
    require_valid(wording)
    values = {
        "project": "Churn", "purpose": "Keep customers.", "state": "In operation", "iteration": "2", "report": title,
        "status": "draft", "as_of": "2026-11-24",
    }  # fmt: skip
    cover = Section("cover", filled(wording.title, values) or title)
    introduction = section("introduction", "Introduction", wording.introduction, values)
    return (cover, *introduction, *section("closing", "In closing", wording.closing, values))
